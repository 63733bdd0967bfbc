"""Lines of an order as a newer snapshot has them: pure functions, no database."""

from collections.abc import Mapping

from writer.lib.text import fold
from writer.orders.record.rows import Line
from writer.orders.record.snapshot import LineSnapshot


def merge(lines: tuple[Line, ...], snapshots: tuple[LineSnapshot, ...]) -> tuple[Line, ...]:
    """Return all lines of the order as a snapshot has them; what it no longer lists is removed."""
    after = {line.external_id: line for line in lines}
    for snapshot in snapshots:
        line = after.get(snapshot.external_id)
        if line is not None and not is_same_product(line, snapshot):
            line = _unpin(after, line)
        after[snapshot.external_id] = _update(line or Line(snapshot.external_id), snapshot)
    listed = {snapshot.external_id for snapshot in snapshots}
    return tuple(
        line if line.is_removed or line.external_id in listed else line._replace(is_removed=True)
        for line in after.values()
    )


def is_same_product(line: Line, snapshot: LineSnapshot) -> bool:
    """Tell whether a snapshot of a line names the product this line was matched to.

    WooCommerce sends a product's *current* SKU, and id 0 once it is deleted: neither is another product.
    """
    sku_key = fold(snapshot.sku)
    if snapshot.product_id == 0:
        return line.product_id != 0 or sku_key in ("", line.sku_key)
    if line.product_id == 0:
        return line.sku_key != "" and sku_key == line.sku_key
    return (snapshot.product_id, snapshot.variation_id) == (line.product_id, line.variation_id)


def _unpin(after: dict[str, Line], old: Line) -> Line | None:
    """Let another product take the line; None for a new row, where the old product goes back to 0 under a
    name of its own."""
    if old.sold == 0 and old.taken == 0:
        return old._replace(
            model=None,
            variant=None,
            stock_product_id=None,
            product_id=0,
            variation_id=0,
            sku="",
            sku_key="",
        )
    del after[old.external_id]
    name = _free_name(after, old.external_id)
    after[name] = old._replace(external_id=name, is_removed=True)
    return None


def _free_name(taken: Mapping[str, Line], external_id: str) -> str:
    number = 1
    while f"{external_id}/{number}" in taken:
        number += 1
    return f"{external_id}/{number}"


def _update(line: Line, snapshot: LineSnapshot) -> Line:
    """Return a line with what a newer snapshot says of it; a pinned product stays pinned."""
    is_named = snapshot.product_id != 0 or line.product_id == 0
    product = snapshot if is_named else line
    return line._replace(
        product_id=product.product_id,
        variation_id=product.variation_id,
        sku=product.sku,
        sku_key=fold(snapshot.sku) if is_named else line.sku_key,
        name=snapshot.name or line.name,
        total_minor=snapshot.total_minor,
        subtotal_minor=snapshot.subtotal_minor,
        tax_minor=snapshot.tax_minor,
        store_reduced=snapshot.store_reduced,
        problem=snapshot.problem,
        is_removed=False,
        quantity=snapshot.quantity if snapshot.problem is None else line.quantity,
    )
