"""Customers: erases a customer's personal data; sales and counts stay."""
