"""Saved views: the lists of orders that a person gave a name, to come back to them."""
