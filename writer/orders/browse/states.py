"""What pages say of an order's payment and shipping, in a word; what is as it should be only whispers."""

from typing import Any, NamedTuple

from writer.orders.record import load_address

_WAITS = {"pending": ("Unpaid", "warn"), "on-hold": ("Unpaid", "warn"), "failed": ("Payment failed", "bad")}
_NOT_SHIPPED = {"cancelled": "Cancelled", "refunded": "Refunded", "failed": "Not to ship", "trash": "Deleted"}


class Pill(NamedTuple):
    """A word in a pill; `kind` as the macro of pills takes it."""

    text: str
    kind: str


def payment(order: Any) -> Pill:
    """Say whether an order, as a row, is paid, unpaid or refunded."""
    is_refunded = order.status == "refunded" or 0 < order.total_minor <= order.refunded_minor
    if is_refunded:
        return Pill("Refunded", "")
    if order.refunded_minor > 0:
        return Pill("Part refunded", "warn")
    if order.paid_at is None and order.status in _WAITS:
        return Pill(*_WAITS[order.status])
    is_paid = order.paid_at is not None or order.to_ship > 0 or order.status == "completed"
    return Pill("Paid", "plain good") if is_paid else Pill("Not paid", "")


def shipping(order: Any) -> Pill:
    """Say whether an order, as a row, is to be shipped, is shipped, or never will be."""
    if order.to_ship > 0:
        return Pill("To ship", "plain info")
    if order.status == "completed":
        return Pill("Shipped", "plain good")
    if order.status in ("pending", "on-hold"):
        return Pill("Waiting", "")
    if order.status == "processing":
        return Pill("Nothing to ship", "")
    return Pill(_NOT_SHIPPED.get(order.status, order.status), "")


def place_of(order: Any) -> str:
    """Say where an order, as a row, goes to: "Leeds, GB"; "" if that is not known."""
    address = load_address(order.ship_to)
    return "" if address is None else ", ".join(part for part in (address.city, address.country) if part)
