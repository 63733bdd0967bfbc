"""The one way the count changes: movements are added, never edited; the cached sum moves with them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from writer.db.schema.movements import movements
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.stock.products import counts

LARGEST_MOVE = 1_000_000


@dataclass(frozen=True)
class Movement:
    """Units that came (`quantity` > 0) or went (< 0), why, when it happened and what caused it."""

    stock_product_id: int
    quantity: int
    kind: str  # 'sale', 'refund', 'cancellation', 'receipt', 'adjustment', 'stock take', 'drift'
    at: datetime
    actor: str
    note: str = ""
    order_line_id: int | None = None  # None: no order caused it
    sale_id: int | None = None  # None: no sale entered by hand caused it
    store_id: int | None = None  # None: no store caused it


def record(db: Connection, moved: Iterable[Movement], refuse_oversell: bool = False) -> None:
    """Add movements: on hand follows, the version rises, notices of low or oversold stock open and close.

    On hand may fall below 0, for what is sold is sold; with `refuse_oversell` NotEnoughStock is raised
    instead where fewer than 0 would be available and the product takes no backorders. Raises Invalid for
    a movement of 0 or of more than a million units.
    """
    # In the order of ids, so that two transactions that move the same products never wait for each other.
    for movement in sorted(moved, key=lambda found: found.stock_product_id):
        if not 0 < abs(movement.quantity) <= LARGEST_MOVE:
            raise Invalid("The quantity cannot be used.", {"quantity": "Use 1 to 1,000,000 units."})
        after = counts.move(db, movement.stock_product_id, movement.quantity, refuse_oversell)
        row = asdict(movement) | {
            "recorded_at": clock.now(),
            "on_hand_after": after.on_hand,
            "version": after.version,
        }
        db.execute(insert(movements), row)
        counts.watch(db, after, movement.quantity)
