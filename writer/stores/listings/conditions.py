"""What a query may ask of a listing's PushState, in SQL: the same questions as the state's own, by name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, text

from writer.db.schema.listings import IN_TROUBLE, listings
from writer.db.schema.products import products

is_gone = listings.c.is_gone
has_problem = listings.c.problem.is_not(None)
is_unexplained = listings.c.unexplained_at.is_not(None)
# As the index of these is written, so that it is used.
is_in_trouble = text(f"({IN_TROUBLE})")
# The store may show another number than the count; of a listing that is joined with its product.
is_pending = or_(
    products.c.version > listings.c.handled_version,
    listings.c.needs_check,
    listings.c.sending_quantity.is_not(None),  # a write is out and nobody knows what became of it
)


def may_be_pushed(now: datetime) -> ColumnElement[bool]:
    """The listing (joined with its product) is pending, and neither gone nor to be retried only later."""
    may_retry = or_(listings.c.retry_at.is_(None), listings.c.retry_at <= now)
    return and_(~listings.c.is_gone, is_pending, may_retry)


def was_not_written_since(moment: datetime) -> ColumnElement[bool]:
    """The store took its last number before the moment, or never took one."""
    return or_(listings.c.written_at.is_(None), listings.c.written_at < moment)


def would_become(quantity: ColumnElement[Any]) -> ColumnElement[bool]:
    """The store is known to show another number than this."""
    return listings.c.confirmed_quantity.is_not(None) & (listings.c.confirmed_quantity != quantity)


def is_not_handled(version: ColumnElement[int]) -> ColumnElement[bool]:
    """What changed the count to this version came after what was last confirmed, sent or given up."""
    return version > listings.c.handled_version
