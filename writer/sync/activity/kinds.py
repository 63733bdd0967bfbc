"""Each kind of activity read from its table: deliveries, readings of orders, pushes, failures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    not_,
    or_,
    select,
    text,
    union,
)

from writer.db.schema.listings import listings
from writer.db.schema.order_import import sync_run_stores, sync_runs
from writer.db.schema.orders import orders
from writer.db.schema.products import products
from writer.db.schema.stock_push import stock_pushes
from writer.db.schema.stores import failures, stores
from writer.db.schema.webhook_inbox import IN_TROUBLE, deliveries
from writer.sync.activity.entries import KINDS, Entry, Filters, Place

# As the index of deliveries that are not simply recorded is written, so that it is used.
is_odd = text("deliveries.outcome <> 'recorded'")
is_in_trouble = text(f"deliveries.{IN_TROUBLE}")


@dataclass(frozen=True)
class Stretch:
    """A stretch of one kind's entries: of which store (None: all), after which place, how many."""

    kind: str
    store_id: int | None
    after: Place | None
    limit: int


def _wanted(
    query: Select[Any], filters: Filters, stretch: Stretch, at: ColumnElement[Any], table: Any
) -> Select[Any]:
    """Narrow a query to a stretch, newest first; `at` is the column of the table by which it is sorted."""
    if stretch.store_id is not None:
        query = query.where(table.c.store_id == stretch.store_id)
    if filters.since is not None:
        query = query.where(at >= filters.since)
    if stretch.after is not None:
        # Written so that one walk over the index of `at` gives them in order.
        query = query.where(at <= stretch.after.at, not_(_is_before(stretch, at, table.c.id)))
    return query.order_by(at.desc(), table.c.id.desc()).limit(stretch.limit)


def _is_before(stretch: Stretch, at: ColumnElement[Any], id_: ColumnElement[int]) -> ColumnElement[bool]:
    """Of what happened at the same moment: it is the last entry seen, or was listed before it."""
    assert stretch.after is not None
    own, last = KINDS.index(stretch.kind), KINDS.index(stretch.after.kind)
    is_same = at == stretch.after.at
    if own == last:
        return is_same & (id_ >= stretch.after.id)
    return is_same if own < last else and_(is_same, id_ < 0)


def _deliveries(db: Connection, filters: Filters, stretch: Stretch) -> list[Entry]:
    names = ("id", "store_id", "source", "topic", "received_at", "order_external_id", "order_number")
    columns = [deliveries.c[name] for name in (*names, "order_id", "outcome", "sentence")]
    query: Select[Any] = select(*columns, stores.c.name.label("store_name"))
    query = query.outerjoin_from(deliveries, stores)
    outcomes = filters.outcomes("delivery")
    if outcomes:
        query = query.where(deliveries.c.outcome.in_(outcomes))
    if outcomes and "recorded" not in outcomes:
        query = query.where(is_odd)
    if filters.order_id is not None:
        query = query.where(deliveries.c.order_id == filters.order_id)
    if filters.number:
        query = query.where(deliveries.c.id.in_(_about(filters.number)))
    query = _wanted(query, filters, stretch, deliveries.c.received_at, deliveries)
    return [_delivery(row) for row in db.execute(query)]


def _about(number: str) -> Any:
    """Return the ids of deliveries about orders of this number; a deletion names none but has its order."""
    named_so = select(orders.c.id).where(orders.c.number == number)
    return union(
        select(deliveries.c.id).where(deliveries.c.order_number == number),
        select(deliveries.c.id).where(deliveries.c.order_id.in_(named_so)),
    )


def _delivery(row: Row[Any]) -> Entry:
    thing, _, verb = row.topic.partition(".")
    return Entry(
        place=Place(row.received_at, "delivery", row.id),
        store_id=row.store_id,
        store_name=row.store_name or row.source or "An unnamed source",
        title=f"{thing.replace('_', ' ').capitalize()} {verb}".strip(),
        sentence=row.sentence,
        outcome=row.outcome,
        path=f"/webhook-inbox/{row.id}",
        order_number=row.order_number or row.order_external_id or "",
        order_id=row.order_id,
    )


