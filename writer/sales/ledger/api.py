"""The ledger as JSON under /api/sales, as clients of the earlier service send and read it."""

from datetime import datetime
from typing import Annotated, Any, Self

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema
from sqlalchemy import Connection, Row

from writer.db import reading
from writer.people import auth
from writer.sales import product_types
from writer.sales.ledger import actions, fields, queries
from writer.web.api_types import Answer, Body, Offset, PathId, ScopedAnswer, Time, iso, whole_number
from writer.web.openapi import PROBLEMS, OnceHeader, check_body, problems

bp = APIBlueprint(
    "sales_api",
    __name__,
    url_prefix="/api/sales",
    abp_tags=[Tag(name="Sales", description="The ledger of units sold.")],
    abp_security=[{"token": []}],
    abp_responses={**PROBLEMS, **problems("conflict", "not_enough_stock", "gone")},
)
bp.before_request(check_body)


_Name = Annotated[str, Field(min_length=1, max_length=product_types.MAX_NAME)]
_Quantity = Annotated[int, Field(ge=1, le=fields.MAX_QUANTITY)]
_Seller = Annotated[str, Field(max_length=fields.MAX_SELLER)]
_Notes = Annotated[str, Field(max_length=fields.MAX_NOTES)]
_Sku = Annotated[str, Field(max_length=product_types.MAX_SKU)]


_NEW_SALE: dict[str, JsonValue] = {
    "model": "Fire",
    "variant": "28pin",
    "quantity": 1,
    "seller": "piers.rocks",
    "notes": "",
}
_ALLOW = "Add the sale even if fewer of a counted SKU are available; otherwise it is refused with 409."


class SalePath(BaseModel):
    """Which sale."""

    sale_id: PathId


class RecentQuery(BaseModel):
    """A range of the ledger, counted from the newest sale."""

    offset: Offset = 0
    limit: Annotated[int, Field(ge=1, le=1000), BeforeValidator(whole_number)] = 10


class NewSale(Body):
    """A sale to add."""

    model_config = ConfigDict(json_schema_extra={"example": _NEW_SALE})

    model: _Name | None = Field(None, description="Absent, with variant: what the SKU counts as.")
    variant: _Name | None = None
    quantity: _Quantity = 1
    seller: _Seller | None = Field(None, description="Absent: the seller this installation is set to.")
    notes: _Notes = ""
    sku: _Sku | None = None
    date: Time | None = Field(None, description="At most a day ahead. Absent: now.")
    allow_oversell: bool = Field(False, description=_ALLOW)


class SaleChange(Body):
    """The fields of a sale to change; absent fields keep their values."""

    model_config = ConfigDict(json_schema_extra={"example": {"quantity": 2}})

    # Factories, because the documentation would show a default, which is never used.
    model: _Name = Field(default_factory=str)
    variant: _Name = Field(default_factory=str)
    quantity: _Quantity = Field(default_factory=int)
    seller: _Seller = Field(default_factory=str)
    notes: _Notes = Field(default_factory=str)
    sku: _Sku | None = Field(default_factory=str)
    date: Time = Field(default_factory=datetime.now)
    allow_oversell: bool = Field(False, description=_ALLOW)


class Sale(Answer):
    """One row of the ledger."""

    id: int
    date: Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
    model: str
    variant: str
    quantity: int = Field(description="Units sold; negative if an order was cancelled or refunded.")
    seller: str
    notes: str
    sku: str | None
    source: str = Field(description="form, api, order, file or shell.")
    order_id: int | None = Field(description="The order that posted this row; only the order can change it.")

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Make the answer of a sale's row."""
        return cls.of(row, date=iso(row.date))


class Recent(ScopedAnswer):
    """A range of the ledger, newest first."""

    entries: list[Sale]
    total_count: int


class Done(Answer):
    """The change was made."""

    status: str = Field(json_schema_extra={"example": "ok"})
    id: int
    warning: str | None = Field(
        description="Why the SKU of the sale moved no stock; null: there is no reason."
    )


@bp.get("/recent", responses={"200": Recent})
def recent(query: RecentQuery) -> dict[str, Any]:
    """List sales, newest first."""
    store_scope = auth.store_scope()
    with reading() as db:
        found = queries.list_newest(db, store_scope, query.limit, query.offset)
        total = queries.count_sales(db, store_scope)
        hidden = auth.hides_stores(db)
    entries = [Sale.from_row(sale) for sale in found]
    return Recent.model_construct(entries=entries, total_count=total, hidden=hidden).as_json()


@bp.post("", responses={"200": Done})
def add(header: OnceHeader, body: NewSale) -> Response:
    """Add a sale.

    An `Idempotency-Key` makes the request safe to repeat. Units of a counted SKU are taken out of stock.
    """
    given = body.model_dump(exclude={"allow_oversell"})
    if given["seller"] is None:
        given["seller"] = current_app.config["ONEROM"].default_seller

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        return _done(db, actions.add(db, auth.actor().name, "api", given, body.allow_oversell))

    return auth.answer_once(act)


@bp.put("/<int:sale_id>", responses={"200": Done})
def amend(path: SalePath, header: OnceHeader, body: SaleChange) -> Response:
    """Change the given fields of a sale that was entered by hand."""
    given = body.model_dump(exclude_unset=True, exclude={"allow_oversell"})

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        who = auth.actor().name
        actions.amend(db, auth.store_scope(), who, path.sale_id, given, body.allow_oversell)
        return _done(db, path.sale_id)

    return auth.answer_once(act)


@bp.delete("/<int:sale_id>", responses={"200": Done})
def remove(path: SalePath, header: OnceHeader) -> Response:
    """Delete a sale that was entered by hand.

    The page `/sales/{sale_id}` can restore it; until then every request for it is answered 410.
    """

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        actions.remove(db, auth.store_scope(), auth.actor().name, path.sale_id)
        return Done.model_construct(status="ok", id=path.sale_id, warning=None).as_json(), 200

    return auth.answer_once(act)


def _done(db: Connection, sale_id: int) -> tuple[dict[str, Any], int]:
    warning = queries.stock_warning(db, queries.get_sale(db, auth.store_scope(), sale_id))
    return Done.model_construct(status="ok", id=sale_id, warning=warning).as_json(), 200
