"""Revenue, units and orders between any moments, and the orders that they are made of.

Whole days (UTC) are read from sums that triggers keep. The shop's days begin at other moments: what lies
between such a moment and the nearest midnight, a few hours, is read from the index of the orders that count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    column,
    func,
    literal_column,
    or_,
    select,
    values,
)

from writer.db.schema.orders import order_revenue, orders
from writer.db.schema.stores import stores
from writer.db.schema.types import UtcTime
from writer.lib.store_scope import StoreScope

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = (
    *("id", "store_id", "number", "created_at", "status", "customer_name", "is_cached"),
    *("currency", "total_minor", "refunded_minor", "net_minor", "units"),
)

# Not bound values, because a partial index is used only where the statement itself says so.
counts: ColumnElement[bool] = or_(
    orders.c.units != literal_column("0"), orders.c.net_minor != literal_column("0")
)


class Earned(NamedTuple):
    """What orders of one currency brought: revenue is of paid orders, less refunds."""

    orders: int = 0  # that brought money or units
    units: int = 0
    net_minor: int = 0

    def plus(self, other: "Earned", sign: int = 1) -> "Earned":
        """Return both together, or with `sign` -1 this without the other."""
        pairs = zip(self, other, strict=True)
        return Earned(*(own + sign * its for own, its in pairs))

    @property
    def average_minor(self) -> int | None:
        """Return the revenue of an order on average, rounded half up; None without orders."""
        return (2 * self.net_minor + self.orders) // (2 * self.orders) if self.orders else None


ByCurrency = dict[str, Earned]  # amounts of two currencies are never added


class _Span(NamedTuple):
    first_at: datetime
    until: datetime


@dataclass(frozen=True)
class _Period:
    """One stretch of time as it is added up: whole days, and spans of orders to add or to take away."""

    first_day: int
    until_day: int
    spans: tuple[tuple[int, _Span], ...]  # (1 or -1, span)

    @classmethod
    def between(cls, first_at: datetime, until: datetime) -> "_Period":
        first, last = _nearest_midnight(first_at), _nearest_midnight(until)
        if abs(first - first_at) + abs(last - until) >= until - first_at:
            return cls(0, 0, ((1, _Span(first_at, until)),))
        edges = [_edge(first_at, first), _edge(last, until)]
        return cls(_number(first), _number(last), tuple(edge for edge in edges if edge is not None))


def list_earned(db: Connection, store_scope: StoreScope, moments: Sequence[datetime]) -> list[ByCurrency]:
    """Return what was earned between each of these ascending moments and the next, by currency."""
    periods = [_Period.between(*pair) for pair in pairwise(moments)]
    days = _of_days(db, store_scope, periods)
    spans = _of_spans(db, store_scope, list({span for period in periods for _, span in period.spans}))
    return [_together(period, days, spans) for period in periods]


def list_earning(
    db: Connection,
    store_scope: StoreScope,
    moments: tuple[datetime, datetime],
    currency: str | None,
    limit: int,
    offset: int = 0,
    after: Row[Any] | None = None,
) -> list[Row[Any]]:
    """Return the orders that count between two moments, newest first: what `list_earned` adds up there.

    `currency` None: of every currency; `after`: those that follow this one. Orders that were deleted
    here after their retention are among them, without a customer (`is_cached` false).
    """
    shown = [orders.c[name] for name in _SHOWN]
    query = select(*shown, stores.c.name.label("store_name")).join(stores, stores.c.id == orders.c.store_id)
    query = query.where(_counted(store_scope, _Span(*moments)))
    if currency is not None:
        query = query.where(orders.c.currency == currency)
    if after is not None:
        # Two conditions, because an index is entered by the first.
        is_later = (orders.c.created_at < after.created_at) | (orders.c.id < after.id)
        query = query.where(orders.c.created_at <= after.created_at, is_later)
    newest = query.order_by(orders.c.created_at.desc(), orders.c.id.desc())
    return list(db.execute(newest.limit(limit).offset(offset)))


def _counted(store_scope: StoreScope, span: _Span) -> ColumnElement[bool]:
    made = (orders.c.created_at >= span.first_at) & (orders.c.created_at < span.until)
    # Not by the index of the store, which is long.
    return counts & made & store_scope.of(orders.c.store_id + 0)


def _of_days(
    db: Connection, store_scope: StoreScope, periods: Sequence[_Period]
) -> dict[int, list[tuple[str, Earned]]]:
    """Return what was earned on each whole day (UTC) of the periods."""
    table = order_revenue.c
    whole = [period for period in periods if period.until_day > period.first_day]
    if not whole:
        return {}
    first, until = min(period.first_day for period in whole), max(period.until_day for period in whole)
    sums = [func.sum(table[name]) for name in ("counted", "units", "net_minor")]
    within = (table.day >= first) & (table.day < until) & store_scope.of(table.store_id)
    query = select(table.day, table.currency, *sums).where(within).group_by(table.day, table.currency)
    found: dict[int, list[tuple[str, Earned]]] = {}
    for day, currency, *numbers in db.execute(query):
        found.setdefault(day, []).append((currency, Earned(*map(int, numbers))))
    return found


def _of_spans(
    db: Connection, store_scope: StoreScope, spans: Sequence[_Span]
) -> dict[_Span, list[tuple[str, Earned]]]:
    """Return what the orders of each span brought, all of them in one statement."""
    found: dict[_Span, list[tuple[str, Earned]]] = {}
    if not spans:
        return found
    columns = (column("number", Integer), column("first_at", UtcTime), column("until", UtcTime))
    listed = [(number, *span) for number, span in enumerate(spans)]
    span = values(*columns, name="spans").data(listed).cte("spans")
    made = (orders.c.created_at >= span.c.first_at) & (orders.c.created_at < span.c.until)
    sums = (func.count(), func.sum(orders.c.units), func.sum(orders.c.net_minor))
    query = select(span.c.number, orders.c.currency, *sums).join_from(span, orders, made)
    query = query.where(counts, store_scope.of(orders.c.store_id + 0))
    for number, currency, *numbers in db.execute(query.group_by(span.c.number, orders.c.currency)):
        found.setdefault(spans[number], []).append((currency, Earned(*map(int, numbers))))
    return found


def _together(
    period: _Period,
    days: dict[int, list[tuple[str, Earned]]],
    spans: dict[_Span, list[tuple[str, Earned]]],
) -> ByCurrency:
    total: ByCurrency = {}
    for sign, found in _parts(period, days, spans):
        for currency, earned in found:
            total[currency] = total.get(currency, Earned()).plus(earned, sign)
    return {currency: earned for currency, earned in sorted(total.items()) if any(earned)}


def _parts(
    period: _Period,
    days: dict[int, list[tuple[str, Earned]]],
    spans: dict[_Span, list[tuple[str, Earned]]],
) -> Iterator[tuple[int, list[tuple[str, Earned]]]]:
    for day in range(period.first_day, period.until_day):
        yield 1, days.get(day, [])
    for sign, span in period.spans:
        yield sign, spans.get(span, [])


def _nearest_midnight(moment: datetime) -> datetime:
    return datetime.combine((moment + _DAY / 2).astimezone(UTC).date(), time(), UTC)


def _edge(first_at: datetime, until: datetime) -> tuple[int, _Span] | None:
    """Return what is to be added to get from `first_at` to `until`, or taken away where that is before."""
    if first_at == until:
        return None
    return (1, _Span(first_at, until)) if first_at < until else (-1, _Span(until, first_at))


def _number(midnight: datetime) -> int:
    return (midnight - _EPOCH) // _DAY
