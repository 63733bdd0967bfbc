"""What a query may ask of a listing, in SQL: what the owner made of it, and what its PushState answers."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, text

from writer.db.schema.listings import IN_TROUBLE, is_left_alone, listings
from writer.db.schema.products import products
from writer.stores.listings.push_state import CHECKS_APART

# A variation whose store counts it with its parent has no number of its own: the parent's listing has it.
is_by_parent = listings.c.manage_stock == "parent"
is_unmatched = listings.c.stock_product_id.is_(None) & ~is_left_alone & ~is_by_parent
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
    is_unexplained,
)
# Refused writes and stores that failed are tried again within the hour. Times that are later were written by
# a clock that has been corrected since, and say nothing.
_LONGEST_WAIT = timedelta(hours=1)


def may_be_pushed(now: datetime) -> ColumnElement[bool]:
    """The listing (joined with its product) is pending, and neither gone nor to be retried only later."""
    may_retry = _is_time(listings.c.retry_at, now, _LONGEST_WAIT)
    return and_(~listings.c.is_gone, ~is_by_parent, is_pending, may_retry, _may_look_again(now))


def _may_look_again(now: datetime) -> ColumnElement[bool]:
    """A number that nothing explained is looked at after a minute, with another count, or when asked for."""
    return or_(
        listings.c.needs_check,
        listings.c.looked_version.is_(None),
        products.c.version > listings.c.looked_version,
        _is_time(listings.c.look_again_at, now, CHECKS_APART),
    )


def _is_time(column: ColumnElement[Any], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now, column > now + longest)


def was_not_written_since(moment: datetime, now: datetime) -> ColumnElement[bool]:
    """The store took no number between the moment and now."""
    at = listings.c.written_at
    return or_(at.is_(None), at < moment, at > now)


def would_become(quantity: ColumnElement[Any]) -> ColumnElement[bool]:
    """The store is known to show another number than this."""
    return listings.c.confirmed_quantity.is_not(None) & (listings.c.confirmed_quantity != quantity)


def is_not_handled(version: ColumnElement[int]) -> ColumnElement[bool]:
    """What changed the count to this version came after what was last confirmed, sent or given up."""
    return version > listings.c.handled_version
