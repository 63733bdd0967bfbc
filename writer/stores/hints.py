"""What a product webhook is good for: a hint that a listing shows something else than it was told.

It moves nothing: most are echoes of our own pushes, and a sale's order comes by itself.
"""

from typing import Any

from sqlalchemy import select, update

from writer.db import Database
from writer.schema.stores import listings


def product_changed(database: Database, store_id: int, payload: Any) -> None:
    """Let a listing be looked at soon where the product it is says another stock than it was told."""
    if not isinstance(payload, dict) or not isinstance(payload.get("id"), int):
        return
    number, quantity = payload["id"], payload.get("stock_quantity")
    is_variation = payload.get("type") == "variation"
    column = listings.c.variation_id if is_variation else listings.c.product_id
    of_product = (column == number) if is_variation else (column == number) & (listings.c.variation_id == 0)
    query = select(listings.c.id, listings.c.pushed, listings.c.needs_look).where(
        listings.c.store_id == store_id, of_product, listings.c.stock_product_id.is_not(None)
    )
    with database.reading() as db:
        row = db.execute(query).first()
    if row is None or row.needs_look or quantity is None or row.pushed in (None, quantity):
        return
    with database.transaction() as db:
        db.execute(update(listings).where(listings.c.id == row.id).values(needs_look=True))
