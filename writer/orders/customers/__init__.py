"""Customers: everybody who ordered, by e-mail address; erases personal data, sales and counts stay."""
