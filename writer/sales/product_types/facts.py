"""What a product of the stock list counts as in the totals, for its page."""

from typing import Any

from sqlalchemy import Connection, Row

from writer import stock
from writer.sales.product_types.counting import get_counting
from writer.sales.product_types.rules import classify, is_ignored

_RULES = "/to-sort/rules"


def tell_counts_as(db: Connection, product: Row[Any]) -> list[stock.Fact]:
    """Return what units of a product count as from now on."""
    pair = classify(db, product.sku)
    if pair is not None:
        return [stock.Fact("Counts as", " ".join(pair).strip(), _RULES)]
    if is_ignored(db, product.sku):
        return [stock.Fact("Counts as", "nothing, it is ignored", _RULES)]
    if get_counting(db) == "types":
        return [stock.Fact("Counts as", "nothing yet", "/to-sort")]
    return [stock.Fact("Counts as", "itself", _RULES)]
