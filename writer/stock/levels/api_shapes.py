"""The requests and answers of the stock API, field by field; its documentation is made from them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema
from sqlalchemy import Row

from writer.stock import products
from writer.stock.levels.explain import Step
from writer.stock.levels.overview import Line, StoreListing
from writer.stock.movements import LARGEST_MOVE
from writer.stock.products import MAX_DAYS, MAX_NAME, MAX_NOTE, MAX_SKU, MAX_TYPE, MAX_UNITS
from writer.web.api_types import Answer, Body, PageQuery, PathId, ScopedAnswer, Time, TimeText, iso

# In an address, a SKU that is too long is a product that does not exist, not a wrong value.
_PathSku = Annotated[
    str,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_SKU}),
    Field(description="Of a product or an alias, ignoring case. Percent-encode all but letters."),
]
_Sku = Annotated[str, Field(min_length=1, max_length=MAX_SKU)]
_Name = Annotated[str, Field(max_length=MAX_NAME)]
_Type = Annotated[str, Field(max_length=MAX_TYPE)]
_Days = Annotated[int, Field(ge=0, le=MAX_DAYS)]
_Units = Annotated[int, Field(ge=0, le=MAX_UNITS)]

_ONE: dict[str, JsonValue] = {"kind": "receipt", "quantity": 24, "note": "delivery of Monday"}
_SETTINGS: dict[str, JsonValue] = {"reorder_point": 5, "lead_time_days": 14}
# Columns that have another name in the API.
RENAMED = {"reserved": "set_aside"}


class SkuPath(BaseModel):
    """Which product."""

    sku: _PathSku


class StockQuery(PageQuery):
    """Which products."""

    q: str = Field("", max_length=MAX_NAME, description="Part of a SKU or name, ignoring case.")


class Settings(Body):
    """The settings of a product; absent ones keep their values."""

    model_config = ConfigDict(json_schema_extra={"example": _SETTINGS})

    # Factories, because the documentation would show a default, which is never used.
    sku: _Sku = Field(default_factory=str, description="The old SKU stays as an alias.")
    name: _Name = Field(default_factory=str)
    model: _Type | None = Field(default_factory=str)
    variant: _Type | None = Field(default_factory=str)
    lead_time_days: _Days | None = Field(default_factory=int)
    reorder_point: _Units | None = Field(default_factory=int, description="null: no low-stock notice.")
    reserved: _Units = Field(default_factory=int, description="Units that no store may offer.")
    allows_backorders: bool = Field(default_factory=bool)
    is_active: bool = Field(default_factory=bool)

    def given(self) -> dict[str, Any]:
        """Return the sent values by column."""
        sent = self.model_dump(exclude_unset=True, exclude={"on_hand"})
        return {RENAMED.get(name, name): value for name, value in sent.items()}


class NewProduct(Settings):
    """A SKU to be counted from now on."""

    model_config = ConfigDict(json_schema_extra={"example": {"sku": "fire24-a"}})

    sku: _Sku
    on_hand: _Units = Field(0, description="The first count.")


class NewMovement(Body):
    """Units that came in or went out."""

    model_config = ConfigDict(json_schema_extra={"example": _ONE})

    kind: Literal["receipt", "adjustment", "sale", "stock_take"]
    quantity: Annotated[int, Field(ge=-LARGEST_MOVE, le=LARGEST_MOVE)] = Field(
        description="receipt, sale: units, at least 1. adjustment: units in, or below 0 out."
        " stock_take: units found."
    )
    note: Annotated[str, Field(max_length=MAX_NOTE)] = Field("", description="Required for an adjustment.")
    at: Time | None = Field(None, description="When it happened, not in the future. Absent: now.")
    allow_oversell: bool = Field(False, description="Post a sale even if too few are available.")


class NewLine(NewMovement):
    """A movement of one SKU among others."""

    model_config = ConfigDict(json_schema_extra={"example": {"sku": "fire24-a", **_ONE}})

    sku: _Sku


class NewMovements(Body):
    """Movements that are all posted, or none."""

    lines: Annotated[list[NewLine], Field(min_length=1, max_length=500)]


class ReceivedLine(Body):
    """Units of one SKU that came in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sku": "fire24-a", "quantity": 24}]})

    sku: _Sku
    quantity: Annotated[int, Field(ge=1, le=LARGEST_MOVE)]


