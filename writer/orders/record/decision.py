"""What `decide` returns: the new rows, and what else follows from a change, as plain frozen data."""

from datetime import datetime
from typing import Literal, NamedTuple

from writer.orders.record.rows import Line, Order, Refund


class SalePosting(NamedTuple):
    """Units that a line adds to the ledger of sales, below 0 takes back. `line` is its external id."""

    line: str
    model: str
    variant: str
    sku: str | None
    quantity: int
    date: datetime
    seller: str
    notes: str


class StockMovement(NamedTuple):
    """Units that a line puts on the shelf, below 0 takes from it. `line` is its external id."""

    line: str
    stock_product_id: int
    quantity: int
    kind: str
    at: datetime
    actor: str
    note: str


class OrderNotice(NamedTuple):
    """What the owner must look at: about the order, one `line` of it, or a `status` of its store.

    `kind` is the name of a `people.Notice`.
    """

    kind: Literal["LINE_HELD", "LINE_UNCOUNTED", "OVER_REFUNDED", "REFUND_NEEDS_KEYS", "UNMAPPED_STATUS"]
    sentence: str = ""
    line: str = ""
    status: str = ""


class Event(NamedTuple):
    """A row of order_events: `sold` are units added to the ledger, `taken` units taken out of stock."""

    at: datetime
    cause: str
    status: str
    sentence: str
    sold: int = 0
    taken: int = 0


class Decision(NamedTuple):
    """What follows from a change; `outcome` is 'recorded', 'repeat', 'stale' or 'ignored'.

    `order`, `lines` and `refunds` are all rows as they are afterwards, changed or not.
    """

    outcome: str
    sentence: str
    order: Order | None
    lines: tuple[Line, ...] = ()
    refunds: tuple[Refund, ...] = ()
    sales: tuple[SalePosting, ...] = ()
    movements: tuple[StockMovement, ...] = ()
    posted: tuple[str, ...] = ()  # sales and movements in words
    opened: tuple[OrderNotice, ...] = ()
    put_right: tuple[OrderNotice, ...] = ()  # their cause is gone: they close
    events: tuple[Event, ...] = ()
    children: tuple["Decision", ...] = ()  # one for each child of Before
