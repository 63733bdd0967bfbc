"""Deliveries: kept in the transaction of their effect, tried again after a failure, replayed by hand."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import OperationalError

from writer import audit, clock, orders, stores, woocommerce
from writer import db as database
from writer.deliveries import redact, short_form
from writer.errors import Conflict, Invalid, NotFound
from writer.schema.deliveries import deliveries

log = logging.getLogger("writer.stores")

BODIES_KEPT = timedelta(days=7)
MOST_ATTEMPTS = 12
SWITCHED_OFF = "Its store is switched off here. Switch it on to have its deliveries counted."


@dataclass(frozen=True)
class Effect:
    """What a delivery came to: its outcome, a sentence, and the order it is about."""

    outcome: str
    sentence: str
    order_id: int | None = None
    keeps_body: bool = True  # a draft's personal data is not kept


def accept(db: Connection, store: Row[Any] | None, source: str, topic: str, body: bytes, payload: Any) -> str:
    """Keep a correctly signed delivery together with its effect; return the outcome.

    `store` None holds it: its source is no store of ours yet. Processing that fails is undone and kept to
    be tried again; a database that fails raises, so that nothing is answered for.
    """
    now = clock.now()
    about = payload if isinstance(payload, dict) else {}
    number = about.get("number") or about.get("id") or about.get("order_id")
    delivery_id = database.insert_row(
        db,
        deliveries,
        store_id=store.id if store else None,
        source=source,
        topic=topic,
        received_at=now,
        body=body,
        order_external_id=_about(about),
        order_number=woocommerce.told(number, 60) if number else None,
        outcome="held",
        sentence="Its source is no store of yours. Accept the source to have it counted.",
    )
    if store is None:
        audit.raise_notice(
            db,
            "unknown source",
            source,
            f"Correctly signed deliveries come from {source or 'an unnamed source'}, which is no store of"
            " yours. Accept it if it is one; a copy of a store (staging) should be left alone.",
            "/deliveries?outcome=held",
        )
        return "held"
    stores.note_contact(db, store, now)
    return _process(db, store, delivery_id, topic, payload, now, attempts=1)


def keep_failed(db: Connection, store: Row[Any], order_external_id: str, body: bytes) -> None:
    """Keep an order that was read from its store and could not be recorded, to be tried again."""
    sentence = "It was read from the store and could not be recorded; it is tried again."
    now = clock.now()
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
        next_attempt_at=now + timedelta(minutes=2),
    )
    _notice_failure(db, store.id, delivery_id, sentence)


def replay(db: Connection, delivery_id: int) -> Effect:
    """Process a kept delivery once more.

    Raises NotFound, or Conflict where its body is gone, its source is not accepted yet, or its store is
    switched off.
    """
    row = db.execute(select(deliveries).where(deliveries.c.id == delivery_id)).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    if row.body is None:
        raise Conflict("The body of this delivery is no longer kept, so it cannot be replayed.")
    if row.store_id is None:
        raise Conflict("This delivery is held: accept its source first.")
    store = stores.get(db, row.store_id)
    if not store.is_active and row.outcome != "failed":
        raise Conflict(SWITCHED_OFF)
    return _again(db, store, row)


def due(db: Connection) -> list[int]:
    """Return the ids of failed deliveries whose time to be tried again has come, oldest first."""
    query = (
        select(deliveries.c.id).where(deliveries.c.next_attempt_at <= clock.now()).order_by(deliveries.c.id)
    )
    return [int(row.id) for row in db.execute(query.limit(1000))]


def accept_source(db: Connection, actor: str, source: str) -> int:
    """Make a held source a store and process what it delivered, in the order received; return how many.

    Raises NotFound where nothing is held from it, Invalid where it is the source of what names none: no
    later delivery could be found to be from that store.
    """
    database.lock(db, "stores")
    held = select(deliveries).where(deliveries.c.source == source, deliveries.c.store_id.is_(None))
    rows = db.execute(held.order_by(deliveries.c.id)).all()
    if not rows:
        raise NotFound("Nothing is held from this source.")
    if not source:
        sentence = "These deliveries name no source, so they cannot be told to be from a store."
        raise Invalid(sentence, {"source": sentence})
    store = stores.find(db, source) or stores.register(db, source, actor)
    db.execute(
        update(deliveries)
        .where(deliveries.c.source == source, deliveries.c.store_id.is_(None))
        .values(store_id=store.id)
    )
    for row in rows:
        if row.body is not None:
            _process(db, store, row.id, row.topic, json.loads(row.body), row.received_at, row.attempts)
    audit.close_notice(db, "unknown source", source, actor)
    return len(rows)


def release(db: Connection, store: Row[Any]) -> int:
    """Process what a store delivered while it was switched off, in the order received; return how many."""
    waits = (deliveries.c.store_id == store.id) & (deliveries.c.outcome == "held")
    held = select(deliveries).where(waits, deliveries.c.body.is_not(None)).order_by(deliveries.c.id)
    rows = db.execute(held).all()
    for row in rows:
        _process(db, store, row.id, row.topic, json.loads(row.body), row.received_at, row.attempts)
    return len(rows)


def drop_old_bodies(db: Connection) -> int:
    """Forget the bodies of deliveries older than seven days; return how many."""
    old = (deliveries.c.received_at < clock.now() - BODIES_KEPT) & deliveries.c.body.is_not(None)
    return db.execute(update(deliveries).where(old).values(body=None, next_attempt_at=None)).rowcount


def forget_bodies(db: Connection, store_id: int, order_external_id: str) -> None:
    """Forget whom an order's deliveries named: its customer was erased."""
    of_order = (deliveries.c.store_id == store_id) & (deliveries.c.order_external_id == order_external_id)
    rows = db.execute(select(deliveries).where(of_order & deliveries.c.body.is_not(None))).all()
    for row in rows:
        _forget(db, row)