def _reads(db: Connection, filters: Filters, stretch: Stretch) -> list[Entry]:
    counts = [sync_run_stores.c[name] for name in ("seen", "created", "updated", "refused")]
    shown = [sync_run_stores.c[name] for name in ("id", "run_id", "store_id", "state", "started_at", "error")]
    query: Select[Any] = select(*shown, *counts, sync_runs.c.started_by, stores.c.name.label("store_name"))
    query = query.join_from(sync_run_stores, sync_runs).join(
        stores, stores.c.id == sync_run_stores.c.store_id
    )
    query = query.where(sync_run_stores.c.started_at.is_not(None))
    if outcomes := filters.outcomes("read"):
        query = query.where(sync_run_stores.c.state.in_(outcomes))
    elif filters.kind != "read":
        # One that found nothing new is listed only where readings are asked for: there are many.
        is_news = sync_run_stores.c.created + sync_run_stores.c.updated + sync_run_stores.c.refused > 0
        query = query.where(or_(is_news, sync_run_stores.c.state != "done"))
    query = _wanted(query, filters, stretch, sync_run_stores.c.started_at, sync_run_stores)
    return [_read(row) for row in db.execute(query)]


def _read(row: Row[Any]) -> Entry:
    counts = {"new": row.created, "changed": row.updated, "not recorded": row.refused}
    found = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) or "nothing new"
    return Entry(
        place=Place(row.started_at, "read", row.id),
        store_id=row.store_id,
        store_name=row.store_name,
        title="Orders read",
        sentence=row.error or f"{row.seen:,} read, {found}.",
        outcome=row.state if row.state != "waiting" else "running",
        path=f"/order-import/{row.run_id}",
    )


def _pushes(db: Connection, filters: Filters, stretch: Stretch) -> list[Entry]:
    sku = func.coalesce(products.c.sku, func.nullif(listings.c.sku, ""), listings.c.name).label("sku")
    query = select(stock_pushes, sku, stores.c.name.label("store_name"))
    query = query.join(listings, listings.c.id == stock_pushes.c.listing_id)
    query = query.join(stores, stores.c.id == stock_pushes.c.store_id)
    query = query.outerjoin(products, products.c.id == listings.c.stock_product_id)
    return [
        _push(row) for row in db.execute(_wanted(query, filters, stretch, stock_pushes.c.at, stock_pushes))
    ]


def _push(row: Row[Any]) -> Entry:
    before = "no number" if row.was is None else f"{row.was:,}"
    return Entry(
        place=Place(row.at, "push", row.id),
        store_id=row.store_id,
        store_name=row.store_name,
        title=f"Stock of {row.sku} updated",
        sentence=f"{before} → {row.quantity:,}",
        outcome="updated",
        path=f"/stores/{row.store_id}/stock-sync?{urlencode({'q': row.sku})}",
    )


def _failures(db: Connection, filters: Filters, stretch: Stretch) -> list[Entry]:
    outcome = case((failures.c.ended_at.is_(None), "open"), else_="resolved").label("outcome")
    query = select(failures, outcome, listings.c.sku, stores.c.name.label("store_name"))
    query = query.join(stores, stores.c.id == failures.c.store_id)
    query = query.outerjoin(listings, listings.c.id == failures.c.listing_id)
    if outcomes := filters.outcomes("failure"):
        query = query.where(outcome.in_(outcomes))
    return [
        _failure(row) for row in db.execute(_wanted(query, filters, stretch, failures.c.last_at, failures))
    ]


def _failure(row: Row[Any]) -> Entry:
    times = "" if row.times == 1 else f", {row.times:,} times"
    return Entry(
        place=Place(row.last_at, "failure", row.id),
        store_id=row.store_id,
        store_name=row.store_name,
        title=f"Could not {row.what}{times}",
        sentence=row.sentence,
        outcome=row.outcome,
        path=f"/stock-sync/{row.id}",
    )


READ: dict[str, Callable[[Connection, Filters, Stretch], list[Entry]]] = {
    "delivery": _deliveries,
    "read": _reads,
    "push": _pushes,
    "failure": _failures,
}
