"""What the stores room reads for its pages: stores, their secrets' dates, what was delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from writer import clock
from writer.errors import NotFound
from writer.schema.orders import orders
from writer.schema.stores import deliveries, store_secrets, stores
from writer.sight import Sight

MAX_ID = 2**31 - 1
OUTCOMES = ("recorded", "repeat", "stale", "ignored", "held", "failed")


@dataclass(frozen=True)
class DeliveryFilters:
    """Which deliveries to list; "" and None leave that out."""

    outcome: str = ""
    number: str = ""
    order_id: int | None = None

    def __bool__(self) -> bool:
        return self != DeliveryFilters()


@dataclass(frozen=True)
class SecretState:
    """What a store's deliveries may be signed with, without the secrets themselves."""

    own_since: datetime | None  # None: the shared secret, there is no own one
    old_until: datetime | None  # the one before is good until then; None: no longer


def known_id(number: int) -> int:
    """Return an id from an address; raises NotFound where it is beyond any column of ours."""
    if not 0 < number <= MAX_ID:
        raise NotFound("There is no such thing.")
    return number


def list_stores(db: Connection, sight: Sight) -> list[Row[Any]]:
    """Return every store that is seen, by name."""
    return list(db.execute(select(stores).where(sight.of(stores.c.id)).order_by(stores.c.name, stores.c.id)))


def list_statuses(db: Connection, store_id: int) -> list[str]:
    """Return every status that orders of the store have, by name; not the trash, which is none of theirs."""
    of_store = (orders.c.store_id == store_id) & ~orders.c.is_trashed
    found = select(orders.c.status).where(of_store).distinct()
    return list(db.execute(found.order_by(orders.c.status)).scalars())


def secret_state(db: Connection, store: Row[Any]) -> SecretState:
    """Return since when the store has its own secret, and until when the one before is good."""
    mine = store_secrets.c.store_id == store.id
    rows = db.execute(select(store_secrets.c.created_at, store_secrets.c.valid_until).where(mine)).all()
    own_since = max((row.created_at for row in rows if row.valid_until is None), default=None)
    ends = [row.valid_until for row in rows] + [store.shared_secret_until]
    return SecretState(own_since, max((end for end in ends if end and end > clock.now()), default=None))


def count_deliveries(db: Connection, sight: Sight, filters: DeliveryFilters) -> int:
    """Return how many deliveries the filters leave."""
    found = select(func.count()).select_from(deliveries).where(_wanted(sight, filters))
    return int(db.execute(found).scalar_one())


def list_deliveries(
    db: Connection, sight: Sight, filters: DeliveryFilters, limit: int, offset: int
) -> list[Row[Any]]:
    """Return a page of deliveries without their bodies, newest first."""
    columns = [column for column in deliveries.c if column.name != "body"]
    query = select(*columns, stores.c.name.label("store_name")).outerjoin(stores)
    query = query.where(_wanted(sight, filters))
    return list(db.execute(query.order_by(deliveries.c.id.desc()).limit(limit).offset(offset)))


def get_delivery(db: Connection, sight: Sight, delivery_id: int) -> Row[Any]:
    """Return one delivery with its body and its store's name; raises NotFound."""
    query = select(deliveries, stores.c.name.label("store_name")).outerjoin(stores)
    mine = (deliveries.c.id == known_id(delivery_id)) & sight.of(deliveries.c.store_id)
    row = db.execute(query.where(mine)).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    return row


def list_held_sources(db: Connection, sight: Sight) -> list[Row[Any]]:
    """Return each address that is no store (source, how many are held, first_at, last_at), newest first.

    Nobody is granted what is no store yet: they are for those who see all.
    """
    if not sight.is_all:
        return []
    last_at = func.max(deliveries.c.received_at).label("last_at")
    query = select(
        deliveries.c.source,
        func.count().label("held"),
        func.min(deliveries.c.received_at).label("first_at"),
        last_at,
    ).where(deliveries.c.outcome == "held", deliveries.c.store_id.is_(None))
    return list(db.execute(query.group_by(deliveries.c.source).order_by(last_at.desc())))


def _wanted(sight: Sight, filters: DeliveryFilters) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [deliveries.c.id > 0, sight.of(deliveries.c.store_id)]
    if filters.outcome:
        found.append(deliveries.c.outcome == filters.outcome)
    if filters.order_id is not None:
        found.append(deliveries.c.order_id == filters.order_id)
    if filters.number:
        # Some deliveries, such as of a deletion, name no number: they are found by their order's.
        named_so = select(orders.c.id).where(orders.c.number == filters.number)
        found.append(or_(deliveries.c.order_number == filters.number, deliveries.c.order_id.in_(named_so)))
    return and_(*found)
