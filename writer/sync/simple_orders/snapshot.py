"""The short form of an order, as small plugins and scripts send it -> OrderSnapshot.

It names no time of change, so what it leaves out is taken from the recorded order, and a message that can
only be late changes nothing: `order_paid` does not undo a later cancellation or refund.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from writer import stores
from writer.orders import LineSnapshot, OrderSnapshot
from writer.stores import woocommerce
from writer.sync.simple_orders.fields import status_of
from writer.sync.simple_orders.recorded import order_as_recorded
from writer.sync.simple_orders.refunded import refunded

PAID, RETURNED = "order_paid", "refund_or_cancel"
TOPICS = {PAID: "processing", RETURNED: "cancelled"}  # and the default status
_OVER = ("cancelled", "refunded", "trash")  # a failed payment can be repeated
_VOID = ("cancelled", "failed", "pending", "trash")
_COPIED = (
    "number",
    "currency",
    "total",
    "date_created_gmt",
    "date_modified_gmt",
    "date_paid_gmt",
    "order_key",
)


def adds_refund(topic: str, payload: dict[str, Any]) -> bool:
    """Tell whether a message adds a refund to the recorded order, whatever its present state."""
    return topic == RETURNED and not _takes_all_back(_status(topic, payload), payload)


def _takes_all_back(status: str, payload: dict[str, Any]) -> bool:
    is_all = status == "refunded" and not payload.get("line_items") and not payload.get("refund_id")
    return status in _VOID or is_all


def _status(topic: str, payload: dict[str, Any]) -> str:
    return status_of(payload.get("status") or TOPICS.get(topic, "processing"))


def snapshot(
    db: Connection, store: Row[Any], topic: str, payload: dict[str, Any], received_at: datetime
) -> OrderSnapshot | None:
    """Return the order after this message; None if the message is late and says nothing new.

    Raises translate.Refusal for a body that is not an order, and translate.TooEarly for a refund of an order
    that is not recorded yet.
    """
    status = _status(topic, payload)
    lines = payload.get("line_items") or []
    known = order_as_recorded(db, store.id, str(int(payload["order_id"])))
    told = woocommerce.read_order(_native(payload, status, lines), received_at, is_partial=True)
    if topic == PAID:
        paid = replace(told, paid_at=told.paid_at or (known.paid_at if known else None) or received_at)
        return _paid(paid, known)
    if known is None:
        if status not in _VOID and lines:
            raise woocommerce.TooEarly("Units of an order that is not recorded yet cannot be refunded.")
        return told
    if _takes_all_back(status, payload):
        return replace(known, status=status, changed_at=told.changed_at)
    return refunded(known, payload, lines, stores.channel(store))


def _paid(told: OrderSnapshot, known: OrderSnapshot | None) -> OrderSnapshot | None:
    if known is None:
        return told
    if known.status in _OVER and told.changed_at is None:
        return None
    recorded = {line.external_id: line for line in known.lines}
    lines = tuple(_line(line, recorded.get(line.external_id)) for line in told.lines) or known.lines
    return replace(known, status=told.status, lines=lines, changed_at=told.changed_at, paid_at=told.paid_at)


def _line(told: LineSnapshot, recorded: LineSnapshot | None) -> LineSnapshot:
    if recorded is None:
        return told
    return replace(recorded, quantity=told.quantity, problem=told.problem, sku=told.sku or recorded.sku)


def _native(payload: dict[str, Any], status: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the message in WooCommerce's own form."""
    lines = [
        {
            "id": item.get("line_item_id"),
            "sku": item.get("sku"),
            "quantity": item.get("qty"),
            "name": item.get("sku"),
        }
        for item in items
    ]
    copied = {name: payload[name] for name in _COPIED if name in payload}
    return {**copied, "id": payload["order_id"], "status": status, "line_items": lines}
