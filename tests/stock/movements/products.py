"""Counted products as the tests make them and look at them."""

from typing import Any

from sqlalchemy import Row, func, select

from writer.db import Database
from writer.db.schema.movements import movements
from writer.db.schema.notices import notices
from writer.db.schema.products import products
from writer.stock.movements import add_product
from writer.stock.products import get


def make_product(database: Database, sku: str = "X", on_hand: int = 10, **settings: Any) -> Row[Any]:
    """A counted product; its first count is the movement every list below leaves out."""
    with database.transaction() as db:
        return add_product(db, "ada", sku, on_hand, **settings)


def product(database: Database, sku: str = "X") -> Row[Any]:
    """The product as it is now."""
    with database.reading() as db:
        return get(db, sku)


def on_hand(database: Database, sku: str = "X") -> int:
    """The cached count, which must equal the sum of the movements."""
    found = product(database, sku)
    with database.reading() as db:
        total = select(func.coalesce(func.sum(movements.c.quantity), 0))
        assert db.execute(total.where(movements.c.stock_product_id == found.id)).scalar_one() == found.on_hand
    return int(found.on_hand)


def moves(database: Database, sku: str = "X") -> list[int]:
    """The quantities of its movements in the order they were recorded, without the first count."""
    wanted = (products.c.sku == sku) & (movements.c.note != "first count")
    with database.reading() as db:
        ordered = select(movements.c.quantity).join(products).where(wanted).order_by(movements.c.id)
        return list(db.execute(ordered).scalars())


def kinds(database: Database) -> list[str]:
    """The kinds of all movements in the order they were recorded, without first counts."""
    with database.reading() as db:
        ordered = select(movements.c.kind).where(movements.c.note != "first count").order_by(movements.c.id)
        return list(db.execute(ordered).scalars())


def open_notices(database: Database) -> dict[str, str]:
    """The sentence of each open notice by kind."""
    with database.reading() as db:
        is_open = select(notices.c.kind, notices.c.sentence).where(notices.c.closed_at.is_(None))
        return {row.kind: row.sentence for row in db.execute(is_open)}
