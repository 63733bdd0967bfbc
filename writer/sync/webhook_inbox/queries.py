"""What the pages of deliveries read: what came, what became of it, which sources wait to be accepted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from writer.db import check_id
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope

OUTCOMES = ("recorded", "repeat", "stale", "ignored", "held", "failed")


@dataclass(frozen=True)
class DeliveryFilters:
    """Which deliveries to list; "" and None leave that out."""

    outcome: str = ""
    number: str = ""
    order_id: int | None = None

    def __bool__(self) -> bool:
        return self != DeliveryFilters()


def count_deliveries(db: Connection, store_scope: StoreScope, filters: DeliveryFilters) -> int:
    """Return how many deliveries the filters leave."""
    found = select(func.count()).select_from(deliveries).where(_wanted(store_scope, filters))
    return int(db.execute(found).scalar_one())


def list_deliveries(
    db: Connection, store_scope: StoreScope, filters: DeliveryFilters, limit: int, offset: int
) -> list[Row[Any]]:
    """Return a page of deliveries without their bodies, newest first."""
    columns = [column for column in deliveries.c if column.name != "body"]
    query = select(*columns, stores.c.name.label("store_name")).outerjoin(stores)
    query = query.where(_wanted(store_scope, filters))
    return list(db.execute(query.order_by(deliveries.c.id.desc()).limit(limit).offset(offset)))


def get_delivery(db: Connection, store_scope: StoreScope, delivery_id: int) -> Row[Any]:
    """Return one delivery with its body and its store's name; raises NotFound."""
    query = select(deliveries, stores.c.name.label("store_name")).outerjoin(stores)
    missing = "There is no such delivery."
    mine = (deliveries.c.id == check_id(delivery_id, missing)) & store_scope.of(deliveries.c.store_id)
    row = db.execute(query.where(mine)).first()
    if row is None:
        raise NotFound(missing)
    return row


def list_held_sources(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return each address that is no store (source, how many are held, first_at, last_at), newest first.

    Nobody is granted what is no store yet: they are for those who see all.
    """
    if not store_scope.is_all:
        return []
    last_at = func.max(deliveries.c.received_at).label("last_at")
    query = select(
        deliveries.c.source,
        func.count().label("held"),
        func.min(deliveries.c.received_at).label("first_at"),
        last_at,
    ).where(deliveries.c.outcome == "held", deliveries.c.store_id.is_(None))
    return list(db.execute(query.group_by(deliveries.c.source).order_by(last_at.desc())))


def _wanted(store_scope: StoreScope, filters: DeliveryFilters) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [deliveries.c.id > 0, store_scope.of(deliveries.c.store_id)]
    if filters.outcome:
        found.append(deliveries.c.outcome == filters.outcome)
    if filters.order_id is not None:
        found.append(deliveries.c.order_id == filters.order_id)
    if filters.number:
        # Some deliveries, such as of a deletion, name no number: they are found by their order's.
        named_so = select(orders.c.id).where(orders.c.number == filters.number)
        found.append(or_(deliveries.c.order_number == filters.number, deliveries.c.order_id.in_(named_so)))
    return and_(*found)
