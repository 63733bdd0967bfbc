"""Posting: what a line should have put into ledger and stock, less what it has put there already. Pure."""

from datetime import datetime
from typing import NamedTuple

from writer.orders.record import matching
from writer.orders.record.before import Before
from writer.orders.record.decision import SalePosting, StockMovement
from writer.orders.record.rows import Line, Order
from writer.orders.record.snapshot import Channel


class Posted(NamedTuple):
    """The order and its lines after posting, what is posted, and that in words."""

    order: Order
    lines: tuple[Line, ...]
    sales: tuple[SalePosting, ...]
    movements: tuple[StockMovement, ...]
    words: tuple[str, ...]


class _Writer(NamedTuple):
    """What all that one change posts for an order has in common."""

    seller: str
    note: str
    date: datetime  # of all rows of the order in the ledger
    changed_at: datetime  # when the state that is posted came about
    is_new: bool

    def sale(self, line: Line, quantity: int) -> SalePosting:
        assert line.model is not None
        assert line.variant is not None
        sku = line.sku or None
        return SalePosting(
            line.external_id, line.model, line.variant, sku, quantity, self.date, self.seller, self.note
        )

    def movement(self, line: Line, taken: int) -> StockMovement:
        assert line.stock_product_id is not None
        back = "refund" if line.restocked else "cancellation"
        # What a line takes as its order is made is dated so; what comes later is dated when it came.
        is_first = self.is_new if not line.id else line.taken == 0 and not line.has_moved
        at = self.date if is_first else self.changed_at
        kind = "sale" if taken > 0 else back
        return StockMovement(
            line.external_id, line.stock_product_id, -taken, kind, at, self.seller, self.note
        )


def post(
    before: Before, order: Order, lines: tuple[Line, ...], channel: Channel, changed_at: datetime
) -> Posted:
    """Match the lines that wait for it, and return each difference in units sold and units out of stock."""
    date = order.counted_at or order.paid_at or order.created_at
    note = f"{channel.name} order {order.number}"
    writer = _Writer(channel.name, note, date, changed_at, is_new=before.order is None)
    after: list[Line] = []
    sales: list[SalePosting] = []
    movements: list[StockMovement] = []
    words: list[str] = []
    for waiting in lines:
        line = matching.match(waiting, before.matches, order.created_at, channel.stock_from)
        change = line.sold_due - line.sold if line.model is not None else 0
        taken = line.taken_due - line.taken if line.stock_product_id is not None else 0
        if change:
            sales.append(writer.sale(line, change))
            words.append(f"{change:+d} {line.model} {line.variant}".rstrip())
        if taken:
            movements.append(writer.movement(line, taken))
            words.append(f"stock {-taken:+d} {line.sku}".rstrip())
        after.append(line._replace(sold=line.sold + change, taken=line.taken + taken))
    # Not by stock alone: units wait for a transfer before they are sold, and are sold when it comes.
    counted_at = date if sales or order.counted_at is not None else None
    order = order._replace(counted_at=counted_at)
    return Posted(order, tuple(after), tuple(sales), tuple(movements), tuple(words))
