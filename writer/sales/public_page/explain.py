"""What the public total is made of: the units of each type, and what the privacy settings make of them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from writer.db.schema.public_page import sales_quarters, sales_totals
from writer.lib import clock
from writer.sales.public_page.queries import Dial, get_dial, is_hidden

_QUARTER_S = 900


@dataclass(frozen=True)
class Part:
    """The units of one type in the ledger."""

    model: str
    variant: str
    units: int
    is_hidden: bool


@dataclass(frozen=True)
class Explained:
    """The public total, step by step: each number is added to the one before."""

    parts: tuple[Part, ...]
    ledger: int  # all units of the ledger
    hidden: int  # of hidden types that the total does not count, 0 or below
    delayed: int  # sold too lately to be shown, 0 or below
    opening_balance: int
    rounding: int  # cut off, 0 or below

    @property
    def total(self) -> int:
        return self.ledger + self.hidden + self.delayed + self.opening_balance + self.rounding


@dataclass(frozen=True)
class Month:
    """The units of one month in the shop's time zone; both days are in it. None: sold at no known time."""

    first_on: date | None
    last_on: date | None
    units: int


def explain(db: Connection) -> Explained:
    """Return what the public total is made of now."""
    dial = get_dial(db)
    by_name = (func.lower(sales_totals.c.model), func.lower(sales_totals.c.variant))
    parts = tuple(
        Part(row[0], row[1], int(row[2]), is_hidden(dial, row[0], row[1]))
        for row in db.execute(select(sales_totals).where(sales_totals.c.count != 0).order_by(*by_name))
    )
    ledger = sum(part.units for part in parts)
    hidden = 0 if dial.counts_hidden else -sum(part.units for part in parts if part.is_hidden)
    delayed = -_lately(db, dial) if dial.is_delayed else 0
    exact = ledger + hidden + delayed + dial.opening_balance
    return Explained(parts, ledger, hidden, delayed, dial.opening_balance, -(exact % dial.rounding))


def _lately(db: Connection, dial: Dial) -> int:
    """Return the units of the last day, of the types that the total counts."""
    since = int((clock.now() - timedelta(days=1)).timestamp()) // _QUARTER_S
    units = func.sum(sales_quarters.c.count)
    by = (sales_quarters.c.model, sales_quarters.c.variant)
    rows = db.execute(select(*by, units).where(sales_quarters.c.quarter >= since).group_by(*by))
    return sum(int(row[2]) for row in rows if dial.counts_hidden or not is_hidden(dial, row[0], row[1]))


def list_months(db: Connection, model: str, variant: str) -> list[Month]:
    """Return the units of one type by month, newest first; months without any are left out."""
    same = (sales_quarters.c.model == model) & (sales_quarters.c.variant == variant)
    query = select(sales_quarters.c.quarter, sales_quarters.c.count).where(same, sales_quarters.c.count != 0)
    quarters = [(int(row[0]), int(row[1])) for row in db.execute(query)]
    dated = [quarter for quarter, _ in quarters if quarter]
    starts = _month_starts(min(dated), max(dated)) if dated else []
    begins = [int(clock.day_start(start).timestamp()) // _QUARTER_S for start in starts]
    units: Counter[date | None] = Counter()
    for quarter, count in quarters:
        units[starts[bisect_right(begins, quarter) - 1] if quarter else None] += count
    months = [Month(start, _last_of(start), units[start]) for start in reversed(starts) if units[start]]
    return [*months, *([Month(None, None, units[None])] if units[None] else [])]


def _month_starts(first: int, last: int) -> Sequence[date]:
    days = [
        clock.local_day(datetime.fromtimestamp(at * _QUARTER_S, clock.now().tzinfo)) for at in (first, last)
    ]
    starts = [days[0].replace(day=1)]
    while (following := _last_of(starts[-1]) + timedelta(days=1)) <= days[1]:
        starts.append(following)
    return starts


def _last_of(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
