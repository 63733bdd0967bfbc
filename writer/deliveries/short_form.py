"""The short form of an order, as small plugins and scripts send it -> OrderSnapshot.

It has no version, so what it leaves out is taken from the order as recorded, and a message that could only
be late changes nothing: `order_paid` does not bring back what was cancelled or refunded since.
"""

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from writer import stock, woocommerce
from writer.errors import Invalid
from writer.orders import LineSnapshot, OrderSnapshot, RefundSnapshot
from writer.schema.orders import order_lines, order_refunds, orders

PAID, RETURNED = "order_paid", "refund_or_cancel"
TOPICS = {PAID: "processing", RETURNED: "cancelled"}  # and the status where none is given
_OVER = ("cancelled", "refunded", "failed", "trash")
_VOID = ("cancelled", "failed", "pending", "trash")
_STATUS = re.compile(r"[a-z0-9_-]{1,40}")
_COPIED = (
    "number",
    "currency",
    "total",
    "date_created_gmt",
    "date_modified_gmt",
    "date_paid_gmt",
    "order_key",
)


def is_short(payload: Any) -> bool:
    """Tell whether a body is the short form and not WooCommerce's own order."""
    return isinstance(payload, dict) and "order_id" in payload and "id" not in payload


def check(payload: dict[str, Any]) -> None:
    """Raise Invalid naming each field of a short body that cannot be used."""
    errors = {}
    if not _is_id(payload.get("order_id")):
        errors["order_id"] = "Must be the order's number in the store, above 0."
    site_id = payload.get("site_id")
    if site_id is not None and not (
        isinstance(site_id, str) and 0 < len(site_id) <= 60 and site_id.isprintable()
    ):
        errors["site_id"] = "Must be a text of at most 60 characters."
    status = payload.get("status")
    if status is not None and not (isinstance(status, str) and _STATUS.fullmatch(_status(status))):
        errors["status"] = "Must be a status such as processing."
    if payload.get("refund_id") is not None and not _is_id(payload["refund_id"]):
        errors["refund_id"] = "Must be the refund's number in the store, above 0."
    wrong = _wrong_with(payload.get("line_items", []))
    if wrong:
        errors["line_items"] = wrong
    if errors:
        raise Invalid("The order cannot be used as it is.", errors)


def snapshot(
    db: Connection, store: Row[Any], topic: str, payload: dict[str, Any], received_at: datetime
) -> OrderSnapshot | None:
    """Return what the order looks like after this message; None where it says nothing new, being late.

    Raises translate.Refusal for a body that is no order, and translate.TooEarly for a refund of an order
    that was not heard of yet.
    """
    status = _status(payload.get("status") or TOPICS.get(topic, "processing"))
    lines = payload.get("line_items") or []
    known = _known(db, store.id, str(int(payload["order_id"])))
    told = woocommerce.read_order(_native(payload, status, lines), received_at)
    if topic == PAID:
        paid = replace(told, paid_at=told.paid_at or (known.paid_at if known else None) or received_at)
        return _paid(paid, known)
    if known is None:
        if status not in _VOID and lines:
            raise woocommerce.TooEarly("Units of an order that was not heard of yet cannot be refunded.")
        return told
    if status in _VOID or (status == "refunded" and not lines and not payload.get("refund_id")):
        return replace(known, status=status, version=told.version)
    return _refunded(known, payload, lines, has_keys=store.consumer_key_encrypted is not None)


def _paid(told: OrderSnapshot, known: OrderSnapshot | None) -> OrderSnapshot | None:
    if known is None:
        return told
    if known.status in _OVER and told.version is None:
        return None
    recorded = {line.external_id: line for line in known.lines}
    lines = tuple(_line(line, recorded.get(line.external_id)) for line in told.lines) or known.lines
    return replace(known, status=told.status, lines=lines, version=told.version, paid_at=told.paid_at)


def _line(told: LineSnapshot, recorded: LineSnapshot | None) -> LineSnapshot:
    if recorded is None:
        return told
    return replace(recorded, quantity=told.quantity, problem=told.problem, sku=told.sku or recorded.sku)


def _refunded(
    known: OrderSnapshot, payload: dict[str, Any], items: list[dict[str, Any]], has_keys: bool
) -> OrderSnapshot | None:
    """Add a refund of units: those of `refund_id`, or else what `qty` says beyond what was refunded so far.

    Where the store has keys and the message does not name its refund, the refund is only announced: what
    it holds is read by REST, lest it be counted twice.
    """
    named = payload.get("refund_id")
    if named is not None and any(refund.external_id == str(int(named)) for refund in known.refunds):
        return None
    if named is not None and not items:
        # Its amount alone is known: which units it holds is asked by REST where there are keys.
        refund = RefundSnapshot(str(int(named)), 0, "told by a short message")
        return replace(known, refunds=(*known.refunds, refund))
    units = {_match(known, item): abs(int(item["qty"])) for item in items}
    if named is None:
        so_far = _refunded_so_far(known)
        units = {line_id: qty - so_far.get(line_id, 0) for line_id, qty in units.items()}
    units = {line_id: qty for line_id, qty in units.items() if qty > 0}
    if not units:
        return None
    if named is None and has_keys:
        refund = RefundSnapshot("announced", 0, "announced by a short message")
    else:
        refund_id = str(int(named)) if named is not None else _refund_id(known, units)
        refund = RefundSnapshot(refund_id, 0, "told by a short message", tuple(sorted(units.items())))
    after = replace(known, refunds=(*known.refunds, refund))
    gone = _refunded_so_far(after)
    is_all = all(gone.get(line.external_id, 0) >= line.quantity for line in known.lines)
    return replace(after, status="refunded") if is_all else after


