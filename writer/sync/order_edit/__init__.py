"""Changes the status and notes of an order, in the store first and then here."""
