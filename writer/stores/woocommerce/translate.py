"""WooCommerce's order payload -> OrderSnapshot. Pure and strict functions; shapes.py reads the fields."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from writer.orders import LineSnapshot, OrderSnapshot, RefundSnapshot
from writer.stores.woocommerce import details, shapes
from writer.stores.woocommerce.shapes import Refusal

# The reader shows 1970 to 2899. No shop sold anything before or after, and the last day of the calendar has
# no next day to count to.
_EARLIEST, _TOO_LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


class TooEarly(Exception):
    """The message refers to an order that is not recorded yet; trying again later may work."""


SET_VERSION = (
    "In the store, open the webhook (WooCommerce > Settings > Advanced > Webhooks) and set its API version to"
    " WP REST API Integration v3."
)


def is_legacy(payload: Mapping[str, Any]) -> bool:
    """Tell whether a body is of the API before WordPress had one: the order is an object below `order`."""
    return "id" not in payload and isinstance(payload.get("order"), dict)


def is_of_v1(payload: Mapping[str, Any]) -> bool:
    """Tell whether an order is of version 1 of the REST API, whose dates have no UTC: two states of it cannot
    be told apart by their age."""
    return "date_modified_gmt" not in payload and "date_modified" in payload


def order(
    payload: dict[str, Any], received_at: datetime, raw: str | None = None, *, is_partial: bool = False
) -> OrderSnapshot:
    """Turn an order of the REST API v3 or a webhook body into a snapshot.

    Raises Refusal if the id, status or list of lines is missing, or a field has a type that WooCommerce never
    sends: a payload that is not understood must not change a count. A line whose quantity cannot be counted
    waits for review. `is_partial`: written by a small program, which may leave out fields and line ids.
    """
    if is_legacy(payload):
        raise Refusal(f"It is in the format of WooCommerce's legacy API, which is not read. {SET_VERSION}")
    external_id = order_id(payload)
    status = _status(payload)
    currency = shapes.text(payload, "currency", 3, "The order's currency").upper()
    is_anonymized = shapes.meta(payload, "the order").get("_anonymized") == "yes"
    # Read even where it is not kept: a payload that is not understood is refused whomever it names.
    customer = _customer(payload)
    parent = shapes.number_id(payload, "parent_id", "The order's parent")
    key = shapes.text(payload, "order_key", 200, "The order's key")
    return OrderSnapshot(
        external_id=external_id,
        status=status,
        lines=_lines(payload, currency, is_partial),
        created_at=_time(payload, "date_created_gmt") or received_at,
        changed_at=_time(payload, "date_modified_gmt"),
        key_hash=_key_hash(key),
        number=shapes.text(payload, "number", 60, "The order's number") or external_id,
        paid_at=_time(payload, "date_paid_gmt"),
        currency=currency,
        total_minor=shapes.minor(payload, "total", currency, "The order's total"),
        refunds=_refunds(payload, currency),
        tells_refunds="refunds" in payload or is_partial,
        parent_external_id=parent if parent != "0" else None,
        payment_title=shapes.text(payload, "payment_method_title", 200, "The way of payment") or None,
        charges=details.charges(payload, currency),
        tax_minor=shapes.minor_told(payload, "total_tax", currency, "The order's tax"),
        discount_minor=shapes.minor_told(payload, "discount_total", currency, "The order's discount"),
        is_anonymized=is_anonymized,
        raw=raw if not is_anonymized else None,
        **({} if is_anonymized else customer),
    )


def _customer(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an order names a person, as the snapshot's fields."""
    billing = shapes.object_of(payload, "billing", "The billing address")
    first, last = (
        shapes.text(billing, f"{part}_name", 100, f"The {part} name") for part in ("first", "last")
    )
    return {
        "customer_name": f"{first} {last}".strip() or None,
        "customer_email": shapes.text(billing, "email", 200, "The e-mail address") or None,
        "ship_to": details.ship_to(payload, billing),
        "phone": details.phone(payload, billing),
        "customer_note": shapes.text(payload, "customer_note", 5000, "The customer's note") or None,
        "transaction_id": shapes.text(payload, "transaction_id", 200, "The number of the payment") or None,
    }


def order_key(payload: Any) -> tuple[str, str] | None:
    """Return the id and the hashed key of an order, which no other store's order has; None if it has none."""
    if not isinstance(payload, dict):
        return None
    try:
        key = shapes.text(payload, "order_key", 200, "The order's key")
        return (order_id(payload), _key_hash(key)) if key else None
    except Refusal:
        return None


def _key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""


def utc_offset(payload: Mapping[str, Any]) -> timedelta | None:
    """Return how far the clock of an order's store is ahead of UTC; None if the order does not say."""
    try:
        local, gmt = (datetime.fromisoformat(str(payload[f"date_modified{end}"])) for end in ("", "_gmt"))
        ahead = local.replace(tzinfo=None) - gmt.replace(tzinfo=None)
    except (KeyError, ValueError):
        return None
    return ahead if abs(ahead) <= timedelta(hours=14) else None


def order_id(payload: Mapping[str, Any]) -> str:
    """Return the id of the order of a body. Raises Refusal if there is none."""
    external_id = shapes.number_id(payload, "id", "The order's id")
    if external_id == "0":
        raise Refusal("The body has no order id, so it is not an order.")
    return external_id


