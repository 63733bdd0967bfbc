"""The answer of the orders API about one order: its lines, charges, refunds and history, made from rows."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema
from sqlalchemy import Row

from writer.orders.browse.api_shapes import Amount, Order, ToldAmount, amount, told_amount
from writer.orders.record import Charge as RecordedCharge
from writer.orders.record import load_address, load_charges
from writer.web.api_types import Answer, TimeText, iso


class OrderLine(Answer):
    """One line of an order."""

    id: int
    woocommerce_id: str
    name: str
    sku: str
    product_id: int
    variation_id: int
    quantity: int
    refunded: int
    restocked: int
    subtotal: ToldAmount = Field(description="Before discounts and tax. null: not known.")
    total: Amount
    tax: ToldAmount = Field(description="null: not known.")
    model: str | None = Field(description="null: it matches no SKU rule, so it counts as nothing yet.")
    variant: str | None
    sold_due: int = Field(description="Units that should be in the ledger.")
    sold: int = Field(description="Units posted to the ledger.")
    held_due: int = Field(description="Units that should be out of stock.")
    held: int
    problem: str | None = Field(description="Why it waits for review.")
    is_removed: bool

    @classmethod
    def from_row(cls, row: Row[Any], currency: str) -> Self:
        """Make the answer of an order line's row."""
        return cls.of(
            row,
            woocommerce_id=row.external_id,
            subtotal=told_amount(row.subtotal_minor, currency),
            total=amount(row.total_minor, currency),
            tax=told_amount(row.tax_minor, currency),
            held_due=row.taken_due,
            held=row.taken,
            is_removed=bool(row.is_removed),
        )


class Refund(Answer):
    """One refund of an order."""

    woocommerce_id: str
    reason: str
    total: Amount
    units: dict[str, int] | None = Field(description="Units by line id; null: not read from the store.")
    is_gone: bool = Field(description="Whether it was deleted in the store.")

    @classmethod
    def from_row(cls, row: Row[Any], currency: str) -> Self:
        """Make the answer of a refund's row."""
        return cls.of(
            row,
            woocommerce_id=row.external_id,
            total=amount(row.total_minor, currency),
            units=None if row.lines is None else json.loads(row.lines),
            is_gone=bool(row.is_gone),
        )


class OrderEvent(Answer):
    """An event of an order, and why the order counts as it does since."""

    at: TimeText
    cause: str = Field(description="Its cause: a delivery, an import, a person.")
    status: str
    effect: str

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Make the answer of an event's row."""
        return cls.of(row, at=iso(row.at), effect=row.sentence)


class ShipTo(Answer):
    """Where the parcel goes to: the billing address where none is given for shipping."""

    name: str
    company: str
    address_1: str
    address_2: str
    city: str
    state: str
    postcode: str
    country: str = Field(
        description="Its ISO code, as the store has it.", json_schema_extra={"example": "GB"}
    )


class Charge(Answer):
    """A way of shipping or a fee, before tax; a fee below 0 is a rebate."""

    kind: Literal["shipping", "fee"]
    title: str
    total: Amount


class FullOrder(Order):
    """One order with everything it posted."""

    ship_to: ShipTo | None = Field(description="null: not sent, or erased.")
    phone: str | None
    customer_note: str | None
    payment_method: str | None = Field(description="As the customer saw it.")
    transaction_id: str | None = Field(description="Of the payment, at who took it.")
    charges: list[Charge] | None = Field(description="Shipping and fees; null: not known.")
    discount: ToldAmount = Field(description="Off all lines, before tax; null: not known.")
    tax: ToldAmount = Field(description="All tax, which is part of the total; null: not known.")
    lines: list[OrderLine]
    refunds: list[Refund]
    history: list[OrderEvent] = Field(description="Newest first.")
    raw: Annotated[Any, WithJsonSchema({})] = Field(
        description="The raw data that the store sent last; null: erased, or older than its retention."
    )

    @classmethod
    def from_order(cls, row: Row[Any], **more: Any) -> Self:
        """Make the answer of an order's row; `more` are its lists, and the raw data."""
        address, charges = load_address(row.ship_to), load_charges(row.charges)
        return cls.from_row(
            row,
            ship_to=ShipTo.of(address) if address else None,
            payment_method=row.payment_title,
            charges=None if charges is None else [_charge(charge, row.currency) for charge in charges],
            discount=told_amount(row.discount_minor, row.currency),
            tax=told_amount(row.tax_minor, row.currency),
            **more,
        )


def _charge(charge: RecordedCharge, currency: str) -> Charge:
    return Charge.of(charge, total=amount(charge.total_minor, currency))
