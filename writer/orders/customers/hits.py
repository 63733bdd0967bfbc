"""What the search over everything finds of customers: by how a name or an e-mail address begins."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, union

from writer.db import begins_with
from writer.db.schema.orders import orders
from writer.lib.store_scope import StoreScope
from writer.orders.record import visible
from writer.web.search import Group, Hit

SHOWN = 6
MOST_LOOKED_AT = 1_000  # orders of each way, whosever they are: this bounds the cost of a search


def search_customers(db: Connection, store_scope: StoreScope, text: str) -> Group:
    """Return the customers of orders that are seen, the one of this e-mail address first, then by name."""
    typed, name = text.lower(), " ".join(text.casefold().split())
    ways = (
        (orders.c.customer_email, typed),
        (orders.c.customer_key, name),
        (orders.c.customer_turned, name),
    )
    found = [_some(begins_with(db, column, value)) for column, value in ways]
    # Each in its own brackets, because SQLite accepts a LIMIT only at the end of a union.
    ids = union(*(select(way.subquery()) for way in found)).subquery()
    is_exact = (orders.c.customer_email == typed).label("is_exact")
    people = (
        select(
            orders.c.customer_email,
            func.max(orders.c.customer_name).label("name"),
            func.max(orders.c.id).label("order_id"),
            is_exact,
        )
        .join(ids, ids.c.id == orders.c.id)
        .where(orders.c.customer_email.is_not(None), visible(store_scope))
        .group_by(orders.c.customer_email)
        .order_by(is_exact.desc(), func.max(orders.c.created_at).desc())
    )
    rows = db.execute(people.limit(SHOWN)).all()
    hits = [
        Hit(
            row.name or row.customer_email,
            f"/customers/{row.order_id}",  # an e-mail address would stand in the log of requests
            row.customer_email,
            is_exact=row.is_exact,
        )
        for row in rows
    ]
    return Group("Customers", "person", hits)


def _some(which: ColumnElement[bool]) -> Select[Any]:
    return select(orders.c.id).where(which).limit(MOST_LOOKED_AT)
