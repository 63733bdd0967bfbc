"""An order without its lines, as a newer snapshot has it: pure, no database."""

from datetime import datetime, timedelta
from typing import Any

from writer.orders.record.before import Before
from writer.orders.record.details import country_of, dump_address, dump_charges, without_words
from writer.orders.record.refunds import Refunded
from writer.orders.record.rows import Order
from writer.orders.record.snapshot import Channel, OrderSnapshot

# What of an order names a person; WooCommerce erases the number of the payment too.
NOBODY: dict[str, Any] = dict.fromkeys(
    (
        *("customer_name", "customer_email", "customer_key", "customer_turned"),
        *("ship_to", "ship_country", "phone", "customer_note", "transaction_id"),
    )
)


def merge(before: Before, snapshot: OrderSnapshot, heard_at: datetime | None, channel: Channel) -> Order:
    """Return the order as a snapshot has it; what it counts and what it is worth are set later."""
    known = before.order
    order = known or _new(snapshot, channel, heard_at or before.now)
    order = order._replace(
        number=snapshot.number or snapshot.external_id,
        status=snapshot.status,
        snapshot_hash=snapshot.snapshot_hash,
        currency=snapshot.currency,
        total_minor=snapshot.total_minor,
        refunded_minor=sum(refund.total_minor for refund in snapshot.refunds),
        parent_external_id=snapshot.parent_external_id,
        raw=snapshot.raw,
        payment_title=snapshot.payment_title,
        charges=dump_charges(snapshot.charges),
        tax_minor=snapshot.tax_minor,
        discount_minor=snapshot.discount_minor,
        is_trashed=snapshot.status == "trash",
        missed=0,
        synced_at=before.now,
        is_cached=True,
    )
    order = order._replace(
        key_hash=snapshot.key_hash or order.key_hash,
        changed_at=snapshot.changed_at or _just_after(order.changed_at),
        paid_at=snapshot.paid_at or order.paid_at,
        recorded_at=before.now if heard_at is None else max(heard_at, order.recorded_at),
        erased_at=order.erased_at or (before.now if snapshot.is_anonymized else None),
    )
    return _with_customer(order, snapshot)


def _new(snapshot: OrderSnapshot, channel: Channel, heard_at: datetime) -> Order:
    return Order(
        store_id=channel.store_id,
        external_id=snapshot.external_id,
        number=snapshot.number,
        status=snapshot.status,
        snapshot_hash=snapshot.snapshot_hash,
        created_at=snapshot.created_at,
        currency=snapshot.currency,
        total_minor=snapshot.total_minor,
        recorded_at=heard_at,
    )


def _just_after(changed_at: datetime | None) -> datetime | None:
    """Return when a change without a time was made: after the recorded one, before the store's next one.

    Stores count whole seconds. So the same again of what was recorded before is late, and no news.
    """
    return changed_at + timedelta(microseconds=1) if changed_at is not None else None


def _with_customer(order: Order, snapshot: OrderSnapshot) -> Order:
    """Return the order with all that names its customer, or with nobody's where the customer was erased."""
    if order.erased_at is not None:
        return order._replace(raw=None, charges=without_words(order.charges), **NOBODY)
    return order._replace(
        customer_name=snapshot.customer_name,
        customer_email=(snapshot.customer_email or "").lower() or None,
        customer_key=_search_key(snapshot.customer_name),
        customer_turned=_search_key(snapshot.customer_name, last_first=True),
        ship_to=dump_address(snapshot.ship_to),
        ship_country=country_of(snapshot.ship_to),
        phone=snapshot.phone,
        customer_note=snapshot.customer_note,
        transaction_id=snapshot.transaction_id,
    )


def _search_key(name: str | None, last_first: bool = False) -> str | None:
    """Return a customer's name as it is searched by its beginning: "ada lovelace", "lovelace ada"."""
    words = (name or "").casefold().split()
    return " ".join([*words[-1:], *words[:-1]] if last_first else words) or None


def needs_reading(known: Order | None, snapshot: OrderSnapshot, refunded: Refunded) -> str | None:
    """Return why the store must be asked about the order by REST, None where there is nothing to ask."""
    if snapshot.is_authoritative:
        return None
    if refunded.has_unread:
        return "refund quantities"
    is_tie = known is not None and known.changed_at is not None and known.changed_at == snapshot.changed_at
    return "two states of one second" if is_tie and known is not None and not known.is_trashed else None