def _status(payload: Mapping[str, Any]) -> str:
    value = payload.get("status")
    if value is not None and not isinstance(value, str):
        raise Refusal(f"The order's status is not text: {shapes.shown(value)}.")
    status = shapes.told(value or "", 60).removeprefix("wc-")
    if not status:
        raise Refusal("The body has no status, so it is not an order.")
    return status


def _lines(payload: dict[str, Any], currency: str, is_partial: bool) -> tuple[LineSnapshot, ...]:
    items = shapes.objects(payload, "line_items", "The order's list of lines", is_needed=not is_partial)
    lines: dict[str, LineSnapshot] = {}
    for position, item in enumerate(items):
        line = _line(item, currency, f"#{position + 1}" if is_partial else None)
        if line.external_id in lines:
            raise Refusal(f"Two lines of the order have the id {line.external_id}.")
        lines[line.external_id] = line
    return tuple(lines.values())


def _line(item: dict[str, Any], currency: str, without_id: str | None) -> LineSnapshot:
    """Read one line; `without_id` names a line without an id; None: it must have one."""
    external_id = shapes.number_id(item, "id", "The id of a line")
    if external_id == "0":
        if without_id is None:
            raise Refusal("A line of the order has no id.")
        external_id = without_id
    what = f"line {external_id}"
    quantity, problem = shapes.quantity(item.get("quantity"))
    meta = shapes.meta(item, what)
    return LineSnapshot(
        external_id=external_id,
        quantity=quantity,
        sku=shapes.text(item, "sku", 200, f"The SKU of {what}"),
        product_id=shapes.bounded_id(item, "product_id", f"The product of {what}"),
        variation_id=shapes.bounded_id(item, "variation_id", f"The variation of {what}"),
        name=shapes.text(item, "name", 300, f"The name of {what}"),
        total_minor=shapes.minor(item, "total", currency, f"The total of {what}"),
        subtotal_minor=shapes.minor_told(item, "subtotal", currency, f"The subtotal of {what}"),
        tax_minor=shapes.minor_told(item, "total_tax", currency, f"The tax of {what}"),
        restocked=shapes.units_of_meta(meta, "_restock_refunded_items", what),
        store_reduced=shapes.units_of_meta(meta, "_reduced_stock", what),
        problem=problem,
    )


def _refunds(payload: dict[str, Any], currency: str) -> tuple[RefundSnapshot, ...]:
    """Return the refunds that an order lists: only ids and amounts; their quantities are elsewhere."""
    items = shapes.objects(payload, "refunds", "The order's list of refunds", is_needed="refunds" in payload)
    found = (
        RefundSnapshot(
            external_id=_refund_id(item),
            total_minor=abs(shapes.minor(item, "total", currency, "The total of a refund")),
            reason=shapes.text(item, "reason", 300, "The reason of a refund"),
        )
        for item in items
    )
    return tuple({refund.external_id: refund for refund in found}.values())


def _refund_id(item: Mapping[str, Any]) -> str:
    external_id = shapes.number_id(item, "id", "The id of a refund")
    if external_id == "0":
        raise Refusal("A refund of the order has no id.")
    return external_id


def refunds(items: list[dict[str, Any]], currency: str) -> tuple[RefundSnapshot, ...]:
    """Turn an order's refund resources into refunds whose quantities are known.

    Each line of a refund names the order's line in its meta `_refunded_item_id`; quantities are negative.
    Raises Refusal if a line names none or its units cannot be read: the refunded units are then unknown.
    """
    return tuple(
        RefundSnapshot(
            external_id=_refund_id(item),
            total_minor=abs(
                shapes.minor(
                    item, "amount" if item.get("amount") else "total", currency, "The amount of a refund"
                )
            ),
            reason=shapes.text(item, "reason", 300, "The reason of a refund"),
            lines=tuple(sorted(_refunded_units(item).items())),
            made_at=_time(item, "date_created_gmt", "a refund"),
        )
        for item in items
    )


def _refunded_units(item: dict[str, Any]) -> dict[str, int]:
    what = f"refund {_refund_id(item)}"
    units: dict[str, int] = {}
    for line in shapes.objects(item, "line_items", f"The list of lines of {what}", is_needed=True):
        quantity, problem = shapes.quantity(_positive(line.get("quantity")))
        if problem is not None:
            raise Refusal(f"A line of {what} cannot be read. {problem}")
        if not quantity:
            continue  # money alone
        named = {"id": shapes.meta(line, what).get("_refunded_item_id")}
        line_id = shapes.number_id(named, "id", f"The line that a line of {what} names")
        if line_id == "0":
            raise Refusal(f"A line of {what} names no line of the order.")
        units[line_id] = units.get(line_id, 0) + quantity
    return units


def _positive(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().removeprefix("-")
    return abs(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _time(payload: Mapping[str, Any], name: str, what: str = "the order") -> datetime | None:
    """Read a `*_gmt` field, which is UTC without a zone. None if it is absent, null, empty, PHP's zero date
    or outside the shown years. Raises Refusal if it is not a time."""
    value = payload.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.lstrip("-").startswith("0"):
        return None  # 0000-00-00, and what PHP makes of it: -0001-11-30
    try:
        if not isinstance(value, str):
            raise ValueError
        said = datetime.fromisoformat(value)
        moment = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except OverflowError:
        return None
    except ValueError:
        raise Refusal(f"{name} of {what} is not a time: {shapes.shown(value)}.") from None
    return moment if _EARLIEST <= moment < _TOO_LATE else None
