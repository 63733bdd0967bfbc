"""What the JSON API of stock takes and answers, field by field; it is also its documentation."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from writer.stock import products
from writer.stock.levels.explain import Step
from writer.stock.levels.overview import Line, StoreListing
from writer.stock.movements import LARGEST_MOVE
from writer.stock.products import MAX_DAYS, MAX_NAME, MAX_NOTE, MAX_SKU, MAX_TYPE, MAX_UNITS
from writer.web.api_types import PageQuery, Time, TimeText, iso

# A SKU that is too long is no wrong value in an address but a product that is not there.
_PathSku = Annotated[
    str,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_SKU}),
    Field(description="Of a product, or an alias of it; in any case. Percent-encode what is no letter."),
]
_Sku = Annotated[str, Field(min_length=1, max_length=MAX_SKU)]
_Name = Annotated[str, Field(max_length=MAX_NAME)]
_Type = Annotated[str, Field(max_length=MAX_TYPE)]
_Days = Annotated[int, Field(ge=0, le=MAX_DAYS)]
_Units = Annotated[int, Field(ge=0, le=MAX_UNITS)]

_ONE: dict[str, JsonValue] = {"kind": "receipt", "quantity": 24, "note": "delivery of Monday"}
_SETTINGS: dict[str, JsonValue] = {"reorder_point": 5, "lead_time_days": 14}
# Columns whose name on the wire is another one.
RENAMED = {"reserved": "set_aside"}


class SkuPath(BaseModel):
    """Which product."""

    sku: _PathSku


class StockQuery(PageQuery):
    """Which products."""

    q: str = Field("", max_length=MAX_NAME, description="Part of a SKU or name, in any case.")


class Settings(BaseModel):
    """What a person decides of a product; what is absent stays as it is."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [_SETTINGS]})

    # Factories, because a default would be shown in the documentation, and none is ever used.
    sku: _Sku = Field(default_factory=str, description="The old one goes on meaning the product.")
    name: _Name = Field(default_factory=str)
    model: _Type | None = Field(default_factory=str)
    variant: _Type | None = Field(default_factory=str)
    lead_time_days: _Days | None = Field(default_factory=int)
    reorder_point: _Units | None = Field(default_factory=int, description="null: no low-stock notice.")
    reserved: _Units = Field(default_factory=int, description="Units that no store may offer.")
    allows_backorders: bool = Field(default_factory=bool)
    is_active: bool = Field(default_factory=bool)

    def given(self) -> dict[str, Any]:
        """Return what was sent, by column."""
        sent = self.model_dump(exclude_unset=True, exclude={"on_hand"})
        return {RENAMED.get(name, name): value for name, value in sent.items()}


class NewProduct(Settings):
    """A SKU to be counted from now on."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"sku": "fire24-a"}]})

    sku: _Sku
    on_hand: _Units = Field(0, description="The first count.")


class NewMovement(BaseModel):
    """Units that came or went."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [_ONE]})

    kind: Literal["receipt", "adjustment", "sale", "stock_take"]
    quantity: Annotated[int, Field(ge=-LARGEST_MOVE, le=LARGEST_MOVE)] = Field(
        description="receipt, sale: units, at least 1. adjustment: units that came, or below 0 went."
        " stock_take: units that are there."
    )
    note: Annotated[str, Field(max_length=MAX_NOTE)] = Field("", description="An adjustment needs one.")
    at: Time | None = Field(None, description="When it happened. Absent: now.")
    allow_oversell: bool = Field(False, description="Take a sale even where too few are available.")


class NewLine(NewMovement):
    """A movement of one SKU among others."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"sku": "fire24-a", **_ONE}]})

    sku: _Sku


class NewMovements(BaseModel):
    """Movements that all happen, or none of them."""

    model_config = ConfigDict(strict=True)

    lines: Annotated[list[NewLine], Field(min_length=1, max_length=500)]


class Listing(BaseModel):
    """What one store shows of a product."""

    store_id: int
    store: str
    product_id: int
    variation_id: int = Field(description="0: none.")
    shown: int | None = Field(description="Units it showed when last looked at; null: not known.")
    shown_at: TimeText | None
    told: int | None = Field(description="Units it was told last.")
    told_at: TimeText | None
    is_current: bool = Field(description="It was told the newest count.")
    problem: str | None = Field(description="Why it is not told.")


class Product(BaseModel):
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
    days_of_cover: int | None = Field(description="At the pace of the last 30 days; null: none was sold.")
    counted_from: TimeText
    version: int = Field(description="Rises with every change.")
    shown_in: list[Listing] = Field(alias="listings")


class Products(BaseModel):
    """A stretch of the stock list, by SKU."""

    entries: list[Product]
    total_count: int


class Moved(BaseModel):
    """What a movement came to."""

    sku: str
    moved: int = Field(description="The change in units; 0 where a stock take found what was expected.")
    on_hand: int
    reserved: int
    available: int


class AllMoved(BaseModel):
    """What each line came to."""

    lines: list[Moved]


class Movement(BaseModel):
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


class Movements(BaseModel):
    """A stretch of a product's movements, newest first."""

    entries: list[Movement]
    total_count: int


def product(line: Line) -> dict[str, Any]:
    """Return a product as it is answered."""
    row = line.product
    same = ("sku", "name", "model", "variant", "on_hand", "reorder_point", "lead_time_days", "version")
    return {
        **{name: getattr(row, name) for name in same},
        **{name: bool(getattr(row, name)) for name in ("allows_backorders", "is_active", "is_low")},
        "reserved": row.set_aside,
        "available": line.available,
        "is_oversold": line.is_oversold,
        "sold_30_days": line.sold,
        "days_of_cover": line.days_of_cover,
        "counted_from": iso(row.counted_from),
        "listings": [_listing(shown) for shown in line.shops],
    }


def _listing(shown: StoreListing) -> dict[str, Any]:
    same = ("store_id", "product_id", "variation_id", "shown", "is_current", "problem")
    return {
        **{name: getattr(shown, name) for name in same},
        "store": shown.store_name,
        "shown_at": iso(shown.shown_at),
        "told": shown.sent,
        "told_at": iso(shown.sent_at),
    }


def movement(step: Step) -> dict[str, Any]:
    """Return a movement as it is answered."""
    row = step.movement
    same = ("id", "quantity", "on_hand_after", "actor", "note", "order_id", "sale_id", "store_id")
    return {
        **{name: getattr(row, name) for name in same},
        "at": iso(row.at),
        "recorded_at": iso(row.recorded_at),
        "kind": row.kind.replace(" ", "_"),
    }


def moved(row: Any, change: int) -> dict[str, Any]:
    """Return what a movement came to; `row` is the product after it."""
    return {
        "sku": row.sku,
        "moved": change,
        "on_hand": row.on_hand,
        "reserved": row.set_aside,
        "available": products.available(row),
    }
