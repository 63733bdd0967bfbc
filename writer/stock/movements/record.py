"""The only way a count changes: movements are added, never edited, and the cached sum follows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from writer.db import insert_row
from writer.db.schema.movements import movements
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.stock.products import counts

LARGEST_MOVE = 1_000_000


@dataclass(frozen=True)
class Movement:
    """Units that came in (`quantity` > 0) or went out (< 0), with kind, time and cause."""

    stock_product_id: int
    quantity: int
    kind: str  # 'sale', 'refund', 'cancellation', 'receipt', 'adjustment', 'stock take', 'drift'
    at: datetime
    actor: str
    note: str = ""
    order_line_id: int | None = None  # None: no order caused it
    sale_id: int | None = None  # None: no sale entered by hand caused it
    store_id: int | None = None  # None: no store caused it
    document_id: int | None = None  # None: recorded by itself, not with others
    takes_back_id: int | None = None  # the movement that this one takes back; None: none


def record(db: Connection, moved: Iterable[Movement], refuse_oversell: bool = False) -> list[int]:
    """Add movements, update on hand and version, and open or close notices of low or oversold stock.

    Return their ids in the order of products.

    On hand may fall below 0, because a sale that was made must be counted. With `refuse_oversell`,
    NotEnoughStock is raised instead if fewer than 0 would be available and the product allows no backorders.
    Raises Invalid for a movement of 0 or of more than a million units.
    """
    added = []
    # In the order of ids, so that two transactions that move the same products never deadlock.
    for movement in sorted(moved, key=lambda found: found.stock_product_id):
        if not 0 < abs(movement.quantity) <= LARGEST_MOVE:
            raise Invalid("The quantity cannot be used.", {"quantity": "Use 1 to 1,000,000 units."})
        after = counts.move(db, movement.stock_product_id, movement.quantity, refuse_oversell)
        row = asdict(movement) | {
            "recorded_at": clock.now(),
            "on_hand_after": after.on_hand,
            "version": after.version,
        }
        added.append(insert_row(db, movements, **row))
        counts.watch(db, after, movement.quantity)
    return added
