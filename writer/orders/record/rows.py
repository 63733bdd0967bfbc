"""Rows of an order as plain frozen data: what `load` reads, what `decide` returns, what `save` writes."""

from datetime import datetime
from typing import NamedTuple

from writer.orders.record.rules import Due


class Order(NamedTuple):
    """A row of orders; `id` 0 until it is saved."""

    store_id: int
    external_id: str
    number: str
    status: str
    snapshot_hash: str
    created_at: datetime
    currency: str
    total_minor: int
    recorded_at: datetime
    id: int = 0
    key_hash: str = ""
    changed_at: datetime | None = None
    paid_at: datetime | None = None
    counted_at: datetime | None = None
    refunded_minor: int = 0
    net_minor: int = 0
    units: int = 0
    customer_name: str | None = None
    customer_email: str | None = None
    customer_key: str | None = None
    customer_turned: str | None = None
    ship_to: str | None = None
    ship_country: str | None = None
    phone: str | None = None
    customer_note: str | None = None
    payment_title: str | None = None
    transaction_id: str | None = None
    charges: str | None = None
    tax_minor: int | None = None
    discount_minor: int | None = None
    to_ship: int = 0
    parent_external_id: str | None = None
    raw: str | None = None
    is_trashed: bool = False
    needs_reading: str | None = None
    missed: int = 0
    synced_at: datetime | None = None
    is_cached: bool = True
    erased_at: datetime | None = None


class Line(NamedTuple):
    """A row of order_lines; `id` 0 until it is saved. `has_moved` is no column of it."""

    external_id: str
    id: int = 0
    product_id: int = 0
    variation_id: int = 0
    sku: str = ""
    sku_key: str = ""
    name: str = ""
    quantity: int = 0
    refunded: int = 0
    restocked: int = 0
    store_reduced: int | None = None
    total_minor: int = 0
    subtotal_minor: int | None = None
    tax_minor: int | None = None
    model: str | None = None
    variant: str | None = None
    stock_product_id: int | None = None
    sold_due: int = 0
    sold: int = 0
    taken_due: int = 0
    taken: int = 0
    sold_before_trash: int | None = None
    taken_before_trash: int | None = None
    problem: str | None = None
    is_removed: bool = False
    type_rule_by: int | None = None
    type_said_by: int | None = None
    product_said_by: int | None = None
    has_moved: bool = False  # units were moved for it; known only while none are out of stock

    @property
    def due(self) -> Due:
        return Due(self.sold_due, self.taken_due)


class Refund(NamedTuple):
    """A row of order_refunds; `id` 0 until it is saved. `lines` are pairs of a line's id and its units."""

    external_id: str
    total_minor: int
    reason: str = ""
    lines: tuple[tuple[str, int], ...] | None = None  # None: not read from the store yet
    is_gone: bool = False
    made_at: datetime | None = None  # None: not known
    id: int = 0
