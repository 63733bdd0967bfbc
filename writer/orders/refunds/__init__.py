"""Refunds: the refunds of all orders in one list, newest first. It writes nothing."""
