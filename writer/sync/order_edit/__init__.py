"""Amending an order where it lives: its status and its notes, in the store first and then here."""
