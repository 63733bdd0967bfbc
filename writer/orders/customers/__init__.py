"""Erasure: a customer is taken out of all that is kept, and what was sold stays."""
