"""WooCommerce's order payload -> OrderSnapshot: pure, forgiving in form, strict in what is counted."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from writer.lib import money
from writer.orders import LineSnapshot, OrderSnapshot, RefundSnapshot

LARGEST_QUANTITY = 100_000
_LARGEST_ID = 2**31 - 1  # of PostgreSQL's integer columns
# The reader shows 1970 to 2899. No shop sold anything before or after; and near the end of the calendar
# there is no next day to count to.
_EARLIEST, _TOO_LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


class Refusal(Exception):
    """The payload is no order; the text says why in a sentence."""


class TooEarly(Exception):
    """What the message builds upon was not heard of yet; the text says so. Trying again later may do."""


def order(payload: dict[str, Any], received_at: datetime, raw: str | None = None) -> OrderSnapshot:
    """Turn an order of the REST API v3 or a webhook body into a snapshot.

    Raises Refusal where there is no id or status in it. Quantities that cannot be counted make their
    line wait for review; money that cannot be read counts as 0, for the units matter more.
    """
    external_id = order_id(payload)
    status = _text(payload.get("status"), 60).removeprefix("wc-")
    if not status:
        raise Refusal("The body holds no status, so it is no order.")
    currency = _text(payload.get("currency"), 3).upper()
    is_anonymized = _meta(payload).get("_anonymized") == "yes"
    billing = payload.get("billing") if isinstance(payload.get("billing"), dict) else {}
    assert isinstance(billing, dict)
    name = f"{_text(billing.get('first_name'), 100)} {_text(billing.get('last_name'), 100)}".strip()
    parent = _id(payload.get("parent_id"))
    key = _text(payload.get("order_key"), 200)
    return OrderSnapshot(
        external_id=external_id,
        status=status,
        lines=_lines(payload.get("line_items"), currency),
        created_at=_time(payload, "date_created_gmt") or received_at,
        version=_time(payload, "date_modified_gmt"),
        key_hash=hashlib.sha256(key.encode()).hexdigest()[:16] if key else "",
        number=_text(payload.get("number"), 60) or external_id,
        paid_at=_time(payload, "date_paid_gmt"),
        currency=currency,
        total_minor=_minor(payload.get("total"), currency),
        refunds=_refunds(payload.get("refunds"), currency),
        parent_external_id=parent if parent != "0" else None,
        customer_name=(name or None) if not is_anonymized else None,
        customer_email=(_text(billing.get("email"), 200) or None) if not is_anonymized else None,
        is_anonymized=is_anonymized,
        raw=raw if not is_anonymized else None,
    )


def order_id(payload: dict[str, Any]) -> str:
    """Return the id of the order a body is about. Raises Refusal where there is none."""
    external_id = _id(payload.get("id"))
    if external_id == "0":
        raise Refusal("The body holds no order id, so it is no order.")
    return external_id


def _lines(items: Any, currency: str) -> tuple[LineSnapshot, ...]:
    if not isinstance(items, list):
        return ()
    lines: dict[str, LineSnapshot] = {}
    for position, item in enumerate(items):
        if isinstance(item, dict):
            line = _line(item, position, currency)
            lines[line.external_id] = line
    return tuple(lines.values())


def _line(item: dict[str, Any], position: int, currency: str) -> LineSnapshot:
    external_id = _id(item.get("id"))
    quantity, problem = _quantity(item.get("quantity"))
    meta = _meta(item)
    return LineSnapshot(
        external_id=external_id if external_id != "0" else f"#{position + 1}",
        quantity=quantity,
        sku=_text(item.get("sku"), 200),
        product_id=_bounded(item.get("product_id")),
        variation_id=_bounded(item.get("variation_id")),
        name=_text(item.get("name"), 300),
        total_minor=_minor(item.get("total"), currency),
        restocked=_units(meta.get("_restock_refunded_items")),
        store_reduced=_units(meta.get("_reduced_stock")),
        problem=problem,
    )


def _quantity(value: Any) -> tuple[int, str | None]:
    """Return whole units, or 0 and why they cannot be counted."""
    shown = _text(str(value), 40)
    try:
        number = float(value) if not isinstance(value, bool) and value is not None else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or number != number:
        return 0, f"Its quantity is {shown}, which is no number."
    if not 0 <= number <= LARGEST_QUANTITY:
        return 0, f"Its quantity is {shown}; more than {LARGEST_QUANTITY:,} or less than 0 needs a person."
    if number != int(number):
        return 0, f"Its quantity is {shown}; only whole units are counted."
    return int(number), None


def _refunds(items: Any, currency: str) -> tuple[RefundSnapshot, ...]:
    """Return the refunds an order lists: only ids and amounts, their quantities are elsewhere."""
    if not isinstance(items, list):
        return ()
    refunds = (
        RefundSnapshot(
            external_id=_id(item.get("id")),
            total_minor=abs(_minor(item.get("total"), currency)),
            reason=_text(item.get("reason"), 300),
        )
        for item in items
        if isinstance(item, dict)
    )
    return tuple({refund.external_id: refund for refund in refunds}.values())


def refunds(items: list[dict[str, Any]], currency: str) -> tuple[RefundSnapshot, ...]:
    """Turn an order's refund resources into refunds whose quantities are known.

    Each line of a refund names the order's line in its meta `_refunded_item_id`; quantities are negative.
    """
    found = []
    for item in items:
        units: dict[str, int] = {}
        for line in _objects(item.get("line_items")):
            line_id = _id(_meta(line).get("_refunded_item_id"))
            quantity, problem = _quantity(_positive(line.get("quantity")))
            if line_id != "0" and problem is None and quantity:
                units[line_id] = units.get(line_id, 0) + quantity
        found.append(
            RefundSnapshot(
                external_id=_id(item.get("id")),
                total_minor=abs(_minor(item.get("amount") or item.get("total"), currency)),
                reason=_text(item.get("reason"), 300),
                lines=tuple(sorted(units.items())),
            )
        )
    return tuple(found)


def _positive(value: Any) -> Any:
    return abs(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _time(payload: dict[str, Any], name: str) -> datetime | None:
    """Read a `*_gmt` field: UTC without saying so. Unreadable, empty or of no year that is shown: None."""
    try:
        told = datetime.fromisoformat(str(payload.get(name) or ""))
        moment = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _EARLIEST <= moment < _TOO_LATE else None


def _minor(value: Any, currency: str) -> int:
    try:
        return money.to_minor(str(value or "0"), currency)
    except ValueError:
        return 0


def _meta(holder: dict[str, Any]) -> dict[str, str]:
    entries = _objects(holder.get("meta_data"))
    return {str(entry.get("key")): str(entry.get("value")) for entry in entries}


def _objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _units(value: str | None) -> int | None:
    quantity, problem = _quantity(value)
    return None if problem else quantity


def _id(value: Any) -> str:
    """Return an id as text; "0" for none. Ids beyond the column are still ids: they are kept as text."""
    text = _text(str(value), 40) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return (text.lstrip("0") or "0") if text.isascii() and text.isdecimal() else "0"


def _bounded(value: Any) -> int:
    number = int(_id(value))
    return number if number <= _LARGEST_ID else 0


def _text(value: Any, limit: int) -> str:
    return told(value, limit) if isinstance(value, str) else ""


def told(value: Any, limit: int) -> str:
    """Return text fit for any database: no NUL, no half of a surrogate pair, no longer than `limit`."""
    text = str(value).replace("\0", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.strip()[:limit]
