"""What the search over everything finds of orders: by number, customer or SKU, each by how it begins."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, union_all

from writer import stock
from writer.db import begins_with
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores
from writer.lib import money
from writer.lib.store_scope import StoreScope
from writer.orders.browse.states import shipping
from writer.orders.record import visible
from writer.web.search import Group, Hit

SHOWN = 6
# Of each way, whosever they are: this bounds the cost of a search, also for somebody who sees few of them.
MOST_LOOKED_AT = 1_000
_EXACT, _BY_NUMBER, _BY_CUSTOMER, _BY_SKU = range(4)


def search_orders(db: Connection, store_scope: StoreScope, text: str) -> Group:
    """Return the orders that `text` finds: of this number, then by number, customer and SKU, newest first."""
    rows = _rows(db, store_scope, text)
    hits = [_hit(row) for row in rows[:SHOWN]]
    more = f"/orders?{urlencode({'q': text})}" if len(rows) > SHOWN else None
    return Group("Orders", "receipt", hits, more)


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        f"#{row.number}",
        f"/orders/{row.id}",
        " · ".join(part for part in (row.customer_name, row.store_name, shipping(row).text) if part),
        row.created_at,
        money.to_text(row.total_minor, row.currency),
        row.way == _EXACT,
    )


def _rows(db: Connection, store_scope: StoreScope, text: str) -> list[Row[Any]]:
    # Each in its own brackets, because SQLite accepts a LIMIT only at the end of a union.
    ways = union_all(*(select(way.subquery()) for way in _ways(db, text))).subquery()
    best = select(ways.c.id, func.min(ways.c.way).label("way")).group_by(ways.c.id).subquery()
    said = (orders.c.number, orders.c.customer_name, orders.c.created_at, orders.c.status, orders.c.to_ship)
    worth = (orders.c.total_minor, orders.c.currency)
    found = (
        select(orders.c.id, *said, *worth, stores.c.name.label("store_name"), best.c.way)
        .join(best, best.c.id == orders.c.id)
        .join(stores, stores.c.id == orders.c.store_id)
        .where(visible(store_scope))
        .order_by(best.c.way, orders.c.created_at.desc(), orders.c.id.desc())
    )
    return list(db.execute(found.limit(SHOWN + 1)))


def _ways(db: Connection, text: str) -> list[Select[Any]]:
    number, name = text.removeprefix("#").strip(), " ".join(text.casefold().split())
    ways = [_some(_BY_CUSTOMER, begins_with(db, orders.c.customer_email, text.lower()))]
    for column in (orders.c.customer_key, orders.c.customer_turned):
        ways.append(_some(_BY_CUSTOMER, begins_with(db, column, name)))
    for written in {number, number.upper()} - {""}:
        ways.append(_some(_EXACT, orders.c.number == written))
        ways.append(_some(_BY_NUMBER, begins_with(db, orders.c.number, written)))
    has_sku = begins_with(db, order_lines.c.sku_key, stock.key(text)) & ~order_lines.c.is_removed
    of_lines = select(order_lines.c.order_id.label("id"), literal(_BY_SKU).label("way")).where(has_sku)
    return [*ways, of_lines.limit(MOST_LOOKED_AT)]


def _some(way: int, which: ColumnElement[bool]) -> Select[Any]:
    return select(orders.c.id, literal(way).label("way")).where(which).limit(MOST_LOOKED_AT)
