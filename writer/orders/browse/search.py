"""Finds orders by the beginning of a number, of a customer's name or e-mail address, or of a SKU."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, union

from writer import stock
from writer.db import begins_with
from writer.db.schema.orders import order_lines, orders
from writer.lib.store_scope import StoreScope
from writer.orders.record import visible

# Of each kind; more are of no use to a person, and the limit bounds the cost of a search.
MOST_FOUND = 5_000


def matching(db: Connection, store_scope: StoreScope, text: str) -> Select[tuple[int]]:
    """Select the ids of orders that match `text`, a few thousand at most.

    A name is found by its first or last word, ignoring case: "ada", "lovelace", "Ada Love". A number is
    found with or without "#".
    """
    typed = text.strip()
    number = typed.removeprefix("#").strip()
    ways = [(orders.c.number, number), (orders.c.number, number.upper()), *_ways_of_customer(typed)]
    found = _each(db, store_scope, ways)
    of_lines = select(order_lines.c.order_id).join(orders, orders.c.id == order_lines.c.order_id)
    has_sku = begins_with(db, order_lines.c.sku_key, stock.key(typed)) & ~order_lines.c.is_removed
    found.append(of_lines.where(has_sku, visible(store_scope)).limit(MOST_FOUND))
    return _any_of(found)


def of_customer(db: Connection, store_scope: StoreScope, text: str) -> Select[tuple[int]]:
    """Select the ids of orders whose customer's name or e-mail address begins so, as `matching` does."""
    return _any_of(_each(db, store_scope, _ways_of_customer(text.strip())))


def _ways_of_customer(typed: str) -> list[tuple[ColumnElement[str | None], str]]:
    name = " ".join(typed.casefold().split())
    return [
        (orders.c.customer_email, typed.lower()),
        (orders.c.customer_key, name),
        (orders.c.customer_turned, name),
    ]


def _each(
    db: Connection, store_scope: StoreScope, ways: list[tuple[ColumnElement[Any], str]]
) -> list[Select[tuple[int]]]:
    return [_some(begins_with(db, column, text) & visible(store_scope)) for column, text in ways if text]


def _any_of(found: list[Select[tuple[int]]]) -> Select[tuple[int]]:
    # Each in its own brackets, because SQLite accepts a LIMIT only at the end of a union.
    parts = union(*(select(part.subquery()) for part in found)).subquery()
    return select(parts.c[0])


def _some(which: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(orders.c.id).where(which).limit(MOST_FOUND)
