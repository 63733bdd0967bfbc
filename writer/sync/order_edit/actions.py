"""Changes the status and notes of an order; the store is called first.

No transaction is open during the calls. The store's answer is recorded like any order it sends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from writer import db as database_floor
from writer import orders
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.lib.errors import Conflict, DomainError, Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.people import audit
from writer.stores import (
    CertificateRefused,
    KeysRefused,
    NotNow,
    NotThere,
    RequestRefused,
    StoreError,
    StoreUnreachable,
    Vault,
    contact,
)
from writer.sync.order_import import Reader

LONGEST_NOTE = 4000
# Not a store that is silent, broken or busy: it may have accepted the request before it failed.
_NOTHING_SENT = (NotNow, KeysRefused, NotThere, RequestRefused, CertificateRefused)


class StoreRefused(DomainError):
    """The store did not make the change, so nothing changed here."""

    code = "store_refused"


class Changed(NamedTuple):
    """An order after its status was changed, the status it had, and whether it can get that one again."""

    order: Row[Any]
    was: str
    can_be_undone: bool


def set_status(
    database: Database, vault: Vault, store_scope: StoreScope, actor: str, order_id: int, status: str
) -> Row[Any]:
    """Change the status of an order as `change_status`; return the new order."""
    return change_status(database, vault, store_scope, actor, order_id, status).order


def change_status(
    database: Database,
    vault: Vault,
    store_scope: StoreScope,
    actor: str,
    order_id: int,
    status: str,
    *,
    only_from: str | None = None,
) -> Changed:
    """Change the status of an order, in the store and then here; with `only_from` only if it has that one.

    Raises Invalid naming `status`, NotFound, Conflict for an order that is gone in its store, whose store has
    no keys or whose status is another than `only_from`, and StoreRefused (502) if the store cannot be reached
    or refuses; nothing changes here then.
    """
    with database.reading() as db:
        order = orders.get_order(db, store_scope, order_id)
        known = orders.list_changes(db, order)
    if only_from is not None and order.status != only_from:
        raise Conflict(f"The order is {order.status} by now, so this cannot be undone any more.")
    if status not in known:
        raise Invalid("This is not a status of an order.", {"status": f"Choose one of {', '.join(known)}."})
    _check_can_be_changed(order)
    try:
        with contact(database, vault, order.store_id, "change orders") as client:
            reader = Reader(database, client, order.store_id, cause=f"changed by {actor}")
            with _this_order_alone(order):
                told = client.put_order(order.external_id, {"status": status})
            reader.take([told])
    except (NotNow, StoreError) as error:
        raise _did_not(order, error) from error
    if reader.read.refused:
        raise StoreRefused(
            f"{order.store_name} answered something that is not an order. Check the order there."
        )
    with database.transaction() as db:
        now = orders.get_order(db, store_scope, order_id)
        before, after = {"status": order.status}, {"status": now.status}
        audit.note(db, actor, "order.status", f"order {order_id}", before, after)
    return Changed(now, order.status, order.status in known and order.status != now.status)


def add_note(
    database: Database,
    vault: Vault,
    store_scope: StoreScope,
    actor: str,
    order_id: int,
    note: str,
    to_customer: bool,
    token: str,
) -> bool:
    """Add a note to an order in its store; with `to_customer` the store mails it. False: it was sent before.

    `token` identifies this note, which is sent at most once. Raises Invalid naming `note`, NotFound, Conflict
    for an order that cannot be changed, StoreRefused (502).
    """
    order, text = check_note(database, store_scope, order_id, note)
    if not claim_note(database, actor, order_id, token, to_customer):
        return False
    send_note(database, vault, actor, order, text, to_customer)
    return True


def check_note(database: Database, store_scope: StoreScope, order_id: int, note: str) -> tuple[Row[Any], str]:
    """Return the order and the trimmed note. Raises Invalid, NotFound, Conflict as add_note."""
    text = note.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Invalid("The note cannot be sent.", {"note": f"Write 1 to {LONGEST_NOTE} characters."})
    with database.reading() as db:
        order = orders.get_order(db, store_scope, order_id)
    _check_can_be_changed(order)
    return order, text


def send_note(
    database: Database, vault: Vault, actor: str, order: Row[Any], text: str, to_customer: bool
) -> None:
    """Send a checked note each time this is called; the caller makes sure that it is called once."""
    try:
        with (
            contact(database, vault, order.store_id, "add notes") as client,
            _this_order_alone(order),
        ):
            client.add_note(order.external_id, text, to_customer)
    except (NotNow, StoreError) as error:
        raise _did_not(order, error) from error
    whom = " to the customer" if to_customer else ""
    with database.transaction() as db:
        orders.note_event(db, order.id, actor, "", f"A note{whom} was sent to the store.")


def surely_nothing_sent(error: Exception) -> bool:
    """Tell whether the store certainly did not accept the note, so that a repeat sends nothing twice."""
    if isinstance(error, StoreRefused):
        return isinstance(error.__cause__, _NOTHING_SENT)
    return isinstance(error, Invalid | NotFound | Conflict)


def _check_can_be_changed(order: Row[Any]) -> None:
    if order.is_trashed or not order.external_id.isdecimal():
        raise Conflict("This order no longer exists in the store, so it cannot be changed.")
    if order.consumer_key_encrypted is None:
        raise Conflict(f"{order.store_name} has no REST keys here, so its orders can only be changed there.")


def claim_note(database: Database, actor: str, order_id: int, token: str, to_customer: bool) -> bool:
    """Reserve a note's token before it is sent, because a lost mail is better than one that comes twice."""
    subject = f"order {order_id} note {token[:64]}"
    with database.transaction() as db:
        database_floor.lock(db, subject)
        sent = (audit_entries.c.subject == subject) & (audit_entries.c.action == "order.note")
        if db.execute(select(audit_entries.c.id).where(sent).limit(1)).first() is not None:
            return False
        # Not the text, which may name somebody, because the audit trail is never erased.
        audit.note(db, actor, "order.note", subject, None, {"to_customer": to_customer})
    return True


@contextmanager
def _this_order_alone(order: Row[Any]) -> Iterator[None]:
    """Do not count the refusal of a change to one order as a failure of the store."""
    try:
        yield
    except (NotThere, RequestRefused) as error:
        raise _did_not(order, error) from error


def _did_not(order: Row[Any], error: NotNow | StoreError) -> StoreRefused:
    why = error.sentence if isinstance(error, StoreError) else str(error)
    may_have_arrived = isinstance(error, StoreUnreachable)
    advice = " It may have arrived anyway: check the store before you try again." if may_have_arrived else ""
    return StoreRefused(f"{order.store_name} did not make the change. {why}{advice}")