def _match(known: OrderSnapshot, item: dict[str, Any]) -> str:
    """Return the id of the recorded line an item means, by its id or else its SKU."""
    wanted = str(int(item["line_item_id"])) if item.get("line_item_id") is not None else None
    folded = stock.key(str(item.get("sku") or ""))
    for line in known.lines:
        if line.external_id == wanted or (wanted is None and folded and stock.key(line.sku) == folded):
            return line.external_id
    raise woocommerce.Refusal(
        f"The order has no line {wanted or item.get('sku')}, so nothing of it is refunded."
    )


def _refunded_so_far(known: OrderSnapshot) -> dict[str, int]:
    total: dict[str, int] = {}
    for refund in known.refunds:
        for line_id, units in refund.lines or ():
            total[line_id] = total.get(line_id, 0) + units
    return total


def _refund_id(known: OrderSnapshot, units: dict[str, int]) -> str:
    """Return an id that the same message gets again, and a further refund of the same units does not."""
    said = json.dumps([_refunded_so_far(known), units], sort_keys=True)
    return f"short-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _native(payload: dict[str, Any], status: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the message in WooCommerce's own words."""
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


def _known(db: Connection, store_id: int, external_id: str) -> OrderSnapshot | None:
    """Return the order as it is recorded, None where it is not."""
    mine = (orders.c.store_id == store_id) & (orders.c.external_id == external_id)
    row = db.execute(select(orders).where(mine).order_by(orders.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return OrderSnapshot(
        external_id=row.external_id,
        status="trash" if row.is_trashed else row.status,
        lines=_lines(db, row.id),
        created_at=row.created_at,
        key_hash=row.key_hash,
        number=row.number,
        paid_at=row.paid_at,
        currency=row.currency,
        total_minor=row.total_minor,
        refunds=_refunds(db, row.id),
        parent_external_id=row.parent_external_id,
        customer_name=row.customer_name,
        customer_email=row.customer_email,
        raw=row.raw,
    )


def _lines(db: Connection, order_id: int) -> tuple[LineSnapshot, ...]:
    mine = (order_lines.c.order_id == order_id) & ~order_lines.c.is_removed
    return tuple(
        LineSnapshot(
            external_id=row.external_id,
            quantity=row.quantity,
            sku=row.sku,
            product_id=row.product_id,
            variation_id=row.variation_id,
            name=row.name,
            total_minor=row.total_minor,
            store_reduced=row.store_reduced,
            problem=row.problem,
        )
        for row in db.execute(select(order_lines).where(mine).order_by(order_lines.c.id))
    )


def _refunds(db: Connection, order_id: int) -> tuple[RefundSnapshot, ...]:
    mine = (order_refunds.c.order_id == order_id) & ~order_refunds.c.is_gone
    return tuple(
        RefundSnapshot(
            external_id=row.external_id,
            total_minor=row.total_minor,
            reason=row.reason,
            lines=tuple(sorted(json.loads(row.lines).items())) if row.lines is not None else None,
        )
        for row in db.execute(select(order_refunds).where(mine).order_by(order_refunds.c.id))
    )


def _wrong_with(items: Any) -> str | None:
    if items is None:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return "Must be a list of lines."
    for position, item in enumerate(items, start=1):
        line_id, sku = item.get("line_item_id"), item.get("sku")
        if line_id is not None and not _is_id(line_id):
            return f"Line {position}: line_item_id must be a number above 0."
        if sku is not None and not isinstance(sku, str):
            return f"Line {position}: sku must be a text."
        if line_id is None and not (sku or "").strip():
            return f"Line {position} needs a line_item_id or a sku."
        if not _is_units(item.get("qty")):
            return f"Line {position}: qty must be a whole number of at most {woocommerce.LARGEST_QUANTITY:,}."
    return None


def _is_units(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    digits = text.removeprefix("-")  # WooCommerce writes refunded quantities below 0
    return digits.isascii() and digits.isdecimal() and int(digits[:9]) <= woocommerce.LARGEST_QUANTITY


def _is_id(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) > 0


def _status(text: str) -> str:
    return text.strip().lower().removeprefix("wc-")
