"""The nouns of the fake store: products, orders, refunds, webhooks, keys. The verbs are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

JsonDict = dict[str, Any]


@dataclass(slots=True)
class Meta:
    id: int
    key: str
    value: Any


@dataclass(slots=True, eq=False)
class Product:
    """A simple product, a variable parent, or (with `parent_id`) a variation."""

    id: int
    type: str
    sku: str
    name: str
    price: str
    created_at: datetime
    modified_at: datetime
    manage_stock: bool = True  # a variation with False is counted by its parent, where that one manages stock
    stock: int = 0  # meaningless while manage_stock is False
    backorders: str = "no"
    stock_status: str = "instock"
    status: str = "publish"
    parent_id: int = 0
    attributes: dict[str, str] = field(default_factory=dict)  # variation: {"Colour": "Red"}
    variation_ids: list[int] = field(default_factory=list)
    total_sales: int = 0
    meta: list[Meta] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return "-".join(self.name.lower().split())


@dataclass(slots=True, eq=False)
class Line:
    id: int
    name: str
    product_id: int  # 0: product deleted, or never known to the store
    variation_id: int
    quantity: int
    subtotal: Decimal
    total: Decimal
    meta: list[Meta] = field(default_factory=list)
    parent_name: str | None = None

    @property
    def stock_product_id(self) -> int:
        return self.variation_id or self.product_id

    def meta_value(self, key: str) -> Any:
        return next((m.value for m in self.meta if m.key == key), None)

    def units(self, key: str) -> int:
        """A stock meta such as `_reduced_stock` as a number; absent is 0."""
        return int(self.meta_value(key) or 0)


@dataclass(slots=True, eq=False)
class Refund:
    id: int
    order_id: int
    amount: Decimal
    reason: str
    created_at: datetime
    kind: str  # full or partial
    meta_id: int
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Note:
    id: int
    text: str
    customer_note: bool
    created_at: datetime


@dataclass(slots=True, eq=False)
class Order:
    id: int
    order_key: str
    status: str
    currency: str
    created_at: datetime
    modified_at: datetime
    billing: dict[str, str]
    shipping: dict[str, str]
    payment_method: str
    payment_method_title: str
    created_via: str
    lines: list[Line] = field(default_factory=list)
    shipping_lines: list[JsonDict] = field(default_factory=list)
    coupon_lines: list[JsonDict] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)  # newest first, as the API shows them
    notes: list[Note] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    customer_note: str = ""
    transaction_id: str = ""
    parent_id: int = 0
    stock_taken: bool = False
    announced: bool = True  # False while a checkout draft has not sent its order.created
    status_before_trash: str = ""

    def line(self, line_id: int) -> Line:
        return next(line for line in self.lines if line.id == line_id)

    @property
    def total(self) -> Decimal:
        shipping = sum((Decimal(line["total"]) for line in self.shipping_lines), Decimal(0))
        return sum((line.total for line in self.lines), shipping)

    @property
    def refunded_total(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), Decimal(0))


@dataclass(slots=True, eq=False)
class Webhook:
    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created_at: datetime
    status: str = "active"
    modified_at: datetime | None = None
    failure_count: int = 0
    pending_ping: bool = True

    @property
    def resource(self) -> str:
        return self.topic.partition(".")[0]

    @property
    def event(self) -> str:
        return self.topic.partition(".")[2]


@dataclass(slots=True, frozen=True)
class ApiKey:
    key: str
    secret: str
    permissions: str  # read, write or read_write


@dataclass(slots=True, frozen=True)
class StockChange:
    """One change of a count in the store, and who made it: order, refund, rest or admin."""

    product_id: int
    before: int | None
    after: int | None
    by: str
