"""Deliveries: kept in the transaction of their effect, tried again after a failure, replayed by hand."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from writer import db as database
from writer import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.people import Notice, notices
from writer.stores import woocommerce
from writer.sync.webhook_inbox import effect, forget


def accept(
    db: Connection,
    store: Row[Any] | None,
    source: str,
    topic: str,
    body: bytes,
    payload: Any,
    signed_by: int | None = None,
) -> str:
    """Keep a correctly signed delivery together with its effect; return the outcome.

    `store` None holds it: its source is no store of ours yet, but may be the store `signed_by`, whose own
    secret signed it, at another address. Processing that fails is undone and kept to
    be tried again; a database that fails raises, so that nothing is answered for.
    """
    now = clock.now()
    told = payload if isinstance(payload, dict) else {}
    number = told.get("number") or told.get("id") or told.get("order_id")
    kept: dict[str, Any] = {
        "store_id": store.id if store else None,
        "source": source,
        "topic": topic,
        "received_at": now,
        "body": body,
        "order_external_id": effect.about(told),
        "order_number": woocommerce.told(number, 60) if number else None,
    }
    if store is None:
        sentence = "Its source is no store of yours. Accept the source to have it counted."
        kept |= {"outcome": "held", "sentence": sentence, "signed_by_store_id": signed_by}
        database.insert_row(db, deliveries, **kept)
        notices.open_(
            db,
            Notice.UNKNOWN_SOURCE,
            f"Correctly signed deliveries come from {source or 'an unnamed source'}, which is no store of"
            " yours. Accept it if it is one; a copy of a store (staging) should be left alone.",
            source=source,
        )
        return "held"
    stores.note_contact(db, store, now)
    # Written once, when it is known what came of it; what it changes names it before that.
    delivery_id = database.next_id(db, deliveries)
    in_hand = effect.InHand(delivery_id, topic, body, payload, now)
    came_of_it = effect.process(db, store, in_hand, attempts=1)
    database.insert_row(db, deliveries, id=delivery_id, **(kept | came_of_it))
    return str(came_of_it["outcome"])


def keep_failed(
    db: Connection, store: Row[Any], order_external_id: str, body: bytes, refusal: str | None = None
) -> None:
    """Keep an order that was read from its store and could not be recorded, to be tried again.

    With a `refusal`, the sentence why it is not understood, only a person can try it again: what was counted
    of the order so far stays.
    """
    sentence = refusal or "It was read from the store and could not be recorded; it is tried again."
    body = forget.of_erased(db, store.id, order_external_id, body) or body
    now = clock.now()
    waits = (deliveries.c.store_id == store.id) & (deliveries.c.order_external_id == order_external_id)
    is_same = (deliveries.c.body == body) & (deliveries.c.outcome == "failed")
    if refusal is None:
        is_same &= deliveries.c.next_attempt_at.is_not(None)
    if db.execute(select(deliveries.c.id).where(waits, is_same).limit(1)).first() is not None:
        return  # a store is asked for the same order again and again until it can be recorded
    delivery_id = database.insert_row(
        db,
        deliveries,
        store_id=store.id,
        source=store.source,
        topic="order.updated",
        received_at=now,
        body=body,
        order_external_id=order_external_id,
        outcome="failed",
        sentence=sentence,
        next_attempt_at=now + timedelta(minutes=2) if refusal is None else None,
    )
    effect.notice_failure(db, store.id, delivery_id, sentence)


def replay(db: Connection, delivery_id: int) -> effect.Effect:
    """Process a kept delivery once more.

    Raises NotFound, or Conflict where its body is gone, its source is not accepted yet, or its store is
    switched off.
    """
    row = database.get_row(db, deliveries, delivery_id, "There is no such delivery.")
    if row.body is None:
        raise Conflict("The body of this delivery is no longer kept, so it cannot be replayed.")
    if row.store_id is None:
        raise Conflict("This delivery is held: accept its source first.")
    store = stores.get(db, row.store_id)
    if not store.is_active and row.outcome != "failed":
        raise Conflict(effect.SWITCHED_OFF)
    return _again(db, store, row)


def due(db: Connection) -> list[int]:
    """Return the ids of failed deliveries whose time to be tried again has come, oldest first."""
    is_due = deliveries.c.next_attempt_at <= clock.now()
    # In the order of the index: in that of the ids, SQLite would look through all deliveries.
    query = select(deliveries.c.id).where(is_due).order_by(deliveries.c.next_attempt_at).limit(1000)
    return sorted(db.execute(query).scalars())


def accept_source(db: Connection, actor: str, source: str) -> int:
    """Make a held source a store and process what it delivered, in the order received; return how many.

    Raises NotFound where nothing is held from it, Invalid where it is the source of what names none: no
    later delivery could be found to be from that store.
    """
    database.lock(db, "stores")
    held = select(deliveries.c.id).where(deliveries.c.source == source, deliveries.c.store_id.is_(None))
    if db.execute(held.limit(1)).first() is None:
        raise NotFound("Nothing is held from this source.")
    if not source:
        sentence = "These deliveries name no source, so they cannot be told to be from a store."
        raise Invalid(sentence, {"source": sentence})
    return claim(db, stores.find(db, source) or stores.register(db, source, actor), actor)


def claim(db: Connection, store: Row[Any], actor: str = "address") -> int:
    """Process what is held from a store's address, in the order received; return how many deliveries."""
    held = (deliveries.c.source == store.source) & deliveries.c.store_id.is_(None)
    rows = db.execute(select(deliveries).where(held).order_by(deliveries.c.id)).all()
    db.execute(update(deliveries).where(held).values(store_id=store.id))
    for row in rows:
        if row.body is not None:
            _process(db, store, row, row.attempts)
    notices.close(db, Notice.UNKNOWN_SOURCE, actor, source=store.source)
    return len(rows)


