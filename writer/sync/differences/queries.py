"""What only reads: the log of differences, and which listings wait for their owner's answer."""

from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from writer.db import check_id
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.lib.errors import NotFound

# The owner was asked about a difference in this listing and has not answered: it is not pushed until then.
is_undecided = listings.c.id.in_(
    select(stock_differences.c.listing_id).where(stock_differences.c.decided_at.is_(None))
)


def count_differences(db: Connection, store_id: int, only_undecided: bool = False) -> int:
    """Return how many differences of a store the log has, or how many of them wait for an answer."""
    query = select(func.count()).select_from(_differences(store_id, only_undecided).subquery())
    return int(db.execute(query).scalar_one())


def list_differences(
    db: Connection, store_id: int, limit: int, offset: int = 0, only_undecided: bool = False
) -> list[Row[Any]]:
    """Return differences of a store, newest first, with the `sku`, `listing_name`, `stock_product_id` and
    `on_hand` of each."""
    query = _differences(store_id, only_undecided).order_by(stock_differences.c.id.desc())
    return list(db.execute(query.limit(limit).offset(offset)))


def check_belongs(db: Connection, store_id: int, difference_id: int) -> None:
    """Raise NotFound where the store has no such difference."""
    missing = "This store has no such difference."
    known = stock_differences.c.id == check_id(difference_id, missing)
    if db.execute(_differences(check_id(store_id, missing)).where(known)).first() is None:
        raise NotFound(missing)


def _differences(store_id: int, only_undecided: bool = False) -> Select[Any]:
    our_sku = func.coalesce(products.c.sku, listings.c.sku).label("sku")
    columns = [listings.c.name.label("listing_name"), listings.c.stock_product_id, products.c.on_hand]
    query = select(stock_differences, our_sku, *columns)
    query = query.join(listings, listings.c.id == stock_differences.c.listing_id)
    query = query.outerjoin(products, products.c.id == listings.c.stock_product_id)
    query = query.where(listings.c.store_id == store_id)
    return query.where(stock_differences.c.decided_at.is_(None)) if only_undecided else query
