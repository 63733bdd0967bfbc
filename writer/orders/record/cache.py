"""What is kept of an order beside its lines: for how long, and what is forgotten when a person is erased."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from writer import db as database
from writer.db.schema.orders import order_refunds, orders
from writer.lib import clock
from writer.lib.errors import Invalid, NotFound
from writer.orders.record import settle
from writer.orders.record.rules import Standing
from writer.orders.record.snapshot import Channel, OrderSnapshot
from writer.people import audit

_NOBODY: dict[str, Any] = dict.fromkeys(
    ("customer_name", "customer_email", "customer_key", "customer_turned", "raw")
)


def save(
    db: Connection,
    channel: Channel,
    snapshot: OrderSnapshot,
    row: Row[Any] | None,
    state: Standing,
    heard_at: datetime | None,
) -> int:
    """Keep what a snapshot says of an order; return its id. `heard_at` is as for `record`."""
    now = clock.now()
    heard_last = now if heard_at is None else max(heard_at, row.recorded_at if row else heard_at)
    refunded_minor = sum(refund.total_minor for refund in snapshot.refunds)
    expected_units = _expected_units(snapshot, state)
    columns: dict[str, Any] = {
        "key_hash": snapshot.key_hash or (row.key_hash if row else ""),
        "number": snapshot.number or snapshot.external_id,
        "status": snapshot.status,
        "version": snapshot.version or (_just_after(row.version) if row else None),
        "digest": snapshot.digest(),
        "paid_at": snapshot.paid_at or (row.paid_at if row else None),
        "currency": snapshot.currency,
        "total_minor": snapshot.total_minor,
        "customer_name": snapshot.customer_name,
        "customer_email": (snapshot.customer_email or "").lower() or None,
        "customer_key": _searched(snapshot.customer_name),
        "customer_turned": _searched(snapshot.customer_name, last_first=True),
        "refunded_minor": refunded_minor,
        "net_minor": settle.worth(state, expected_units, snapshot.total_minor, refunded_minor),
        "units": expected_units,
        "is_cached": True,
        "parent_external_id": snapshot.parent_external_id,
        "raw": snapshot.raw,
        "is_trashed": snapshot.status == "trash",
        "missed": 0,
        "recorded_at": heard_last,
        "synced_at": now,
    }
    if snapshot.is_anonymized:
        columns["erased_at"] = (row.erased_at if row else None) or now
    if row is not None:
        if snapshot.is_anonymized:
            _forget_reasons(db, [row.id])
        if row.erased_at is not None:
            columns |= _NOBODY
        database.update_row(db, orders, row.id, **columns)
        return int(row.id)
    return database.insert_row(
        db,
        orders,
        store_id=channel.store_id,
        external_id=snapshot.external_id,
        created_at=snapshot.created_at,
        counted_at=expected_date(snapshot, state),
        **columns,
    )


def _just_after(version: datetime | None) -> datetime | None:
    """Return the version of what says none: after what is recorded, before whatever the store changes next.

    Stores count whole seconds. So the same again of what was recorded before is late, and no news.
    """
    return version + timedelta(microseconds=1) if version is not None else None


def without_reasons(snapshot: OrderSnapshot) -> OrderSnapshot:
    """Return the snapshot without what people wrote into its refunds, which may name somebody."""
    return replace(snapshot, refunds=tuple(replace(refund, reason="") for refund in snapshot.refunds))


def _forget_reasons(db: Connection, order_ids: list[int]) -> None:
    db.execute(update(order_refunds).where(order_refunds.c.order_id.in_(order_ids)).values(reason=""))


def _searched(name: str | None, last_first: bool = False) -> str | None:
    """Return a customer's name as it is searched by its beginning: "ada lovelace", "lovelace ada"."""
    words = (name or "").casefold().split()
    return " ".join([*words[-1:], *words[:-1]] if last_first else words) or None


def _expected_units(snapshot: OrderSnapshot, state: Standing) -> int:
    """Return what the order most likely counts, so that hardly any is written twice."""
    return sum(line.quantity for line in snapshot.lines) if state is Standing.PAID else 0


def expected_date(snapshot: OrderSnapshot, state: Standing) -> datetime | None:
    """Return the date that a new order's rows in the ledger most likely have; None where it has none yet."""
    return (snapshot.paid_at or snapshot.created_at) if _expected_units(snapshot, state) else None


def note_worth(db: Connection, order_id: int, snapshot: OrderSnapshot, state: Standing, units: int) -> None:
    """Keep what the order adds to units and revenue right where it is not what was expected of it."""
    if state is not Standing.VOID and units == _expected_units(snapshot, state):
        return
    refunded_minor = sum(refund.total_minor for refund in snapshot.refunds)
    net_minor = settle.worth(state, units, snapshot.total_minor, refunded_minor)
    database.update_row(db, orders, order_id, units=units, net_minor=net_minor)


def clean_up(db: Connection, keep_days: int) -> int:
    """Take orders made more than `keep_days` ago out of the cache, with all that names a person.

    Ledger, totals and counts stay; so do ids, versions and what each line has posted, for a late word of
    the store must not be counted twice. Returns how many orders that were.
    """
    old = orders.c.is_cached & (orders.c.created_at < clock.now() - timedelta(days=keep_days))
    ids = list(db.execute(select(orders.c.id).where(old).limit(1000)).scalars())
    if ids:
        db.execute(update(orders).where(orders.c.id.in_(ids)).values(is_cached=False, **_NOBODY))
        _forget_reasons(db, ids)
    return len(ids)


def drop_raw(db: Connection, keep_days: int) -> int:
    """Forget the raw JSON of orders made more than `keep_days` ago; return of how many."""
    old = orders.c.raw.is_not(None) & (orders.c.created_at < clock.now() - timedelta(days=keep_days))
    ids = list(db.execute(select(orders.c.id).where(old).limit(1000)).scalars())
    if ids:
        db.execute(update(orders).where(orders.c.id.in_(ids)).values(raw=None))
    return len(ids)


def is_erased(db: Connection, store_id: int, external_id: str) -> bool:
    """Tell whether the customer of an order, named by its id in the store, was erased here."""
    of_store = (orders.c.store_id == store_id) & (orders.c.external_id == external_id)
    query = select(orders.c.id).where(of_store, orders.c.erased_at.is_not(None)).limit(1)
    return db.execute(query).first() is not None


def erase(
    db: Connection, actor: str, *, email: str | None = None, order_id: int | None = None
) -> list[tuple[int, str]]:
    """Erase a customer, by e-mail or by one order; later words of the store bring nothing of him back.

    Units, money and SKUs stay. Returns (store id, id in the store) of each order, so that what those
    stores delivered can be forgotten too. Raises Invalid without either, NotFound where nothing matches.
    """
    address = (email or "").strip().lower()
    if not address and order_id is None:
        raise Invalid("Say whom to erase.", {"email": "Give an e-mail address or an order."})
    which = orders.c.id == order_id if order_id is not None else orders.c.customer_email == address
    rows = db.execute(select(orders.c.id, orders.c.store_id, orders.c.external_id).where(which)).all()
    if not rows:
        raise NotFound("No order of this customer is kept.")
    ids = [row.id for row in rows]
    db.execute(update(orders).where(orders.c.id.in_(ids)).values(erased_at=clock.now(), **_NOBODY))
    _forget_reasons(db, ids)
    for found in ids:
        # Not whom: the trail must not keep what was erased.
        audit.note(db, actor, "customer.erase", f"order {found}", None, {"orders": len(ids)})
        settle.note_event(db, found, actor, "", "The customer was erased.")
    return [(row.store_id, row.external_id) for row in rows]