def release(db: Connection, store: Row[Any]) -> int:
    """Process what a store delivered while it was switched off, in the order received; return how many."""
    waits = (deliveries.c.store_id == store.id) & (deliveries.c.outcome == "held")
    held = select(deliveries).where(waits, deliveries.c.body.is_not(None)).order_by(deliveries.c.id)
    rows = db.execute(held).all()
    for row in rows:
        _process(db, store, row, row.attempts)
    return len(rows)


def _again(db: Connection, store: Row[Any], row: Row[Any]) -> effect.Effect:
    _process(db, store, row, row.attempts + 1)
    now = db.execute(select(deliveries).where(deliveries.c.id == row.id)).one()
    return effect.Effect(now.outcome, now.sentence, now.order_id)


def _process(db: Connection, store: Row[Any], row: Row[Any], attempts: int) -> None:
    payload = json.loads(row.body)
    in_hand = effect.InHand(row.id, row.topic, row.body, payload, row.received_at, is_late=True)
    came_of_it = effect.process(db, store, in_hand, attempts)
    database.update_row(db, deliveries, row.id, **came_of_it)
    if came_of_it["outcome"] == "recorded":
        _delete_after_all(db, store, row)


def _delete_after_all(db: Connection, store: Row[Any], row: Row[Any]) -> None:
    """Put an order into the trash whose deletion came while it was not recorded yet, and was ignored."""
    of_order = (deliveries.c.store_id == store.id) & (deliveries.c.order_external_id == row.order_external_id)
    ignored = (deliveries.c.topic == "order.deleted") & (deliveries.c.outcome == "ignored")
    query = select(deliveries).where(of_order, ignored, deliveries.c.id > row.id).order_by(deliveries.c.id)
    for deletion in db.execute(query).all():
        payload = {"id": deletion.order_external_id}
        in_hand = effect.InHand(deletion.id, deletion.topic, b"", payload, deletion.received_at, is_late=True)
        came_of_it = effect.process(db, store, in_hand, deletion.attempts)
        database.update_row(db, deliveries, deletion.id, **came_of_it)
