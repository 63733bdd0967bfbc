"""What is known before something changes an order: all that `decide` looks at."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from writer.orders.record.rows import Line, Order, Refund

Key = tuple[int, int]  # product, variation (0: none)
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class CountedProduct(NamedTuple):
    """A product whose stock is counted, and since when."""

    stock_product_id: int
    counted_from: datetime


class Listed(NamedTuple):
    """What a store lists: its SKU there, who counts it, and what the owner made of it here."""

    sku: str = ""  # "": none, or its parent's
    manage_stock: str = "yes"  # 'yes', 'no', 'parent'
    is_left_alone: bool = False
    product: CountedProduct | None = None  # None: it is no product of ours


class Matches(NamedTuple):
    """What the lines that match nothing yet can be matched to."""

    said: Mapping[Key, str] = _NOTHING  # the owner's SKU
    listed: Mapping[Key, Listed] = _NOTHING  # with variation 0: the product itself, or the parent
    said_by: Mapping[Key, int] = _NOTHING  # the decision that said so, where one did
    types: Mapping[str, tuple[str, str]] = _NOTHING  # SKU: (model, variant)
    rule_by: Mapping[str, int] = _NOTHING  # SKU: the decision that made its rule, where one did
    itself: Literal["nothing", "products", "all"] = "nothing"  # what counts as itself, if no rule knows it
    names: Mapping[int, tuple[str, str]] = _NOTHING  # counted product: (model, variant) as itself
    ignored: frozenset[str] = frozenset()  # folded SKUs that no rule knows, and that are no product
    counted: Mapping[str, CountedProduct] = _NOTHING  # folded SKU: product
    left_alone: frozenset[str] = frozenset()  # folded SKUs; only for lines that name no product


class Moved(NamedTuple):
    """Units that were moved for a line at one time, below 0: taken out of stock."""

    stock_product_id: int
    units: int
    at: datetime
    is_refund: bool


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
    moved: Mapping[int, tuple[Moved, ...]] = _NOTHING  # of lines that are reopened
    children: tuple["Before", ...] = ()  # recorded orders whose parent this new order is
