"""Which product a line counts as: for totals by the SKU rules, for stock by the exact SKU, and before
either by what the owner, or the store's own listing, says this product of the store is. Pure functions."""

from collections.abc import Mapping
from datetime import datetime

from writer.lib.text import fold
from writer.orders.record.before import Matches
from writer.orders.record.rows import Line


def is_waiting(line: Line) -> bool:
    """Tell whether a line is to be matched: it lacks a type or a counted product."""
    return not line.is_removed and (line.model is None or line.stock_product_id is None)


def sku_of(line: Line, said: Mapping[tuple[int, int], str]) -> str:
    """Return the SKU a line is matched by: the one its product is said to have, else its own."""
    return said.get((line.product_id, line.variation_id), line.sku) if line.product_id else line.sku


def match(line: Line, matches: Matches, ordered_at: datetime, stock_from: datetime | None) -> Line:
    """Return the line pinned to model and variant, and to the counted product, as far as they are known.

    An order made before its product was first counted, or before `stock_from` (when the store's own first
    count was taken over), was part of that count: what it holds by then moves nothing.
    """
    if not is_waiting(line):
        return line
    sku = sku_of(line, matches.said)
    model, variant = line.model, line.variant
    if model is None:
        model, variant = matches.types.get(sku, (None, None))
    product = matches.counted.get(fold(sku)) if line.stock_product_id is None else None
    if product is None:
        return line._replace(model=model, variant=variant)
    counted_from = max(product.counted_from, stock_from or product.counted_from)
    taken = line.taken_due if ordered_at < counted_from else line.taken
    pinned = product.stock_product_id
    return line._replace(model=model, variant=variant, stock_product_id=pinned, taken=taken)
