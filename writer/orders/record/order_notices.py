"""What an order makes the owner look at, each in one sentence that says what to do. Pure functions."""

from collections.abc import Iterable

from writer.orders.record import matching, refunds
from writer.orders.record.before import Before, Listed, Matches
from writer.orders.record.decision import OrderNotice
from writer.orders.record.refunds import Refunded
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


def uncounted_lines(
    channel: Channel, order: Order, lines: Iterable[Line], matches: Matches
) -> list[OrderNotice]:
    """Say which lines took units off a number that is pushed, and take none off its product here."""
    found = []
    for line in lines:
        parent = _drawn_on(line, matches)
        if parent is None or not line.taken_due:
            continue
        what = line.name or line.sku
        sentence = (
            f"Order {order.number}: {channel.name} took {line.taken_due} of {what} off its number for"
            f" {parent.sku or 'the parent'}, where it counts this variation. Here they count as"
            f" {'nothing' if line.stock_product_id is None else 'another product'}."
            " Map the variation on the store's listings."
        )
        found.append(OrderNotice("LINE_UNCOUNTED", sentence, line=line.external_id))
    return found


def over_refunded(order: Order, lines: Iterable[Line], refunded: Refunded) -> list[OrderNotice]:
    """Say of which lines the store refunded more units than were bought: only those bought are counted."""
    found = []
    for line in lines:
        if _is_over(line, refunded):
            sentence = (
                f"Order {order.number}: {refunded.now[line.external_id]} units of {line.name or line.sku} are"
                f" refunded, of {line.quantity} bought, so only as many count."
                " Check its refunds in the store."
            )
            found.append(OrderNotice("OVER_REFUNDED", sentence, line=line.external_id))
    return found


def refunds_put_right(before: Before, lines: Iterable[Line], refunded: Refunded) -> list[OrderNotice]:
    """Return the notices of lines of which no longer more is refunded than was bought."""
    if not before.refunds:
        return []
    was = refunds.add_up(before.refunds)
    over = {line.id for line in before.lines if _is_over(line, was)}
    still = {line.id for line in lines if _is_over(line, refunded)}
    return [OrderNotice("OVER_REFUNDED", line=line.external_id) for line in lines if line.id in over - still]


def _is_over(line: Line, refunded: Refunded) -> bool:
    units = refunded.now.get(line.external_id, 0)
    return units > line.quantity and line.problem is None and not line.is_removed


def lines_put_right(before: Before, after: Iterable[Line]) -> list[OrderNotice]:
    """Return the notices about lines whose cause is gone: a held line, or an uncounted one, counts now."""
    known = {line.id: line for line in before.lines}
    found = []
    for line in after:
        was = known.get(line.id)
        if was is None:
            continue
        if was.problem is not None and (line.problem is None or line.is_removed):
            found.append(OrderNotice("LINE_HELD", line=line.external_id))
        is_pinned = was.stock_product_id is None and line.stock_product_id is not None
        is_void = was.stock_product_id is None and was.taken_due and not line.taken_due
        if is_pinned or is_void:
            found.append(OrderNotice("LINE_UNCOUNTED", line=line.external_id))
    return found


def _drawn_on(line: Line, matches: Matches) -> Listed | None:
    """Return the counted parent whose number a line lowers in its store, unless it counts as that product."""
    parent = matching.counting_parent(line, matches)
    if parent is None or parent.product is None:
        return None
    return parent if line.stock_product_id != parent.product.stock_product_id else None
