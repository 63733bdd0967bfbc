"""Stock as JSON below /api/v1/stock: the list, one SKU, its movements, and posting movements."""

from datetime import datetime
from typing import Any

from flask import Response
from flask.sansio.blueprints import BlueprintSetupState
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from sqlalchemy import Connection, Row
from werkzeug.routing import PathConverter

from writer.db import reading
from writer.lib import clock
from writer.lib.errors import DomainError, Invalid
from writer.people import auth
from writer.stock import movements, products
from writer.stock.levels import api_shapes, explain, overview
from writer.stock.levels.api_shapes import (
    AllMoved,
    Moved,
    Movement,
    Movements,
    NewMovement,
    Product,
    Products,
    Receipt,
    SkuPath,
)
from writer.web import api_types
from writer.web.openapi import PROBLEMS, OnceHeader, check_body, problems

bp = APIBlueprint(
    "stock_api",
    __name__,
    url_prefix="/api/v1/stock",
    abp_tags=[Tag(name="Stock", description="One count per SKU, and its movements.")],
    abp_security=[{"token": []}],
    abp_responses={**PROBLEMS, **problems("conflict", "not_enough_stock")},
)
bp.before_request(check_body)


class SkuConverter(PathConverter):
    """A SKU in an address; it may contain slashes."""

    regex = ".+?"
    part_isolating = False


class LastSkuConverter(SkuConverter):
    """A SKU at the end of an address; one that reads as another address below /stock cannot be addressed."""

    regex = "(?!(?:(?:.*/)?movements|receipts|movements/[^/]*/take-back)$).+"
    part_isolating = False


def _teach(state: BlueprintSetupState) -> None:
    state.app.url_map.converters.update(sku=SkuConverter, last_sku=LastSkuConverter)


bp.record(_teach)  # before the routes below are added


@bp.get("", responses={"200": Products})
def list_stock(query: api_shapes.StockQuery) -> dict[str, Any]:
    """List products by SKU, including those no longer sold."""
    filters = overview.Filters(query.q.replace("\0", "").strip(), "all")
    with reading() as db:
        lines = overview.list_lines(db, auth.store_scope(), filters, query.limit, query.offset)
        total = overview.count_products(db, auth.store_scope(), filters)
        hidden = auth.hides_stores(db)
    entries = [Product.from_line(line) for line in lines]
    return Products.model_construct(entries=entries, total_count=total, hidden=hidden).as_json()


@bp.post("", responses={"201": Product})
def add_product(header: OnceHeader, body: api_shapes.NewProduct) -> Response:
    """Start to count a SKU. Orders made before now are part of the first count."""

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        row = movements.add_product(db, auth.actor().name, on_hand=body.on_hand, **body.given())
        return _described(db, row), 201

    return auth.answer_once(act)


# merge_slashes would redirect "a//b" to another SKU.
@bp.get("/<last_sku:sku>", merge_slashes=False, responses={"200": Product})
def show(path: SkuPath) -> dict[str, Any]:
    """Return one product."""
    with reading() as db:
        return _described(db, products.get(db, path.sku))


@bp.put("/<last_sku:sku>", merge_slashes=False, responses={"200": Product})
def change(path: SkuPath, header: OnceHeader, body: api_shapes.Settings) -> Response:
    """Change the given settings of a product."""

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        row = products.get(db, path.sku)
        return _described(db, products.change_product(db, auth.actor().name, row, **body.given())), 200

    return auth.answer_once(act)


@bp.get("/<sku:sku>/movements", merge_slashes=False, responses={"200": Movements})
def list_movements(path: SkuPath, query: api_types.PageQuery) -> dict[str, Any]:
    """List the movements of a product, newest first."""
    with reading() as db:
        found = products.get(db, path.sku).id
        steps = explain.list_steps(db, auth.store_scope(), found, query.limit, query.offset)
        total, _ = explain.count_steps(db, found)
    entries = [Movement.from_step(step) for step in steps]
    return Movements.model_construct(entries=entries, total_count=total).as_json()


@bp.post("/<sku:sku>/movements", merge_slashes=False, responses={"201": Moved})
def move(path: SkuPath, header: OnceHeader, body: NewMovement) -> Response:
    """Receive, adjust, sell or count units of one SKU.

    A sale of more than is available is refused with 409 not_enough_stock, unless the product allows
    backorders or `allow_oversell` is true.
    """

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        row = products.get(db, path.sku)
        products.lock_products(db, [row.id])
        return _move(db, row, body).as_json(), 201

    return auth.answer_once(act)


