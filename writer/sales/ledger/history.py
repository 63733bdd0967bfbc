"""Units sold over time, by type, from the daily totals that triggers keep.

These totals cover every store; for users who may not see them all, the rows of the ledger are added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer.db.schema.ledger import sales
from writer.db.schema.public_page import sales_days, sales_totals
from writer.lib.store_scope import StoreScope
from writer.sales.ledger.queries import visible
from writer.web.charts import COLOURS, Bar

PERIODS = {"day": 30, "week": 26, "month": 24}  # how many of each are shown
_EPOCH = date(1970, 1, 1)
OTHERS = "Others"


@dataclass(frozen=True)
class Day:
    """Units of one type sold on one day."""

    on: date
    model: str
    variant: str
    units: int


@dataclass(frozen=True)
class History:
    """Bars from old to new, the last one for today; `names` are their series."""

    period: str
    names: tuple[str, ...]
    bars: tuple[Bar, ...]


def list_totals(db: Connection, store_scope: StoreScope) -> Sequence[Row[str, str, int]]:
    """Return (model, variant, units) of every type that was ever sold, by name."""
    if not store_scope.is_all:
        return _add_up(db, store_scope)
    by_name = (func.lower(sales_totals.c.model), func.lower(sales_totals.c.variant))
    columns = (sales_totals.c.model, sales_totals.c.variant, sales_totals.c.count.label("units"))
    return db.execute(select(*columns).where(sales_totals.c.count != 0).order_by(*by_name)).all()


def _add_up(db: Connection, store_scope: StoreScope) -> Sequence[Row[str, str, int]]:
    units = func.sum(sales.c.quantity)
    by = (sales.c.model, sales.c.variant)
    rows = select(*by, units.label("units")).where(visible(store_scope)).group_by(*by).having(units != 0)
    return db.execute(rows.order_by(*(func.lower(column) for column in by))).all()


def read(db: Connection, store_scope: StoreScope, period: str, today: date) -> History:
    """Return units by 'day', 'week' (from Monday) or 'month', in UTC; periods without sales are 0."""
    starts = _starts(period, today)
    days = (
        _days(db, starts[0], today) if store_scope.is_all else _days_seen(db, store_scope, starts[0], today)
    )
    units: dict[tuple[date, tuple[str, str]], int] = {}
    sold: dict[tuple[str, str], int] = {}
    for row in days:
        at, kind = start_of(period, row.on), (row.model, row.variant)
        units[at, kind] = units.get((at, kind), 0) + row.units
        sold[kind] = sold.get(kind, 0) + abs(row.units)
    return _history(period, starts, units, sold)


def _days(db: Connection, first: date, last: date) -> Iterable[Day]:
    day, model, variant = sales_days.c.day, sales_days.c.model, sales_days.c.variant
    wanted = select(day, model, variant, sales_days.c.count).where(
        day >= (first - _EPOCH).days, day <= (last - _EPOCH).days
    )
    for row in db.execute(wanted):
        yield Day(_EPOCH + timedelta(days=row[0]), row[1], row[2], row[3])


def _days_seen(db: Connection, store_scope: StoreScope, first: date, last: date) -> Iterable[Day]:
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    within = (sales.c.date_added >= begin) & (sales.c.date_added < end)
    day: Any = func.date(sales.c.date_added)
    by = (day, sales.c.model, sales.c.variant)
    rows = db.execute(
        select(*by, func.sum(sales.c.quantity)).where(within, visible(store_scope)).group_by(*by)
    )
    for on, model, variant, units in rows:
        # Text on SQLite, and NULL if the shell wrote no date.
        if on is not None:
            yield Day(date.fromisoformat(str(on)), model, variant, units)


def start_of(period: str, day: date) -> date:
    """Return the first day of the period that `day` is in."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _starts(period: str, today: date) -> list[date]:
    starts = [start_of(period, today)]
    while len(starts) < PERIODS[period]:
        starts.append(start_of(period, starts[-1] - timedelta(days=1)))
    return starts[::-1]


def _history(
    period: str,
    starts: list[date],
    units: dict[tuple[date, tuple[str, str]], int],
    sold: dict[tuple[str, str], int],
) -> History:
    """Give each type its own colour; if there are too few, the least sold types share the last."""
    kinds = sorted(sold, key=lambda kind: (kind[0].casefold(), kind[1].casefold(), kind))
    shown, others = kinds, set[tuple[str, str]]()
    if len(kinds) > COLOURS:
        most = set(sorted(kinds, key=lambda kind: -sold[kind])[: COLOURS - 1])
        shown, others = [kind for kind in kinds if kind in most], set(kinds) - most
    bars = []
    for start in starts:
        counts = [units.get((start, kind), 0) for kind in shown]
        if others:
            counts.append(sum(units.get((start, kind), 0) for kind in others))
        label, name = _words(period, start)
        bars.append(Bar(label, name, tuple(counts)))
    names = [f"{model} {variant}" for model, variant in shown]
    return History(period, tuple([*names, OTHERS] if others else names), tuple(bars))


def _words(period: str, start: date) -> tuple[str, str]:
    """Return the label under a bar, and its full name."""
    if period == "month":
        return f"{start:%b %Y}", f"{start:%B %Y}"
    short = f"{start.day} {start:%b}"
    return short, f"Week of {short} {start.year}" if period == "week" else f"{start:%a} {short} {start.year}"
