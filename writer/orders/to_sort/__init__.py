"""To sort: order lines that count as nothing yet, and the rules and mappings that sort them."""

__all__: list[str] = []
