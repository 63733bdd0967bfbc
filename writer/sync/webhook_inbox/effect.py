"""The effect of a delivery: what its body does to orders, in a savepoint; what came of it is written down."""

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from writer import orders, stores
from writer.db import savepoint
from writer.lib import clock
from writer.people import Notice, notices
from writer.stores import woocommerce
from writer.sync import simple_orders
from writer.sync.webhook_inbox import forget

log = logging.getLogger("writer.stores.registry")

MOST_ATTEMPTS = 12
SWITCHED_OFF = "Its store is switched off here. Switch it on to have its deliveries counted."


class InHand(NamedTuple):
    """A delivery that is to have its effect; by its id it is named in what it changes."""

    id: int
    topic: str
    body: bytes
    payload: Any  # the body, read as JSON
    received_at: datetime
    is_late: bool = False  # processed only now, or again: something later may be recorded


@dataclass(frozen=True)
class Effect:
    """What a delivery came to: its outcome, a sentence, and the order it is about."""

    outcome: str
    sentence: str
    order_id: int | None = None
    keeps_body: bool = True  # a draft's personal data is not kept


def process(db: Connection, store: Row[Any], delivery: InHand, attempts: int) -> dict[str, Any]:
    """Let a delivery have its effect inside a savepoint; return what came of it, as columns of its row."""
    if not store.is_active:
        came_of_it = _columns(Effect("held", SWITCHED_OFF), attempts)
    else:
        came_of_it = _tried(db, store, delivery, attempts)
    if came_of_it["outcome"] in ("held", "failed"):
        told = delivery.payload if isinstance(delivery.payload, dict) else {}
        body = forget.of_erased(db, store.id, about(told), delivery.body)
        came_of_it |= {"body": body} if body else {}
    return came_of_it


def _tried(db: Connection, store: Row[Any], delivery: InHand, attempts: int) -> dict[str, Any]:
    retry_at = None
    try:
        with savepoint(db):
            effect = _effect(db, store, delivery)
    except woocommerce.Refusal as refusal:
        effect = Effect("failed", str(refusal))
        notice_failure(db, store.id, delivery.id, str(refusal))
    except woocommerce.TooEarly as early:
        effect, retry_at = Effect("failed", f"{early} It is tried again."), _retry_at(attempts)
        notice_failure(db, store.id, delivery.id, effect.sentence)
    except OperationalError:
        raise  # the database itself: nothing can be promised
    except Exception as error:
        log.exception("delivery failed", extra={"fields": {"delivery": delivery.id}})
        effect = Effect("failed", f"Processing failed ({type(error).__name__}); it is tried again.")
        retry_at = _retry_at(attempts)
        notice_failure(db, store.id, delivery.id, effect.sentence)
    else:
        if attempts > 1:
            notices.close(db, Notice.DELIVERY_FAILED, delivery_id=delivery.id)
    return _columns(effect, attempts, retry_at)


def _retry_at(attempts: int) -> datetime | None:
    """Return when to try again after so many attempts; None where it was enough."""
    return clock.now() + timedelta(minutes=min(2**attempts, 360)) if attempts < MOST_ATTEMPTS else None


def _columns(effect: Effect, attempts: int, retry_at: datetime | None = None) -> dict[str, Any]:
    return {
        "outcome": effect.outcome,
        "sentence": effect.sentence,
        "order_id": effect.order_id,
        "attempts": attempts,
        "next_attempt_at": retry_at,
        **({} if effect.keeps_body else {"body": None}),
    }


def _effect(db: Connection, store: Row[Any], delivery: InHand) -> Effect:
    payload = delivery.payload
    if not isinstance(payload, dict):
        raise woocommerce.Refusal("The body is no JSON object, so it is no order.")
    if "code" in payload and "line_items" not in payload:
        return _error_object(db, store, payload)
    cause = f"delivery {delivery.id}"
    heard_at = delivery.received_at if delivery.is_late else None
    channel = stores.channel(store)
    if delivery.topic in simple_orders.TOPICS:
        told = simple_orders.snapshot(db, store, delivery.topic, payload, delivery.received_at)
        if told is None:
            return Effect("stale", "It says nothing that is not recorded already.")
        is_addition = simple_orders.adds_refund(delivery.topic, payload)
        done = orders.record(db, channel, told, cause, None if is_addition else heard_at)
    elif delivery.topic == "order.deleted":
        done = orders.trash(db, channel, woocommerce.order_id(payload), cause, heard_at)
    else:
        raw = delivery.body.decode(json.detect_encoding(delivery.body), "replace")  # as json.loads reads it
        snapshot = woocommerce.read_order(payload, delivery.received_at, raw)
        done = orders.record(db, channel, snapshot, cause, heard_at)
        if woocommerce.is_of_v1(payload):
            _tell_version(db, store)
        if snapshot.is_anonymized:
            done = replace(done, is_erased=True)
    if done.is_erased:
        forget.forget_bodies(db, store.id, about(payload) or "")
    keeps_body = done.outcome != "ignored" and not done.is_erased
    return Effect(done.outcome, done.sentence, done.order_id, keeps_body)


def about(payload: dict[str, Any]) -> str | None:
    """Return the id of the order a body is about, in its store."""
    found = payload.get("id", payload.get("order_id"))
    return woocommerce.told(found, 40) if found is not None else None


def _error_object(db: Connection, store: Row[Any], payload: dict[str, Any]) -> Effect:
    """A signed body can be an error: the order is gone, or the webhook's owner lost his rights."""
    code = str(payload.get("code"))[:100]
    if "cannot_view" in code or "forbidden" in code:
        notices.open_(
            db,
            Notice.WEBHOOK_OWNER,
            f"{store.name} answers its own webhook with '{code}': the WordPress user who owns the webhook"
            " may no longer read orders. Give the webhook to another user.",
            store_id=store.id,
        )
    return Effect("ignored", f"The store sent an error instead of an order: {code}.")


def _tell_version(db: Connection, store: Row[Any]) -> None:
    sentence = (
        f"A webhook of {store.name} has API version 1. Its orders count, but of two states that arrive in the"
        f" wrong order the later arrival counts. {woocommerce.SET_VERSION}"
    )
    notices.open_(db, Notice.WEBHOOK_VERSION, sentence, store_id=store.id)


def notice_failure(db: Connection, store_id: int, delivery_id: int, sentence: str) -> None:
    """Tell the owner once that a delivery could not be counted."""
    notices.open_(db, Notice.DELIVERY_FAILED, sentence, store_id=store_id, delivery_id=delivery_id)
    stores.note_hour(db, store_id, "late")
