"""Which model and variant a line counts as: the owner's word on a product, else the SKU rules."""

from sqlalchemy import Connection, select, tuple_

from writer import sales
from writer.orders.lines import Line
from writer.schema.orders import product_skus


def match(db: Connection, store_id: int, lines: list[Line]) -> None:
    """Pin model and variant on each of `lines` that a rule or a mapping knows; leave the others."""
    said = _said_by_owner(db, store_id, [line for line in lines if line.product_id])
    found: dict[str, tuple[str, str] | None] = {}
    for line in lines:
        sku = said.get((line.product_id, line.variation_id), line.sku)
        if sku.strip() and sku not in found:
            found[sku] = sales.classify(db, sku)
        pair = found.get(sku)
        if pair:
            line.model, line.variant = pair


def _said_by_owner(db: Connection, store_id: int, lines: list[Line]) -> dict[tuple[int, int], str]:
    if not lines:
        return {}
    wanted = [(line.product_id, line.variation_id) for line in lines]
    rows = db.execute(
        select(product_skus.c.product_id, product_skus.c.variation_id, product_skus.c.sku).where(
            product_skus.c.store_id == store_id,
            tuple_(product_skus.c.product_id, product_skus.c.variation_id).in_(wanted),
        )
    )
    return {(row.product_id, row.variation_id): row.sku for row in rows}