class NewReceipt(Body):
    """What came in with one delivery."""

    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=500)]
    delivery_note: _Name = Field("", description="The number on the delivery note.")
    supplier: _Name = ""
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    at: Time | None = Field(None, description="When it came in, not in the future. Absent: now.")


class MovementPath(BaseModel):
    """Which movement."""

    movement_id: PathId


class Listing(Answer):
    """A product as one store lists it."""

    store_id: int
    store: str
    product_id: int
    variation_id: int = Field(description="0: none.")
    shown: int | None = Field(description="Units in the store when last read; null: not known.")
    shown_at: TimeText | None
    told: int | None = Field(description="Units last written to the store.")
    told_at: TimeText | None
    is_current: bool = Field(description="Whether the newest count was written to the store.")
    problem: str | None = Field(description="Why the count is not written.")

    @classmethod
    def from_shown(cls, shown: StoreListing) -> Self:
        """Make the answer of what a store lists of a product."""
        times = {"shown_at": iso(shown.shown_at), "told_at": iso(shown.sent_at)}
        return cls.of(shown, store=shown.store_name, told=shown.sent, **times)


class Product(Answer):
    """One SKU and its count."""

    sku: str
    name: str
    model: str | None
    variant: str | None
    on_hand: int = Field(description="The sum of all movements; below 0 when oversold.")
    reserved: int
    available: int = Field(description="on_hand less reserved.")
    reorder_point: int | None
    lead_time_days: int | None
    allows_backorders: bool
    is_active: bool
    is_low: bool
    is_oversold: bool
    sold_30_days: int
    days_of_cover: int | None = Field(
        description="How long stock lasts at the pace of the last 30 days; null: none was sold."
    )
    counted_from: TimeText
    version: int = Field(description="Rises with every change.")
    shown_in: list[Listing] = Field(alias="listings")

    @classmethod
    def from_line(cls, line: Line) -> Self:
        """Make the answer of a line of the stock list."""
        row = line.product
        return cls.of(
            row,
            **{name: bool(getattr(row, name)) for name in ("allows_backorders", "is_active", "is_low")},
            reserved=row.set_aside,
            available=line.available,
            is_oversold=line.is_oversold,
            sold_30_days=line.sold,
            days_of_cover=line.days_of_cover,
            counted_from=iso(row.counted_from),
            shown_in=[Listing.from_shown(shown) for shown in line.shops],
        )


class Products(ScopedAnswer):
    """A range of the stock list, by SKU."""

    entries: list[Product]
    total_count: int


class Moved(Answer):
    """The result of a movement."""

    sku: str
    moved: int = Field(description="The change in units; 0 if a stock take found the expected number.")
    on_hand: int
    reserved: int
    available: int
    movement_id: int | None = Field(description="null: nothing was moved.")

    @classmethod
    def from_row(cls, row: Row[Any], change: int, movement_id: int | None) -> Self:
        """Make the answer of a product's row after a movement of `change` units."""
        available = products.available(row)
        return cls.of(row, moved=change, reserved=row.set_aside, available=available, movement_id=movement_id)


class AllMoved(Answer):
    """The result of each line."""

    lines: list[Moved]


class Receipt(AllMoved):
    """What came in, line by line."""

    id: int = Field(description="Of the receipt: the document_id of its movements.")


class Movement(Answer):
    """One movement; on_hand_after adds up from the oldest to the newest."""

    id: int
    at: TimeText
    recorded_at: TimeText
    kind: str = Field(
        description="sale, refund, cancellation, receipt, adjustment, stock_take, or drift: taken over from"
        " a store."
    )
    quantity: int
    on_hand_after: int
    actor: str
    note: str
    order_id: int | None
    sale_id: int | None
    store_id: int | None
    document_id: int | None = Field(description="The receipt or stock count that it belongs to; null: none.")
    takes_back_id: int | None = Field(description="The movement that it takes back; null: none.")
    taken_back_by_id: int | None = Field(description="The movement that takes it back; null: it stands.")

    @classmethod
    def from_step(cls, step: Step) -> Self:
        """Make the answer of a step of a product's history."""
        row = step.movement
        kind = row.kind.replace(" ", "_")
        return cls.of(row, at=iso(row.at), recorded_at=iso(row.recorded_at), kind=kind)


class Movements(Answer):
    """A range of a product's movements, newest first."""

    entries: list[Movement]
    total_count: int
