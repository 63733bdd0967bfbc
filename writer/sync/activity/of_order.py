"""What stores did about one order: deliveries that changed nothing, and the counts that stores took."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stock_push import stock_pushes
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.store_scope import StoreScope
from writer.orders import Happening, Moved
from writer.sync.activity.entries import OUTCOMES, TROUBLE_OF

_FOLLOWS_WITHIN = timedelta(hours=1)  # a later push most likely follows from something else
_MOST_PRODUCTS = 20


def list_of_order(
    db: Connection, store_scope: StoreScope, order_id: int, moved: Sequence[Moved]
) -> list[Happening]:
    """Return what stores did about an order that the caller may see, in stores that he may see."""
    return [*_deliveries(db, order_id), *_pushes(db, store_scope, moved)]


def _deliveries(db: Connection, order_id: int) -> list[Happening]:
    columns = [deliveries.c[name] for name in ("id", "received_at", "topic", "outcome", "sentence")]
    about = (deliveries.c.order_id == order_id) & (deliveries.c.outcome != "recorded")
    return [_delivery(row) for row in db.execute(select(*columns).where(about).order_by(deliveries.c.id))]


def _delivery(row: Any) -> Happening:
    is_trouble = row.outcome in TROUBLE_OF["delivery"]
    word = OUTCOMES["delivery"].get(row.outcome, row.outcome)
    return Happening(
        row.received_at,
        f"{word}: {row.topic} of the store",
        technical=f"Delivery {row.id}. {row.sentence or ''}".strip(),
        path=f"/webhook-inbox/{row.id}",
        is_technical=not is_trouble,
    )


def _pushes(db: Connection, store_scope: StoreScope, moved: Sequence[Moved]) -> list[Happening]:
    """Say which stores took the new counts after each time that the order moved stock."""
    found = []
    for recorded_at in sorted({each.recorded_at for each in moved}):
        ids = sorted({each.stock_product_id for each in moved if each.recorded_at == recorded_at})
        query = (
            select(stock_pushes.c.at, stock_pushes.c.quantity, stores.c.name, products.c.sku, listings.c.id)
            .join(listings, listings.c.id == stock_pushes.c.listing_id)
            .join(products, products.c.id == listings.c.stock_product_id)
            .join(stores, stores.c.id == stock_pushes.c.store_id)
            .where(stock_pushes.c.at >= recorded_at, stock_pushes.c.at < recorded_at + _FOLLOWS_WITHIN)
            .where(products.c.id.in_(ids[:_MOST_PRODUCTS]), store_scope.of(stock_pushes.c.store_id))
            .order_by(stock_pushes.c.id)
        )
        first: dict[int, Any] = {}
        for row in db.execute(query):
            first.setdefault(row.id, row)
        if first:
            found.append(_took_counts(list(first.values())))
    return found


def _took_counts(pushes: list[Any]) -> Happening:
    names = sorted({row.name for row in pushes})
    who = f"{len(names)} stores show" if len(names) > 1 else f"{names[0]} shows"
    counts = sorted({f"{row.sku}: {row.quantity}" for row in pushes})
    return Happening(max(row.at for row in pushes), f"{who} the new counts", ", ".join(counts))
