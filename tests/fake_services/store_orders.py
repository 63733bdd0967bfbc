"""What happens to an order: placed, moved on, refunded, trashed. Callers hold the store's lock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tests.fake_services import store_lines, store_stock
from tests.fake_services.store_model import Note, Order, Refund
from tests.fake_services.store_state import StoreState

UNPAID = frozenset({"pending", "on-hold", "failed", "cancelled", "checkout-draft", "auto-draft"})
MAILED = frozenset({"processing", "on-hold", "completed", "refunded", "cancelled", "failed"})
GATEWAYS = {"bacs": "Direct bank transfer", "cod": "Cash on delivery", "stripe": "Credit card"}
ADA = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "address_1": "1 High Street",
    "city": "London",
    "postcode": "N1 1AA",
    "country": "GB",
    "email": "ada@example.test",
    "phone": "+44 20 7946 0000",
}
SHIPPING_FIELDS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
)
BILLING_FIELDS = (*SHIPPING_FIELDS[:-1], "email", "phone")


class RefundTooLarge(ValueError):
    pass


def new_order(state: StoreState, *, status: str, customer: Mapping[str, str], method: str, via: str) -> Order:
    """An order with no lines, not yet in the store."""
    now = state.now()
    key = "".join(state.random.choices("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=13))
    return Order(
        id=0,
        order_key=f"wc_order_{key}",
        status=status,
        currency=state.currency,
        created_at=now,
        modified_at=now,
        billing={name: customer.get(name, "") for name in BILLING_FIELDS},
        shipping={name: customer.get(name, "") if name != "phone" else "" for name in SHIPPING_FIELDS},
        payment_method=method,
        payment_method_title=GATEWAYS.get(method, method),
        created_via=via,
    )


def place(state: StoreState, order: Order, *, paid: bool, order_id: int | None = None) -> Order:
    """The order is in the store, its webhooks are queued, its stock is taken if its status takes it."""
    order.id = state.reserve_id(order_id) if order_id else state.new_id()
    state.orders[order.id] = order
    state.revision += 1
    order.announced = order.status != "checkout-draft"
    if paid and order.status not in UNPAID:
        order.paid_at = state.now()
    if order.status == "completed":
        order.completed_at = state.now()
    if order.announced:
        state.emit("order.created", order.id)
    state.emit("order.updated", order.id)
    _after_status(state, order, "pending")
    return order


def set_status(state: StoreState, order: Order, status: str) -> None:
    """The status is set and saved; the same status again changes only the date and still sends an update."""
    before, order.status = order.status, status
    if before != status:
        _set_dates(state, order)
    save(state, order)
    if not order.announced and status != "checkout-draft":
        order.announced = True
        state.emit("order.created", order.id)
    if before != status:
        _after_status(state, order, before)


def save(state: StoreState, order: Order) -> None:
    state.touch_order(order)
    state.emit("order.updated", order.id)


def _set_dates(state: StoreState, order: Order) -> None:
    needs_processing = any(line.product_id for line in order.lines)
    # Cash on delivery is paid when it is delivered, so not before "completed".
    paid_from = "processing" if needs_processing and order.payment_method != "cod" else "completed"
    if order.paid_at is None and order.status in {paid_from, "completed"}:
        order.paid_at = state.now()
    if order.status == "completed":
        order.completed_at = state.now()


def pay(state: StoreState, order: Order) -> None:
    """What the payment gateway does when the money is there."""
    if order.paid_at is None:
        order.paid_at = state.now()
    if order.status in UNPAID:
        needs_processing = any(line.product_id for line in order.lines)
        set_status(
            state, order, "processing" if needs_processing and order.payment_method != "cod" else "completed"
        )


def _after_status(state: StoreState, order: Order, before: str) -> None:
    if order.status in MAILED:
        state.mails.append((order.status, order.id))
    if before != order.status:
        add_note(state, order, f"Order status changed from {before} to {order.status}.")
    store_stock.follow_status(state, order)
    if order.status == "refunded" and order.refunded_total < order.total:
        store_lines.book_refund(state, order, order.total - order.refunded_total, {}, "Order fully refunded.")


def add_note(state: StoreState, order: Order, text: str, customer_note: bool = False) -> Note:
    """A note, newest first. One for the customer is mailed every time; neither kind touches the order."""
    note = Note(state.count_up("note"), text, customer_note, state.now())
    order.notes.insert(0, note)
    if customer_note:
        state.mails.append(("note", order.id))
    return note


def refund(
    state: StoreState,
    order: Order,
    units: Mapping[store_lines.LineRef, int],
    *,
    amount: Decimal | None,
    restock: bool,
    reason: str,
) -> Refund:
    """A refund; once everything is refunded the order's status becomes `refunded`."""
    by_line = {store_lines.find_line(state, order, ref): quantity for ref, quantity in units.items()}
    if amount is None:
        amount = sum((store_lines.share(line, quantity) for line, quantity in by_line.items()), Decimal(0))
    if amount > order.total - order.refunded_total:
        raise RefundTooLarge("Invalid refund amount.")
    booked = store_lines.book_refund(state, order, amount, by_line, reason)
    if restock:
        for line, quantity in by_line.items():
            store_stock.restock(state, line, quantity)
    if booked.kind == "full" and order.status != "refunded":
        set_status(state, order, "refunded")
    else:
        save(state, order)
    return booked


def delete_refund(state: StoreState, order: Order, refund_id: int) -> Refund:
    """The refund is gone. No webhook, no change of date, no stock."""
    gone = next(refund for refund in order.refunds if refund.id == refund_id)
    order.refunds.remove(gone)
    state.revision += 1
    return gone


def trash(state: StoreState, order: Order) -> None:
    """In the trash; stock is not given back."""
    order.status_before_trash, order.status = order.status, "trash"
    order.meta.append(state.meta("_wp_trash_meta_status", f"wc-{order.status_before_trash}"))
    order.meta.append(state.meta("_wp_trash_meta_time", str(int(state.now().timestamp()))))
    if state.trash_touches_modified:
        order.modified_at = state.now()
    state.revision += 1
    state.emit("order.deleted", order.id)


def untrash(state: StoreState, order: Order) -> None:
    order.status = order.status_before_trash
    order.meta = [meta for meta in order.meta if not meta.key.startswith("_wp_trash_meta")]
    if order.paid_at is None and order.status in {"processing", "completed"}:
        order.paid_at = state.now()  # so captured, whatever the gateway
    state.touch_order(order)
    state.emit("order.restored", order.id)
    if state.rules == "old":
        state.emit("order.updated", order.id)


def delete(state: StoreState, order: Order) -> None:
    """Gone for good: nothing is sent, nothing is given back."""
    del state.orders[order.id]
    state.revision += 1


def anonymize(state: StoreState, order: Order) -> None:
    """What WordPress's personal data eraser leaves of an order."""
    order.billing = {name: "[deleted]" if value else "" for name, value in order.billing.items()}
    order.billing |= {"email": "deleted@site.invalid", "country": "", "phone": ""}
    order.shipping = {name: "[deleted]" if value else "" for name, value in order.shipping.items()}
    order.customer_note = ""
    state.set_meta(order.meta, "_anonymized", "yes")
    save(state, order)
