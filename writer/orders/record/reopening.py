"""Lines whose match was taken back: what they posted under it is posted back, then they are matched by what
holds now. Pure functions, no database."""

from typing import NamedTuple

from writer.orders.record import matching
from writer.orders.record.before import Before, Moved
from writer.orders.record.changes import Reopened
from writer.orders.record.decision import SalePosting, StockMovement
from writer.orders.record.rows import Line, Order
from writer.orders.record.snapshot import Channel


class TakenBack(NamedTuple):
    """The lines as they are then, and the rows that take back what they had posted."""

    lines: tuple[Line, ...]
    sales: tuple[SalePosting, ...]
    movements: tuple[StockMovement, ...]


def opened(lines: tuple[Line, ...], change: Reopened) -> tuple[Line, ...]:
    """Return the lines as if what was taken back had matched none of them."""
    return tuple(_opened(line, line.id in change.types, line.id in change.products) for line in lines)


def take_back(before: Before, order: Order, change: Reopened, channel: Channel) -> TakenBack:
    """Open these lines; what they count as by what holds now, if it is the same, stays as it is posted."""
    lines: list[Line] = []
    sales: list[SalePosting] = []
    movements: list[StockMovement] = []
    for line, open_ in zip(before.lines, opened(before.lines, change), strict=True):
        fresh = matching.match(open_, before.matches, order.created_at, channel.stock_from)
        if (fresh.model, fresh.variant) == (line.model, line.variant):
            fresh = fresh._replace(sold=line.sold)
        elif line.sold:
            sales.append(_sale(line, order, channel))
        if fresh.stock_product_id == line.stock_product_id:
            fresh = fresh._replace(taken=line.taken)
        else:
            movements += _movements(before, line, order, channel)
        lines.append(fresh)
    return TakenBack(tuple(lines), tuple(sales), tuple(movements))


def uncounted(order: Order, lines: tuple[Line, ...]) -> Order:
    """Return the order without a date in the ledger where none of its lines counts there any more."""
    return order if any(line.model is not None for line in lines) else order._replace(counted_at=None)


def _opened(line: Line, is_type: bool, is_product: bool) -> Line:
    if is_type:
        line = line._replace(model=None, variant=None, sold=0, type_rule_by=None, type_said_by=None)
    if is_product:
        line = line._replace(stock_product_id=None, taken=0, product_said_by=None, has_moved=False)
    return line


def _sale(line: Line, order: Order, channel: Channel) -> SalePosting:
    """Take back all that a line put into the ledger, on the day that it was counted on."""
    assert line.model is not None
    assert line.variant is not None
    date = order.counted_at or order.paid_at or order.created_at
    note = f"{channel.name} order {order.number}, taken back"
    sku = line.sku or None
    return SalePosting(line.external_id, line.model, line.variant, sku, -line.sold, date, channel.name, note)


def _movements(before: Before, line: Line, order: Order, channel: Channel) -> list[StockMovement]:
    """Take back each movement of a line at its own time, so that no day of the stock shows it any more."""
    note = f"{channel.name} order {order.number}, taken back"
    return [
        StockMovement(
            line.external_id,
            moved.stock_product_id,
            -moved.units,
            _kind_of_return(moved),
            moved.at,
            channel.name,
            note,
        )
        for moved in before.moved.get(line.id, ())
        if moved.stock_product_id == line.stock_product_id
    ]


def _kind_of_return(moved: Moved) -> str:
    """Return as what units come back: a refund as one, so that no day's sales change by it."""
    if moved.is_refund:
        return "refund"
    return "sale" if moved.units > 0 else "cancellation"
