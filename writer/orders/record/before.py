"""What is known before something changes an order: all that `decide` looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from writer.orders.record.rows import Line, Order, Refund


class CountedProduct(NamedTuple):
    """A product whose stock is counted, and since when."""

    stock_product_id: int
    counted_from: datetime


@dataclass(frozen=True)
class Matches:
    """What the lines that match nothing yet can be matched to."""

    said: Mapping[tuple[int, int], str] = field(default_factory=dict)  # (product, variation): the owner's SKU
    types: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # SKU: (model, variant)
    counted: Mapping[str, CountedProduct] = field(default_factory=dict)  # folded SKU: product


class Before(NamedTuple):
    """An order as recorded, and the facts around it. `order` None: nothing of it is recorded.

    Where `order` and `refunds` answer a change already, nothing else is loaded.
    """

    now: datetime
    order: Order | None = None
    lines: tuple[Line, ...] = ()
    refunds: tuple[Refund, ...] = ()
    matches: Matches = Matches()
    is_parent_known: bool = False  # of the order that the newest state names as its parent
    children: tuple["Before", ...] = ()  # recorded orders whose parent this new order is
