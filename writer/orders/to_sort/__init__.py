"""Unmatched: order lines that count as nothing yet, and what a person says they are. Nobody calls it."""

__all__: list[str] = []