@bp.post("/movements/<int:movement_id>/take-back", responses={"201": AllMoved})
def take_back(path: api_shapes.MovementPath, header: OnceHeader) -> Response:
    """Take back a movement that was recorded by mistake; a receipt or a stock count as a whole.

    New movements undo the old ones, which stay. Refused with 409 `conflict` if it was taken back already, if
    an order, a sale by hand or a store moved the units, or if the product was counted since, and with 409
    `not_enough_stock` if fewer units are on hand.
    """

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        done = movements.take_back_movement(db, auth.actor().name, path.movement_id)
        lines = [_moved(db, effect.product.id, effect.before) for effect in done.effects]
        return AllMoved.model_construct(lines=lines).as_json(), 201

    return auth.answer_once(act)


@bp.post("/receipts", responses={"201": Receipt})
def receive(header: OnceHeader, body: api_shapes.NewReceipt) -> Response:
    """Receive several SKUs with one delivery: every line is posted, or none."""

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        rows = _find_all(db, [line.sku for line in body.lines])
        before = {row.id: row.on_hand for row in products.lock_products(db, {row.id for row in rows})}
        received = [(row, line.quantity) for row, line in zip(rows, body.lines, strict=True)]
        told = {"note": body.note, "delivery_note": body.delivery_note, "supplier": body.supplier}
        document_id = movements.receive(db, auth.actor().name, received, at=_time(body.at), **told)
        lines = [_moved(db, stock_product_id, units) for stock_product_id, units in before.items()]
        return Receipt.model_construct(id=document_id, lines=lines).as_json(), 201

    return auth.answer_once(act)


@bp.post("/movements", responses={"201": AllMoved})
def move_all(header: OnceHeader, body: api_shapes.NewMovements) -> Response:
    """Move several SKUs: every line is posted, or none."""

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        rows = _find_all(db, [line.sku for line in body.lines])
        # All are locked at once and by id before the first moves, so two such requests never deadlock.
        products.lock_products(db, {row.id for row in rows})
        done = [_move_line(db, number, rows[number], line) for number, line in enumerate(body.lines)]
        return AllMoved.model_construct(lines=done).as_json(), 201

    return auth.answer_once(act)


def _find_all(db: Connection, skus: list[str]) -> list[Row[Any]]:
    """Return the product of each line. Raises Invalid naming every line whose SKU is unknown."""
    found = [products.find(db, sku) for sku in skus]
    unknown = [number for number, row in enumerate(found) if row is None]
    if unknown:
        listed = ", ".join(repr(skus[number]) for number in unknown[:5])
        errors = {f"lines.{number}.sku": "There is no product with this SKU." for number in unknown}
        raise Invalid(f"There is no product with these SKUs: {listed}.", errors)
    return [row for row in found if row is not None]


def _move_line(db: Connection, number: int, row: Row[Any], line: api_shapes.NewLine) -> Moved:
    try:
        return _move(db, row, line)
    except DomainError as error:
        errors = {f"lines.{number}.{field}": sentence for field, sentence in error.errors.items()}
        raise type(error)(f"Line {number + 1}, {row.sku}: {error.sentence}", errors) from None


def _move(db: Connection, row: Row[Any], asked: NewMovement) -> Moved:
    """Post one movement; return its result."""
    at = _time(asked.at)
    who, before = auth.actor().name, products.get_by_id(db, row.id).on_hand
    if asked.kind == "receipt":
        movements.receive(db, who, [(row, asked.quantity)], asked.note, at)
    elif asked.kind == "adjustment":
        movements.adjust(db, who, row, asked.quantity, asked.note, at)
    elif asked.kind == "sale":
        movements.sell(db, who, row, asked.quantity, asked.note, at, asked.allow_oversell)
    else:
        movements.count(db, who, [(row.id, asked.quantity)], at or clock.now(), asked.note)
    return _moved(db, row.id, before)


def _time(given: datetime | None) -> datetime | None:
    at = None if given is None else api_types.utc(given)
    if given is not None and at is None:
        raise Invalid("The time cannot be used.", {"at": "Must be a date such as 2026-11-20T10:00:00Z."})
    return at


def _moved(db: Connection, stock_product_id: int, before: int) -> Moved:
    """Return what happened to a product that had `before` on hand."""
    after = products.get_by_id(db, stock_product_id)
    change = after.on_hand - before
    return Moved.from_row(after, change, movements.newest(db, stock_product_id) if change else None)


def _described(db: Connection, row: Row[Any]) -> dict[str, Any]:
    return Product.from_line(overview.describe(db, auth.store_scope(), [row])[0]).as_json()
