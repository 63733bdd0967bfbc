"""How long orders and their customers are kept, and what is forgotten when a person is erased."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from writer.db import update_row
from writer.db.schema.orders import order_notes, order_refunds, orders
from writer.lib import clock
from writer.lib.errors import Invalid, NotFound
from writer.orders.record.decision import Event
from writer.orders.record.details import without_words
from writer.orders.record.header import NOBODY
from writer.orders.record.save import add_event
from writer.people import audit


def _forget_people(db: Connection, order_ids: Sequence[int], **more: Any) -> None:
    """Forget all that names a person in these orders; `more` is what else changes of them."""
    db.execute(update(orders).where(orders.c.id.in_(order_ids)).values(raw=None, **NOBODY, **more))
    with_charges = select(orders.c.id, orders.c.charges).where(orders.c.id.in_(order_ids))
    for row in db.execute(with_charges.where(orders.c.charges.contains('"fee"'))).all():
        update_row(db, orders, row.id, charges=without_words(row.charges))
    db.execute(update(order_refunds).where(order_refunds.c.order_id.in_(order_ids)).values(reason=""))
    db.execute(delete(order_notes).where(order_notes.c.order_id.in_(order_ids)))


def list_expired(db: Connection, keep_days: int, limit: int) -> list[int]:
    """Return the ids of the oldest cached orders that were made more than `keep_days` ago."""
    return _made_before(db, keep_days, limit, orders.c.is_cached)


def take_out_of_cache(db: Connection, order_ids: Sequence[int]) -> None:
    """Take orders out of the cache, with all that names a person.

    Ledger, totals and counts stay; so do ids, times of change and what each line has posted, because a late
    message of the store must not be counted twice.
    """
    # No list shows them any more, so none of them is to be shipped.
    _forget_people(db, order_ids, is_cached=False, to_ship=0)


def list_expired_raw(db: Connection, keep_days: int, limit: int) -> list[int]:
    """Return the ids of the oldest orders made more than `keep_days` ago whose raw JSON is kept."""
    return _made_before(db, keep_days, limit, orders.c.raw.is_not(None))


def drop_raw(db: Connection, order_ids: Sequence[int]) -> None:
    """Forget the raw JSON of orders."""
    db.execute(update(orders).where(orders.c.id.in_(order_ids)).values(raw=None))


def _made_before(db: Connection, days: int, limit: int, which: ColumnElement[bool]) -> list[int]:
    old = which & (orders.c.created_at < clock.now() - timedelta(days=days))
    query = select(orders.c.id).where(old).order_by(orders.c.created_at).limit(limit)
    return list(db.execute(query).scalars())


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
    _forget_people(db, ids, erased_at=clock.now())
    for found in ids:
        # Not whom: the trail must not keep what was erased.
        audit.note(db, actor, "customer.erase", f"order {found}", None, {"orders": len(ids)})
        add_event(db, found, Event(clock.now(), actor, "", "The customer was erased."))
    return [(row.store_id, row.external_id) for row in rows]
