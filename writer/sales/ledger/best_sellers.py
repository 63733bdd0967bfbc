"""What sold best between two moments, from the sums that triggers keep by day and by quarter hour (UTC)."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, select, union_all

from writer.db.schema.ledger import sales
from writer.db.schema.public_page import sales_days, sales_quarters
from writer.lib.store_scope import StoreScope
from writer.sales.ledger.queries import visible

_QUARTER_S = 900  # time zones are whole quarters of an hour off UTC
_QUARTERS = 96  # of a day


class BestSeller(NamedTuple):
    """A type and how many units of it were sold."""

    model: str
    variant: str
    units: int


def list_best_sellers(
    db: Connection, store_scope: StoreScope, first_at: datetime, until: datetime, limit: int
) -> list[BestSeller]:
    """Return the types that sold most units between two moments, whole quarter hours apart; best first.

    The sums cover every store; for users who may not see them all, the rows of the ledger are added up.
    """
    rows = _of_all(first_at, until) if store_scope.is_all else _of_some(store_scope, first_at, until)
    found = rows.subquery()
    units = func.sum(found.c.units)
    best = select(found.c.model, found.c.variant, units).group_by(found.c.model, found.c.variant)
    best = best.having(units > 0).order_by(units.desc(), found.c.model, found.c.variant).limit(limit)
    return [BestSeller(model, variant, int(sold)) for model, variant, sold in db.execute(best)]


def _of_all(first_at: datetime, until: datetime) -> "Select[tuple[str, str, int]]":
    """Select whole days, and quarters of an hour before and after them."""
    first, last = (int(moment.astimezone(UTC).timestamp()) // _QUARTER_S for moment in (first_at, until))
    first_day, last_day = -(-first // _QUARTERS), last // _QUARTERS
    day, quarter = sales_days.c.day, sales_quarters.c.quarter
    if first_day > last_day:
        return _quarters((quarter >= first) & (quarter < last))
    edges = (quarter >= first) & (quarter < first_day * _QUARTERS)
    edges |= (quarter >= last_day * _QUARTERS) & (quarter < last)
    columns = (sales_days.c.model, sales_days.c.variant, sales_days.c.count.label("units"))
    days = select(*columns).where(day >= first_day, day < last_day)
    both = union_all(days, _quarters(edges)).subquery()
    return select(both.c.model, both.c.variant, both.c.units)


def _quarters(which: ColumnElement[bool]) -> "Select[tuple[str, str, int]]":
    columns = (sales_quarters.c.model, sales_quarters.c.variant, sales_quarters.c.count.label("units"))
    return select(*columns).where(which)


def _of_some(store_scope: StoreScope, first_at: datetime, until: datetime) -> "Select[tuple[str, str, int]]":
    within = (sales.c.date_added >= first_at) & (sales.c.date_added < until)
    columns = (sales.c.model, sales.c.variant, sales.c.quantity.label("units"))
    return select(*columns).where(within, visible(store_scope))
