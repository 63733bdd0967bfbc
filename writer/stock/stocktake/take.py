"""The changes that a stock take would make, for the preview."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.products import products
from writer.stock import movements


@dataclass(frozen=True)
class Difference:
    """The count of one product, and the expected count at that time."""

    product: Row[Any]
    expected: int
    counted: int

    @property
    def change(self) -> int:
        return self.counted - self.expected

    @property
    def after(self) -> int:
        """Return the units that will be on hand: the count plus the movements since."""
        return int(self.product.on_hand) + self.change


def compare(db: Connection, counted: Mapping[int, int], at: datetime) -> list[Difference]:
    """Return each count with the expected count at `at`, by SKU. Raises Invalid as `movements.count` does."""
    by_sku = select(products).where(products.c.id.in_(list(counted))).order_by(products.c.sku_key)
    rows = db.execute(by_sku).all()
    movements.check_count(db, at, rows)
    expected = movements.on_hand_at(db, rows, at)
    return [Difference(row, expected[row.id], counted[row.id]) for row in rows]
