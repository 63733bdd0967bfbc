"""The requests and answers of the orders API, and how rows become answers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema
from sqlalchemy import Row

from writer.lib import money
from writer.orders.browse import stats as statistics
from writer.orders.browse.filters import OrderFilters, Sorting, utc_days
from writer.orders.browse.stats import Stats
from writer.web.api_types import Answer, Offset, PathId, QueryId, ScopedAnswer, TimeText, iso, whole_number

_FIRST_YEAR, _LAST_YEAR = 1970, 9998
Moment = Annotated[
    str | None, WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})
]
ToldAmount = Annotated[
    str | None,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}], "example": "4.00"}),
]
Amount = Annotated[
    str,
    Field(description="A decimal number in the order's currency.", json_schema_extra={"example": "24.00"}),
]


def _written_day(value: object) -> object:
    # pydantic would also accept seconds since 1970, or a time at midnight.
    if isinstance(value, date) or (isinstance(value, str) and len(value) == 10 and value[4] == "-"):
        return value
    raise ValueError("must be a day such as 2026-11-20")


def _known_day(value: date) -> date:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"must be a day of the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return value


_Day = Annotated[
    date,
    BeforeValidator(_written_day),
    AfterValidator(_known_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]


def _plain(text: str) -> str:
    # PostgreSQL refuses NUL in text; no row has one.
    return text.replace("\0", "").strip()


_Status = Annotated[str, Field(max_length=60), AfterValidator(_plain)]
_Typed = Annotated[str, Field(max_length=200), AfterValidator(_plain)]


def amount(minor: int, currency: str) -> str:
    """Return an amount as WooCommerce writes it: (2400, "GBP") -> "24.00"."""
    digits = money.minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def told_amount(minor: int | None, currency: str) -> str | None:
    """Return an amount as `amount` does; None where it is not known."""
    return None if minor is None else amount(minor, currency)


class OrderPath(BaseModel):
    """Which order."""

    order_id: PathId


class StoreOrderPath(BaseModel):
    """Which order, as its store knows it."""

    store_id: PathId
    woocommerce_id: Annotated[int, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 10**18})]


class OrdersQuery(BaseModel):
    """The filter, the sorting and the range of the list."""

    status: _Status = Field("", description="processing, completed, ...")
    store: QueryId | None = Field(None, description="The store's number.")
    q: _Typed = Field(
        "",
        description="The beginning of a number, a customer's first or last name or e-mail, or a SKU.",
    )
    first_on: _Day | None = Field(None, alias="from", description="Made on this day (UTC) or later.")
    last_on: _Day | None = Field(None, alias="to", description="Made on this day (UTC) or earlier.")
    limit: Annotated[int, Field(ge=1, le=100), BeforeValidator(whole_number)] = 25
    offset: Offset = 0
    order_by: Literal["date_created", "date_modified", "total", "status"] = Field(
        "date_created", alias="orderBy"
    )
    order: Literal["asc", "desc"] = "desc"

    @property
    def filters(self) -> OrderFilters:
        return OrderFilters(self.status, self.store, self.q, *utc_days(self.first_on, self.last_on))

    @property
    def sorting(self) -> Sorting:
        return Sorting(self.order_by, self.order == "desc")


class Order(Answer):
    """One order of a list."""

    id: int
    store_id: int
    store: str
    woocommerce_id: str = Field(description="Its id in the store.")
    number: str
    status: str
    date_created: TimeText
    date_modified: Moment = Field(description="null: the store sent none.")
    date_paid: Moment
    customer_name: str | None = Field(description="null: not sent, or erased.")
    customer_email: str | None
    currency: str
    total: Amount
    refunded: Amount
    revenue: Amount = Field(
        description="What it adds to revenue: the total less refunds while it counts as paid."
    )
    units: int = Field(description="Units that count as sold.")
    to_ship: int = Field(description="Units paid and not yet shipped; 0: the order is not to be shipped.")
    last_synced: Moment = Field(description="When the store last sent its state.")

    @classmethod
    def from_row(cls, row: Row[Any], **more: Any) -> Self:
        """Make the answer of an order's row; `more` are the fields that `FullOrder` has besides."""
        return cls.of(
            row,
            store=row.store_name,
            woocommerce_id=row.external_id,
            date_created=iso(row.created_at),
            date_modified=iso(row.changed_at),
            date_paid=iso(row.paid_at),
            total=amount(row.total_minor, row.currency),
            refunded=amount(row.refunded_minor, row.currency),
            revenue=amount(row.net_minor, row.currency),
            last_synced=iso(row.synced_at),
            **more,
        )


class Orders(ScopedAnswer):
    """A range of the list."""

    entries: list[Order] = Field(alias="orders")
    count: int = Field(description="The number of orders in this answer.")
    total_count: int = Field(
        description="The number of matching orders. With `q`, only the first few thousand matches of"
        " each kind are counted."
    )


class Revenue(Answer):
    """Revenue in one currency. Amounts of two currencies are never added up."""

    currency: str
    revenue: Amount
    units: int

    @classmethod
    def from_sum(cls, part: statistics.Revenue) -> Self:
        """Make the answer of the sum of one currency."""
        return cls.of(part, revenue=amount(part.net_minor, part.currency))


class StoreStats(Answer):
    """Statistics of the orders of one store."""

    store_id: int
    store: str
    made: int = Field(alias="orders", description="Paid or not.")
    by_status: dict[str, int]
    revenue: list[Revenue] = Field(description="Paid orders less refunds; cancelled orders count nothing.")
    units: int
    last_sync: Moment = Field(description="When its orders were last imported completely.")

    @classmethod
    def from_stats(cls, found: Stats) -> Self:
        """Make the answer of what one store's orders come to."""
        return cls.of(found, store=found.name, **_sums(found))


class AllStats(ScopedAnswer):
    """Statistics of all orders, together and by store."""

    made: int = Field(alias="orders", description="Paid or not.")
    by_status: dict[str, int]
    revenue: list[Revenue]
    units: int
    last_sync: Moment = Field(description="The oldest time of all stores; null: one was never imported.")
    of_each: list[StoreStats] = Field(alias="stores")

    @classmethod
    def from_stats(cls, all_of_it: Stats, parts: list[Stats], hidden: bool) -> Self:
        """Make the answer of what all orders come to, and those of each store."""
        of_each = [StoreStats.from_stats(part) for part in parts]
        return cls.of(all_of_it, of_each=of_each, hidden=hidden, **_sums(all_of_it))


def _sums(found: Stats) -> dict[str, Any]:
    revenue = [Revenue.from_sum(part) for part in found.revenue]
    return {"made": found.orders, "revenue": revenue, "last_sync": iso(found.read_at)}
