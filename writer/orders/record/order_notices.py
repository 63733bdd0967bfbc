"""What an order makes the owner look at, each in one sentence that says what to do. Pure functions."""

from collections.abc import Iterable

from writer.orders.record.decision import OrderNotice
from writer.orders.record.rows import Line, Order
from writer.orders.record.snapshot import Channel, OrderSnapshot


def refund_needs_keys(channel: Channel, order: Order) -> OrderNotice:
    """Say that a refund's quantities cannot be known without REST keys for the store."""
    return OrderNotice(
        "REFUND_NEEDS_KEYS",
        f"Order {order.number} of {channel.name} was refunded in part: which units came back"
        " needs keys to read quantities. Give the store REST keys.",
    )


def unknown_status(channel: Channel, status: str) -> OrderNotice:
    """Say once per store that a status means nothing here yet."""
    sentence = (
        f"{channel.name} uses the status '{status}', which is unknown here, so its orders keep"
        " the count they had. Say on the store's page whether it counts as paid."
    )
    return OrderNotice("UNMAPPED_STATUS", sentence, status=status)


def held_lines(order: Order, snapshot: OrderSnapshot) -> list[OrderNotice]:
    """Say which lines of an order cannot be counted as they are."""
    return [
        OrderNotice(
            "LINE_HELD",
            f"Order {order.number}: {line.name or line.sku or 'a line'} waits for review. {line.problem}",
            line=line.external_id,
        )
        for line in snapshot.lines
        if line.problem
    ]


def lines_put_right(before: Iterable[Line], after: Iterable[Line]) -> list[str]:
    """Return the ids in the store of held lines that can be counted now: their notices close."""
    held = {line.id for line in before if line.problem is not None}
    return [
        line.external_id for line in after if line.id in held and (line.problem is None or line.is_removed)
    ]
