"""What a product counts as that no SKU rule knows: each as itself, or nothing until somebody says so."""

from sqlalchemy import Connection, select, update

from writer.db import Prepared, lock
from writer.db.schema.product_types import counting
from writer.lib.errors import Invalid
from writer.people import audit

CHOICES = ("itself", "types")
_CHOSEN = Prepared(select(counting.c.counts_as))


def get_counting(db: Connection) -> str | None:
    """Return 'itself', 'types', or None as long as nobody chose.

    'itself': each product counts as itself. 'types': what no rule knows counts as nothing until somebody says
    what it is. None: a product of the stock list counts as itself, everything else waits to be sorted.
    """
    row = _CHOSEN.first(db)
    chosen: str | None = row.counts_as if row is not None else "types"
    return chosen


def set_counting(db: Connection, actor: str, chosen: str | None) -> str | None:
    """Choose for orders and sales from now on; return the choice before. Raises Invalid."""
    if chosen not in (*CHOICES, None):
        raise Invalid("Choose what products count as.", {"counts_as": "Choose one of the two."})
    lock(db, "counting")
    before = get_counting(db)
    if chosen != before:
        db.execute(update(counting).values(counts_as=chosen))
        audit.note(db, actor, "counting.choose", "counting", {"counts_as": before}, {"counts_as": chosen})
    return before
