"""What is due to be pushed, and to what number: read from the database alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.stores import PushState, callable_stores, listing_conditions, state_columns, state_of
from writer.sync import differences

CHUNK = 100  # WooCommerce takes at most 100 ids in a list and 100 items in a batch
MASS_SHARE = 0.20
MASS_FEW = 10  # a change of so few listings is never a mass change
CONFIRMED_FOR = timedelta(hours=1)

_available = products.c.on_hand - products.c.set_aside
_offered = _available - stores.c.buffer
target = case(
    (or_(listings.c.allows_backorders, products.c.allows_backorders), _available),
    (_offered > 0, _offered),
    else_=0,
)


@dataclass(frozen=True)
class DueListing:
    """A listing whose store may show another number than the count. Quantities in units."""

    id: int
    stock_product_id: int
    product_id: int
    variation_id: int
    sku: str
    target: int
    count_version: int  # of the product, whose count `target` was made from
    shown_modified_at: datetime | None  # by the store's clock, when it was read last; None: not told
    state: PushState
    own: differences.OwnOrders  # what this store's own orders moved since the confirmed number

    @property
    def item_id(self) -> int:
        """The number by which the store knows it: the variation's, else the product's."""
        return self.variation_id or self.product_id


def is_due() -> ColumnElement[bool]:
    """Return the condition under which a mapped listing (joined with its product and store) is due."""
    return and_(
        stores.c.push_state == "on",
        stores.c.is_active,
        products.c.is_active,
        listing_conditions.may_be_pushed(clock.now()),
        ~differences.is_undecided,
    )


def list_due(
    db: Connection, store_id: int, variations: bool, after: tuple[int, int], not_since: datetime | None = None
) -> list[DueListing]:
    """Return up to 100 due listings of a store after the key (product id, id), which is how they are sorted.

    Simple products and variations are asked for apart, for the store answers them apart. With `not_since`
    those pushed later than that are left for another time.
    """
    key = (listings.c.product_id > after[0]) | (
        (listings.c.product_id == after[0]) & (listings.c.id > after[1])
    )
    which = listings.c.variation_id != 0 if variations else listings.c.variation_id == 0
    query = _joined().where(is_due(), listings.c.store_id == store_id, which, key)
    if not_since is not None:
        query = query.where(listing_conditions.was_not_written_since(not_since, clock.now()))
    return _with_own(db, query.order_by(listings.c.product_id, listings.c.id).limit(CHUNK))


def load_again(db: Connection, listing_ids: list[int], locked: bool = False) -> dict[int, DueListing]:
    """Return the same listings as they stand now, by id; `locked`: their counts then stay as they are."""
    query = _joined().where(listings.c.id.in_(listing_ids))
    found = _with_own(db, query.with_for_update(of=products) if locked else query)
    return {listing.id: listing for listing in found}


def list_due_stores(db: Connection, not_since: datetime | None = None) -> list[int]:
    """Return the ids of stores that have anything due and may be called now."""
    query = (
        select(stores.c.id)
        .join(listings, listings.c.store_id == stores.c.id)
        .join(products, products.c.id == listings.c.stock_product_id)
        .where(is_due(), stores.c.id.in_([store.id for store in callable_stores(db)]))
        .distinct()
    )
    if not_since is not None:
        query = query.where(listing_conditions.was_not_written_since(not_since, clock.now()))
    return sorted(db.execute(query).scalars())


def has_unprocessed(db: Connection, store_id: int) -> bool:
    """Tell whether a delivery of the store waits to be processed: its effect is not in the count yet."""
    waiting = (deliveries.c.store_id == store_id) & deliveries.c.next_attempt_at.is_not(None)
    return db.execute(select(deliveries.c.id).where(waiting).limit(1)).first() is not None


def mass_change(db: Connection, store: Row[Any]) -> str | None:
    """Return why a push to this store waits for the owner's confirmation, or None.

    More than 20 % of its listings would change, or more than ten fall to 0 (RULES 6): a faulty import
    looks like that. A confirmation holds for an hour.
    """
    confirmed = store.mass_confirmed_at
    if confirmed is not None and clock.now() - confirmed < CONFIRMED_FOR:
        return None
    of_store = (
        select(listings.c.id)
        .join(products, products.c.id == listings.c.stock_product_id)
        .join(stores, stores.c.id == listings.c.store_id)
        .where(listings.c.store_id == store.id)
    )
    changing = of_store.where(is_due(), listing_conditions.would_become(target))
    total = _count(db, of_store.where(~listing_conditions.is_gone))
    changed = _count(db, changing)
    zeroed = _count(db, changing.where(target == 0))
    if zeroed > MASS_FEW:
        return f"{zeroed} of {total} listings of {store.name} would be set to 0."
    if changed > MASS_FEW and changed > total * MASS_SHARE:
        return f"{changed} of {total} listings of {store.name} would change at once."
    return None


def _count(db: Connection, query: Select[Any]) -> int:
    return int(db.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _with_own(db: Connection, query: Select[Any]) -> list[DueListing]:
    rows = db.execute(query).all()
    moved = differences.since_confirmed(db, [row.id for row in rows])
    return [_listing(row, moved.get(row.id, differences.NOTHING)) for row in rows]


def _listing(row: Row[Any], own: differences.OwnOrders) -> DueListing:
    same = (
        "id",
        "stock_product_id",
        "product_id",
        "variation_id",
        "sku",
        "target",
        "count_version",
        "shown_modified_at",
    )
    return DueListing(**{name: getattr(row, name) for name in same}, state=state_of(row), own=own)


def _joined() -> Select[Any]:
    return (
        select(
            listings.c.id,
            listings.c.stock_product_id,
            listings.c.product_id,
            listings.c.variation_id,
            products.c.sku,
            target.label("target"),
            products.c.version.label("count_version"),
            listings.c.shown_modified_at,
            *state_columns,
        )
        .join(products, products.c.id == listings.c.stock_product_id)
        .join(stores, stores.c.id == listings.c.store_id)
    )