def forget_address(db: Connection, address: str) -> int:
    """Forget whom those deliveries named that hold this e-mail address anywhere; return how many."""
    rows = db.execute(select(deliveries.c.id).where(deliveries.c.body.is_not(None))).all()
    forgotten = 0
    for row in rows:  # one body at a time: together they can be large
        kept = db.execute(select(deliveries).where(deliveries.c.id == row.id)).one()
        if redact.mentions(json.loads(kept.body), address):
            _forget(db, kept)
            forgotten += 1
    return forgotten


def _forget(db: Connection, row: Row[Any]) -> None:
    """Forget a body, or of one that still has to be counted all but what counts."""
    body = None
    if row.outcome in ("failed", "held"):
        body = json.dumps(redact.without_people(json.loads(row.body))).encode()
    values = {"body": body} if body else {"body": None, "next_attempt_at": None}
    db.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))


def _again(db: Connection, store: Row[Any], row: Row[Any]) -> Effect:
    payload = json.loads(row.body)
    _process(db, store, row.id, row.topic, payload, row.received_at, row.attempts + 1)
    now = db.execute(select(deliveries).where(deliveries.c.id == row.id)).one()
    return Effect(now.outcome, now.sentence, now.order_id)


def _process(
    db: Connection,
    store: Row[Any],
    delivery_id: int,
    topic: str,
    payload: Any,
    received_at: datetime,
    attempts: int,
) -> str:
    """Let a delivery have its effect inside a savepoint, and write down what came of it."""
    if not store.is_active:
        return _write_down(db, delivery_id, Effect("held", SWITCHED_OFF), attempts)
    retry_at = None
    try:
        with db.begin_nested():
            effect = _effect(db, store, delivery_id, topic, payload, received_at)
    except woocommerce.Refusal as refusal:
        effect = Effect("failed", str(refusal))
        _notice_failure(db, store.id, delivery_id, str(refusal))
    except woocommerce.TooEarly as early:
        effect, retry_at = Effect("failed", f"{early} It is tried again."), _retry_at(attempts)
        _notice_failure(db, store.id, delivery_id, effect.sentence)
    except OperationalError:
        raise  # the database itself: nothing can be promised
    except Exception as error:
        log.exception("delivery failed", extra={"fields": {"delivery": delivery_id}})
        effect = Effect("failed", f"Processing failed ({type(error).__name__}); it is tried again.")
        retry_at = _retry_at(attempts)
        _notice_failure(db, store.id, delivery_id, effect.sentence)
    else:
        audit.close_notice(db, "delivery failed", f"delivery {delivery_id}")
    return _write_down(db, delivery_id, effect, attempts, retry_at)


def _retry_at(attempts: int) -> datetime | None:
    """Return when to try again after so many attempts; None where it was enough."""
    return clock.now() + timedelta(minutes=min(2**attempts, 360)) if attempts < MOST_ATTEMPTS else None


def _write_down(
    db: Connection, delivery_id: int, effect: Effect, attempts: int, retry_at: datetime | None = None
) -> str:
    db.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(
            outcome=effect.outcome,
            sentence=effect.sentence,
            order_id=effect.order_id,
            attempts=attempts,
            next_attempt_at=retry_at,
            **({} if effect.keeps_body else {"body": None}),
        )
    )
    return effect.outcome


def _effect(
    db: Connection, store: Row[Any], delivery_id: int, topic: str, payload: Any, received_at: datetime
) -> Effect:
    if not isinstance(payload, dict):
        raise woocommerce.Refusal("The body is no JSON object, so it is no order.")
    if "code" in payload and "line_items" not in payload:
        return _error_object(db, store, payload)
    cause = f"delivery {delivery_id}"
    channel = stores.channel(store)
    if topic in short_form.TOPICS:
        told = short_form.snapshot(db, store, topic, payload, received_at)
        if told is None:
            return Effect("stale", "It says nothing that is not recorded already.")
        done = orders.record(db, channel, told, cause)
    elif topic == "order.deleted":
        done = orders.trash(db, channel, woocommerce.order_id(payload), cause)
    else:
        raw = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
        snapshot = woocommerce.read_order(payload, received_at, raw)
        done = orders.record(db, channel, snapshot, cause)
        if snapshot.is_anonymized:
            done = replace(done, is_erased=True)
    if done.is_erased:
        forget_bodies(db, store.id, _about(payload) or "")
    keeps_body = done.outcome != "ignored" and not done.is_erased
    return Effect(done.outcome, done.sentence, done.order_id, keeps_body)


def _about(payload: dict[str, Any]) -> str | None:
    """Return the id of the order a body is about, in its store."""
    found = payload.get("id", payload.get("order_id"))
    return woocommerce.told(found, 40) if found is not None else None


def _error_object(db: Connection, store: Row[Any], payload: dict[str, Any]) -> Effect:
    """A signed body can be an error: the order is gone, or the webhook's owner lost his rights."""
    code = str(payload.get("code"))[:100]
    if "cannot_view" in code or "forbidden" in code:
        audit.raise_notice(
            db,
            "webhook owner",
            f"store {store.id}",
            f"{store.name} answers its own webhook with '{code}': the WordPress user who owns the webhook"
            " may no longer read orders. Give the webhook to another user.",
            f"/stores/{store.id}",
            store_id=store.id,
        )
    return Effect("ignored", f"The store sent an error instead of an order: {code}.")


def _notice_failure(db: Connection, store_id: int, delivery_id: int, sentence: str) -> None:
    subject, link = f"delivery {delivery_id}", f"/deliveries/{delivery_id}"
    audit.raise_notice(db, "delivery failed", subject, sentence, link, store_id=store_id)
