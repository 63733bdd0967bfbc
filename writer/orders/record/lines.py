"""An order's lines in hand: loaded from the database, changed in memory, saved with what they posted."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, bindparam, select

from writer import stock
from writer.db import Prepared, insert_row, update_row
from writer.db.schema.orders import order_lines
from writer.orders.record.rules import Due
from writer.orders.record.snapshot import LineSnapshot


@dataclass
class Line:
    """One row of order_lines; `id` None until it is saved."""

    external_id: str
    id: int | None = None
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
    model: str | None = None
    variant: str | None = None
    stock_product_id: int | None = None
    sold_due: int = 0
    sold: int = 0
    held_due: int = 0
    held: int = 0
    sold_aside: int | None = None
    held_aside: int | None = None
    problem: str | None = None
    is_removed: bool = False

    @property
    def due(self) -> Due:
        return Due(self.sold_due, self.held_due)

    def set_aside(self) -> None:
        """Keep what is due by now for when the order comes back from the trash."""
        if self.sold_aside is None:
            self.sold_aside, self.held_aside = self.sold_due, self.held_due

    def take_back(self) -> Due | None:
        """Return what was set aside, None where nothing was; it is set aside no longer."""
        found = None if self.sold_aside is None else Due(self.sold_aside, self.held_aside or 0)
        self.sold_aside = self.held_aside = None
        return found

    def is_same_product(self, told: LineSnapshot) -> bool:
        """Tell whether `told` speaks of the product this line was matched to.

        WooCommerce sends a product's *current* SKU, and id 0 once it is deleted: neither is another product.
        """
        told_key = stock.key(told.sku)
        if told.product_id == 0:
            return self.product_id != 0 or told_key in ("", self.sku_key)
        if self.product_id == 0:
            return self.sku_key != "" and told_key == self.sku_key
        return (told.product_id, told.variation_id) == (self.product_id, self.variation_id)

    def take(self, told: LineSnapshot) -> None:
        """Take over what a newer snapshot says of this line; a pinned product stays pinned."""
        if told.product_id != 0 or self.product_id == 0:
            self.product_id, self.variation_id = told.product_id, told.variation_id
            self.sku, self.sku_key = told.sku, stock.key(told.sku)
        self.name = told.name or self.name
        self.total_minor = told.total_minor
        self.store_reduced = told.store_reduced
        self.problem = told.problem
        self.is_removed = False
        if told.problem is None:
            self.quantity = told.quantity


_COLUMNS = [field.name for field in fields(Line)]
_LINES = Prepared(
    select(*(order_lines.c[name] for name in _COLUMNS))
    .where(order_lines.c.order_id == bindparam("of_order"))
    .order_by(order_lines.c.id)
)


def load(db: Connection, order_id: int) -> list[Line]:
    """Return the lines of an order, removed ones too, in the order they were first seen."""
    return [Line(**row._asdict()) for row in _LINES.all(db, of_order=order_id)]


def save(db: Connection, order_id: int, line: Line, was: dict[str, Any] | None) -> None:
    """Write a line as it is now; `was` is what values() gave when it was loaded, None for a new one."""
    now = values(line)
    if line.id is None:
        line.id = insert_row(db, order_lines, order_id=order_id, **now)
    elif now != was:
        update_row(db, order_lines, line.id, **now)


def values(line: Line) -> dict[str, Any]:
    """Return the columns of a line without its id."""
    return {name: getattr(line, name) for name in _COLUMNS if name != "id"}
