"""Which product a line counts as: for totals by the SKU rules, for stock by the store's listing and then by
the exact SKU, and before either by what the owner says this product of the store is. Pure functions."""

from collections.abc import Mapping
from datetime import datetime

from writer.lib.text import fold
from writer.orders.record.before import CountedProduct, Key, Listed, Matches
from writer.orders.record.rows import Line

# In the place of the decision that made a rule: no rule knows the line, it counts as itself.
AS_ITSELF = 0


def is_waiting(line: Line) -> bool:
    """Tell whether a line is to be matched: it lacks a type or a counted product."""
    return not line.is_removed and (line.model is None or line.stock_product_id is None)


def sku_of(line: Line, said: Mapping[Key, str]) -> str:
    """Return the SKU a line is matched by: the one its product is said to have, else its own."""
    return said.get((line.product_id, line.variation_id), line.sku) if line.product_id else line.sku


def is_decided(line: Line, matches: Matches) -> bool:
    """Tell whether the store's listings say what a line counts as, whatever SKU it shows."""
    key = line.product_id, line.variation_id
    if _decides(matches.listed.get(key)):
        return True
    return key not in matches.said and _decides(counting_parent(line, matches))


def counting_parent(line: Line, matches: Matches) -> Listed | None:
    """Return the listing of a variation's parent where the store counts the variation there, else None."""
    own = matches.listed.get((line.product_id, line.variation_id))
    parent = matches.listed.get((line.product_id, 0)) if line.variation_id else None
    if parent is None or parent.manage_stock != "yes":
        return None
    # A variation that is not listed itself shows its parent's SKU and is counted there.
    return parent if own is None or own.manage_stock == "parent" else None


def match(line: Line, matches: Matches, ordered_at: datetime, stock_from: datetime | None) -> Line:
    """Return the line pinned to model and variant, and to the counted product, as far as they are known.

    An order made before its product was first counted, or before `stock_from` (when the store's own first
    count was taken over), was part of that count: what it holds by then moves nothing.
    """
    if not is_waiting(line):
        return line
    product = _counted_as(line, matches) if line.stock_product_id is None else None
    if product is not None:
        counted_from = max(product.counted_from, stock_from or product.counted_from)
        line = line._replace(
            stock_product_id=product.stock_product_id,
            product_said_by=_said_by(line, matches),
            taken=line.taken_due if ordered_at < counted_from else line.taken,
        )
    return line if line.model is not None else _typed(line, matches)


def _typed(line: Line, matches: Matches) -> Line:
    """Return the line with its type: by the rules, else as itself where the installation counts so."""
    sku = sku_of(line, matches.said)
    pair, rule_by = matches.types.get(sku), matches.rule_by.get(sku)
    if pair is None:
        pair, rule_by = _as_itself(line, sku, matches), AS_ITSELF
    if pair is None:
        return line
    said_by = matches.said_by.get((line.product_id, line.variation_id))
    return line._replace(model=pair[0], variant=pair[1], type_rule_by=rule_by, type_said_by=said_by)


def _as_itself(line: Line, sku: str, matches: Matches) -> tuple[str, str] | None:
    """Return what a line that no rule knows counts as by itself: the name of its product, no variant."""
    if matches.itself == "nothing" or fold(sku) in matches.ignored:
        return None
    if line.stock_product_id is not None:
        return matches.names.get(line.stock_product_id)
    name = line.name.strip() or sku.strip()
    return (name, "") if name and matches.itself == "all" else None


def _said_by(line: Line, matches: Matches) -> int | None:
    """Return the decision that said what this line's product is, or what its parent is."""
    own = line.product_id, line.variation_id
    return matches.said_by.get(own, matches.said_by.get((line.product_id, 0)))


def _counted_as(line: Line, matches: Matches) -> CountedProduct | None:
    """Return the product that a line takes its units from, None if it takes them from none.

    First its own listing, then what the owner says of it, then its parent where the store counts it there,
    then its SKU. What the owner leaves alone is no product of ours by any of these.
    """
    key = line.product_id, line.variation_id
    own, parent = matches.listed.get(key), counting_parent(line, matches)
    by_sku = matches.counted.get(fold(sku_of(line, matches.said)))
    if own is not None and _decides(own):
        return own.product
    if key in matches.said and by_sku is not None:
        return by_sku
    if parent is not None and _decides(parent):
        return parent.product
    if own is not None and _shows_its_parents_sku(line, own) and key not in matches.said:
        return None
    is_left_alone = not line.product_id and line.sku_key in matches.left_alone
    return by_sku if not is_left_alone else None


def _decides(listed: Listed | None) -> bool:
    return listed is not None and (listed.is_left_alone or listed.product is not None)


def _shows_its_parents_sku(line: Line, own: Listed) -> bool:
    """Tell whether a line's SKU is its parent's: the variation has none of its own, and is counted itself."""
    return line.variation_id != 0 and own.sku == "" and own.manage_stock != "parent"
