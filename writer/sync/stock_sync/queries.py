"""What the pages and the API about pushing read: a store's health, its listings, what fails."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, not_, or_, select

from writer.db import check_id
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import failures, stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.stores import PushState, listing_conditions, state_columns, state_of
from writer.stores import get as get_store
from writer.sync import differences, stock_push

# What the list of listings can be narrowed to, and what that is called.
LISTINGS = {"all": "All", "waiting": "To update", "trouble": "Needs you"}

# The first that is true is what is said of a listing; what is "right" shows the count.
_status = case(
    (listing_conditions.is_gone, "gone"),
    (not_(products.c.is_active), "inactive"),
    (differences.is_undecided, "asked"),
    (listing_conditions.is_unexplained, "unexplained"),
    (listing_conditions.has_problem, "problem"),
    (listing_conditions.is_pending, "waiting"),
    else_="right",
)
_TROUBLE = ("gone", "asked", "unexplained", "problem")


@dataclass(frozen=True)
class Health:
    """How a store is doing; `store` is its row."""

    store: Row[Any]
    mapped: int  # listings that are a product of ours
    queue: int  # of them due: they are compared at the next push
    trouble: int  # of them not pushed, and somebody should look
    undecided: int  # stock_differences that wait for the owner's answer
    open_failures: int
    unprocessed: int  # deliveries whose effect is not in the count yet

    @property
    def is_well(self) -> bool:
        stuck = self.trouble or self.undecided or self.open_failures or self.store.mass_change
        return self.store.push_state == "on" and not stuck and self.store.last_error is None


@dataclass(frozen=True)
class PushedListing:
    """A listing of a product of ours, as the page of its store's pushing shows it. Quantities in units."""

    id: int
    stock_product_id: int
    sku: str  # ours
    target: int  # what it should show
    shown_quantity: int | None  # None: no number, or never read
    shown_at: datetime | None  # None: never read
    status: str  # the first of _status that is true
    state: PushState

    @property
    def is_being_checked(self) -> bool:
        """Whether it shows what it should, and is only compared again."""
        is_right = self.shown_quantity == self.target and self.state.known_quantities == [self.target]
        return self.status == "waiting" and is_right and self.state.retry_at is None


def health(db: Connection, store_id: int) -> Health:
    """Return how a store is doing. Raises NotFound."""
    store = get_store(db, store_id)
    mapped = _of_store(store_id)
    due = mapped.join(stores, stores.c.id == listings.c.store_id).where(stock_push.is_due())
    failing = (failures.c.store_id == store_id) & failures.c.ended_at.is_(None)
    unprocessed = (deliveries.c.store_id == store_id) & deliveries.c.next_attempt_at.is_not(None)
    return Health(
        store=store,
        mapped=_count(db, mapped),
        queue=_count(db, due),
        trouble=_count(db, mapped.where(_wanted("trouble"))),
        undecided=differences.count_differences(db, store_id, only_undecided=True),
        open_failures=_count(db, select(failures.c.id).where(failing)),
        unprocessed=_count(db, select(deliveries.c.id).where(unprocessed)),
    )


def in_trouble() -> Select[Any]:
    """Return the query for the store of each listing in trouble, but for undecided differences."""
    query = select(listings.c.store_id).join(products, products.c.id == listings.c.stock_product_id)
    return query.where(
        listing_conditions.is_in_trouble, or_(listing_conditions.is_gone, products.c.is_active)
    )


def count_in_trouble(db: Connection, store_id: int) -> int:
    """Return how many listings of a store are not updated until somebody looks, but for differences."""
    return _count(db, in_trouble().where(listings.c.store_id == store_id))


def count_listings(db: Connection, store_id: int, which: str, text: str = "") -> int:
    """Return how many listings of products of ours a filter and part of a SKU leave."""
    return _count(db, _of_store(store_id).where(_wanted(which), _named(text)))


def list_listings(
    db: Connection, store_id: int, which: str, text: str, limit: int, offset: int
) -> list[PushedListing]:
    """Return a page of them by SKU."""
    shown = (listings.c.id, listings.c.shown_quantity, listings.c.shown_at)
    of_product = (products.c.id.label("stock_product_id"), products.c.sku)
    computed = (stock_push.target.label("target"), _status.label("status"))
    query = select(*shown, *of_product, *computed, *state_columns)
    query = query.select_from(listings).join(products, products.c.id == listings.c.stock_product_id)
    query = query.join(stores, stores.c.id == listings.c.store_id)
    query = query.where(listings.c.store_id == store_id, _wanted(which), _named(text))
    query = query.order_by(products.c.sku_key, listings.c.product_id, listings.c.variation_id)
    return [_listing(row) for row in db.execute(query.limit(limit).offset(offset))]


def _listing(row: Row[Any]) -> PushedListing:
    same = ("id", "stock_product_id", "sku", "target", "shown_quantity", "shown_at", "status")
    return PushedListing(**{name: getattr(row, name) for name in same}, state=state_of(row))


def count_failures(db: Connection, store_scope: StoreScope, which: str, store_id: int | None = None) -> int:
    """Return how many failures are open, over, or all, of the stores that are seen or of one of them."""
    return _count(db, select(failures.c.id).where(_failed(store_scope, which, store_id)))


def list_failures(
    db: Connection, store_scope: StoreScope, which: str, store_id: int | None, limit: int, offset: int = 0
) -> list[Row[Any]]:
    """Return a page of them, what failed last first, with `store_name` and `sku` (None: the whole store)."""
    query = _failures().where(_failed(store_scope, which, store_id))
    query = query.order_by(failures.c.last_at.desc(), failures.c.id.desc())
    return list(db.execute(query.limit(limit).offset(offset)))


def get_failure(db: Connection, store_scope: StoreScope, failure_id: int) -> Row[Any]:
    """Return one failure as `list_failures` does; raises NotFound, also where its store is not seen."""
    missing = "There is no such failure."
    known = failures.c.id == check_id(failure_id, missing)
    row = db.execute(_failures().where(known, store_scope.of(failures.c.store_id))).first()
    if row is None:
        raise NotFound(missing)
    return row


def _failures() -> Select[Any]:
    columns = [stores.c.name.label("store_name"), listings.c.sku]
    query = select(failures, *columns).join(stores, stores.c.id == failures.c.store_id)
    return query.outerjoin(listings, listings.c.id == failures.c.listing_id)


def _failed(store_scope: StoreScope, which: str, store_id: int | None) -> ColumnElement[bool]:
    is_over = failures.c.ended_at.is_not(None)
    chosen = {"open": not_(is_over), "ended": is_over, "all": failures.c.id > 0}[which]
    of_store = failures.c.store_id == store_id if store_id is not None else failures.c.id > 0
    return and_(store_scope.of(failures.c.store_id), chosen, of_store)


def _of_store(store_id: int) -> Select[Any]:
    query = select(listings.c.id).join(products, products.c.id == listings.c.stock_product_id)
    return query.where(listings.c.store_id == store_id)


def _wanted(which: str) -> ColumnElement[bool]:
    if which == "waiting":
        return _status == "waiting"
    return _status.in_(_TROUBLE) if which == "trouble" else listings.c.id > 0


def _named(text: str) -> ColumnElement[bool]:
    part = text.replace("\0", "").strip()
    if not part:
        return listings.c.id > 0
    of_either = [column.icontains(part, autoescape=True) for column in (products.c.sku, listings.c.sku)]
    return or_(*of_either)


def _count(db: Connection, query: Select[Any]) -> int:
    return int(db.execute(select(func.count()).select_from(query.subquery())).scalar_one())
