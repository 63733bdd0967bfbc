"""Reads of receipts and stock counts: the list of them, and one with its lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, exists, func, or_, select

from writer.db import get_row
from writer.db.schema.movements import movements, stock_count_lines, stock_documents
from writer.db.schema.products import products
from writer.lib.text import fold

VIEWS = {"all": "All", "receipts": "Receipts", "counts": "Stock counts"}
# What the rows of each view are called.
THINGS = {"all": "receipts and counts", "receipts": "receipts", "counts": "stock counts"}
_KINDS = {"receipts": "receipt", "counts": "stock take"}
_SUPPLIERS = 50
_taking = stock_documents.alias("taking")


@dataclass(frozen=True)
class DocumentFilters:
    """What the list is narrowed to: one of VIEWS, and a part of a delivery note, supplier, note or SKU."""

    view: str = "all"
    text: str = ""


@dataclass(frozen=True)
class Entry:
    """One receipt or stock count of the list; `document` is its row."""

    document: Row[Any]
    products: int  # received, or counted
    off: int  # counts that differed from what was expected; 0 for a receipt
    units: int  # moved: those that came in, or the difference

    @property
    def is_receipt(self) -> bool:
        return bool(self.document.kind == "receipt")


@dataclass(frozen=True)
class DocumentLine:
    """One product of a receipt or a stock count."""

    stock_product_id: int
    sku: str
    name: str
    units: int  # moved
    expected: int | None  # None: of a receipt
    counted: int | None  # None: of a receipt


def count_documents(db: Connection, filters: DocumentFilters) -> int:
    """Count the receipts and stock counts that match the filter."""
    found = select(func.count()).select_from(stock_documents).where(*_conditions(filters))
    return int(db.execute(found).scalar_one())


def list_documents(db: Connection, filters: DocumentFilters, limit: int, offset: int) -> list[Entry]:
    """Return receipts and stock counts that match the filter, newest first."""
    wanted = _documents().where(*_conditions(filters)).order_by(stock_documents.c.id.desc())
    rows = db.execute(wanted.limit(limit).offset(offset)).all()
    ids = [row.id for row in rows]
    moved = _sums(db, ids)
    counted = _counted(db, ids)
    return [_entry(row, moved.get(row.id, (0, 0)), counted.get(row.id, 0)) for row in rows]


def get_document(db: Connection, document_id: int) -> Row[Any]:
    """Return a receipt or stock count with who took it back, and when. Raises NotFound.

    A document that takes another back has no page of its own: `takes_back_id` says which one has.
    """
    get_row(db, stock_documents, document_id, "There is no such receipt or stock count.")
    return db.execute(_documents().where(stock_documents.c.id == document_id)).one()


def list_document_lines(db: Connection, document: Row[Any]) -> list[DocumentLine]:
    """Return what a receipt or a stock count says of each product: as entered, or by SKU."""
    if document.kind == "receipt":
        received = (
            select(movements.c.stock_product_id, products.c.sku, products.c.name, movements.c.quantity)
            .join(products, products.c.id == movements.c.stock_product_id)
            .where(movements.c.document_id == document.id)
            .order_by(movements.c.id)
        )
        return [DocumentLine(*row, None, None) for row in db.execute(received)]
    counted = (
        select(stock_count_lines, products.c.sku, products.c.name)
        .join(products, products.c.id == stock_count_lines.c.stock_product_id)
        .where(stock_count_lines.c.document_id == document.id)
        .order_by(products.c.sku_key)
    )
    return [
        DocumentLine(
            row.stock_product_id, row.sku, row.name, row.counted - row.expected, row.expected, row.counted
        )
        for row in db.execute(counted)
    ]


def list_suppliers(db: Connection) -> list[str]:
    """Return the suppliers of the newest receipts, by name, for a form to suggest."""
    newest = (
        select(stock_documents.c.supplier)
        .where(stock_documents.c.kind == "receipt")
        .order_by(stock_documents.c.id.desc())
        .limit(_SUPPLIERS)
    )
    return sorted({supplier for supplier in db.execute(newest).scalars() if supplier})


def _documents() -> Any:
    taken_back = (_taking.c.recorded_at.label("taken_back_at"), _taking.c.actor.label("taken_back_by"))
    joined = stock_documents.outerjoin(_taking, _taking.c.takes_back_id == stock_documents.c.id)
    return select(stock_documents, *taken_back).select_from(joined)


def _conditions(filters: DocumentFilters) -> Iterator[ColumnElement[bool]]:
    yield stock_documents.c.takes_back_id.is_(None)
    if filters.view in _KINDS:
        yield stock_documents.c.kind == _KINDS[filters.view]
    if filters.text:
        texts = (stock_documents.c.delivery_note, stock_documents.c.supplier, stock_documents.c.note)
        said = [column.icontains(filters.text, autoescape=True) for column in texts]
        yield or_(*said, _names(movements, filters.text), _names(stock_count_lines, filters.text))


def _names(lines: Table, sku: str) -> ColumnElement[bool]:
    """Return the condition that one of these lines of the document is of the product with this SKU."""
    of_product = (lines.c.stock_product_id == products.c.id) & (products.c.sku_key == fold(sku))
    return exists().where(lines.c.document_id == stock_documents.c.id, of_product)


def _sums(db: Connection, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the number of products moved and the units, by document."""
    moved = (
        select(
            movements.c.document_id,
            func.count(movements.c.stock_product_id.distinct()),
            func.sum(movements.c.quantity),
        )
        .where(movements.c.document_id.in_(ids))
        .group_by(movements.c.document_id)
    )
    return {document_id: (int(number), int(units)) for document_id, number, units in db.execute(moved)}


def _counted(db: Connection, ids: Sequence[int]) -> dict[int, int]:
    counted = select(stock_count_lines.c.document_id, func.count()).where(
        stock_count_lines.c.document_id.in_(ids)
    )
    return {row[0]: int(row[1]) for row in db.execute(counted.group_by(stock_count_lines.c.document_id))}


def _entry(row: Row[Any], moved: tuple[int, int], counted: int) -> Entry:
    number, units = moved
    if row.kind == "receipt":
        return Entry(row, number, 0, units)
    return Entry(row, counted, number, units)
