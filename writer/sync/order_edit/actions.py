"""Changing an order where it lives: its status and its notes are written to the store first.

HTTP is done while no transaction is open. What the store answers is recorded like anything else it says.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
# Not a store that is silent, broken or busy: it may have taken what it was sent before it failed.
_NOTHING_SENT = (NotNow, KeysRefused, NotThere, RequestRefused, CertificateRefused)


class StoreRefused(DomainError):
    """The store did not do it, so nothing is changed here."""

    code = "store_refused"


def set_status(
    database: Database, vault: Vault, store_scope: StoreScope, actor: str, order_id: int, status: str
) -> Row[Any]:
    """Give an order another status, in the store and then here; return the order as it is now.

    Raises Invalid naming `status`, NotFound, Conflict for an order that is gone in its store or whose store
    has no keys, StoreRefused (502) where the
    store cannot be had or refuses: then nothing is changed here.
    """
    with database.reading() as db:
        order = orders.get_order(db, store_scope, order_id)
        known = orders.list_changes(db, order)
    if status not in known:
        raise Invalid("This is no status of an order.", {"status": f"Choose one of {', '.join(known)}."})
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
            f"{order.store_name} answered something that is no order. Look at the order there."
        )
    with database.transaction() as db:
        now = orders.get_order(db, store_scope, order_id)
        before, after = {"status": order.status}, {"status": now.status}
        audit.note(db, actor, "order.status", f"order {order_id}", before, after)
    return now


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
    """Add a note to an order in its store; `to_customer` has the store mail it. False: it was sent before.

    `token` names this one note: however often it comes, the note is sent once at most. Raises Invalid naming
    `note`, NotFound, Conflict for an order that cannot be changed, StoreRefused (502).
    """
    order, text = check_note(database, store_scope, order_id, note)
    if not claim_note(database, actor, order_id, token, to_customer):
        return False
    send_note(database, vault, actor, order, text, to_customer)
    return True


def check_note(database: Database, store_scope: StoreScope, order_id: int, note: str) -> tuple[Row[Any], str]:
    """Return the order and the note as it is sent. Raises Invalid, NotFound, Conflict as add_note."""
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
    """Send a checked note, every time this is called: who calls has to see that it is once."""
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
    """Tell whether what failed so was never taken by the store: trying it again sends nothing twice."""
    if isinstance(error, StoreRefused):
        return isinstance(error.__cause__, _NOTHING_SENT)
    return isinstance(error, Invalid | NotFound | Conflict)


def _check_can_be_changed(order: Row[Any]) -> None:
    if order.is_trashed or not order.external_id.isdecimal():
        raise Conflict("This order is not there in the store any more, so it cannot be changed.")
    if order.consumer_key_encrypted is None:
        raise Conflict(f"{order.store_name} has no REST keys here, so its orders are changed there alone.")


def claim_note(database: Database, actor: str, order_id: int, token: str, to_customer: bool) -> bool:
    """Take a note's token before it is sent: a mail that is lost is less bad than one that comes twice."""
    subject = f"order {order_id} note {token[:64]}"
    with database.transaction() as db:
        database_floor.lock(db, subject)
        sent = (audit_entries.c.subject == subject) & (audit_entries.c.action == "order.note")
        if db.execute(select(audit_entries.c.id).where(sent).limit(1)).first() is not None:
            return False
        # Not the text, which may name somebody: the trail cannot forget.
        audit.note(db, actor, "order.note", subject, None, {"to_customer": to_customer})
    return True


@contextmanager
def _this_order_alone(order: Row[Any]) -> Iterator[None]:
    """Let what the store refuses to do to one order be no failure of the store, which is well."""
    try:
        yield
    except (NotThere, RequestRefused) as error:
        raise _did_not(order, error) from error


def _did_not(order: Row[Any], error: NotNow | StoreError) -> StoreRefused:
    why = error.sentence if isinstance(error, StoreError) else str(error)
    maybe = " It may have arrived all the same: look there before you try again."
    return StoreRefused(
        f"{order.store_name} did not do it. {why}{maybe if isinstance(error, StoreUnreachable) else ''}"
    )
