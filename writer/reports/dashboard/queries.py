"""Reads for the dashboard, limited to the visible stores."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from writer import orders
from writer.db.schema.stores import stores
from writer.lib import clock, money
from writer.lib.store_scope import StoreScope
from writer.orders import Day
from writer.stock import levels
from writer.stores import Beat, Condition, conditions, heartbeats
from writer.web.charts import Bar

DAYS = 30
WEEK = 7


@dataclass(frozen=True)
class Sum:
    """Revenue in one currency; amounts of two currencies are never added up."""

    currency: str
    made: int  # orders, paid or not
    units: int
    net_minor: int

    @property
    def is_worth(self) -> bool:
        """Tell whether there is money to show; orders without a currency mostly have none."""
        return bool(self.currency or self.net_minor)


@dataclass(frozen=True)
class Health:
    """One store and its state."""

    id: int
    name: str
    heard_at: datetime | None  # None: never
    read_at: datetime | None  # when its orders were imported; None: never
    condition: Condition
    beats: list[Beat]  # how each of the last 24 hours was


@dataclass(frozen=True)
class Glance:
    """The numbers of the cards."""

    today: list[Sum]
    week: list[Sum]
    to_ship: int
    on_hold: int
    health: list[Health]
    low: int
    oversold: int

    @property
    def unwell(self) -> list[Health]:
        """Return the stores that need attention."""
        return [store for store in self.health if store.condition.look in ("danger", "warning")]

    @property
    def fine(self) -> int:
        """Return the number of stores that are fine; a store that is switched off or not started is not."""
        return sum(store.condition.look == "success" for store in self.health)

    @property
    def others(self) -> list[tuple[str, int]]:
        """Return the states of the stores that are not fine with their numbers, most urgent first."""
        idle = [store for store in self.health if store.condition.look == "secondary"]
        words = Counter(store.condition.word for store in [*self.unwell, *idle])
        return list(words.items())


@dataclass(frozen=True)
class Course:
    """The last thirty days, oldest first; each entry is (day, revenue by currency)."""

    currencies: list[str]
    days: list[tuple[date, dict[str, Day]]]

    def made(self) -> list[Bar]:
        """Return a bar for each day with the number of orders by currency."""
        return [
            _bar(on, tuple(found[name].made if name in found else 0 for name in self.currencies))
            for on, found in self.days
        ]

    def revenue(self, currency: str) -> list[Bar]:
        """Return a bar for each day with the revenue in whole units of the currency."""
        unit = 10 ** money.minor_digits(currency)
        nets = ((on, found[currency].net_minor if currency in found else 0) for on, found in self.days)
        return [_bar(on, (round(net / unit),)) for on, net in nets]

    def total(self, currency: str) -> Sum:
        """Return the revenue of all these days."""
        return _sum(currency, (found[currency] for _, found in self.days if currency in found))


def look(db: Connection, store_scope: StoreScope) -> Glance:
    """Return the present numbers of the cards."""
    today = clock.now().date()
    days = orders.list_days(db, store_scope, today - timedelta(days=WEEK - 1), today)
    counts = orders.count_by_status(db, store_scope)
    return Glance(
        today=_sums(day for day in days if day.on == today),
        week=_sums(days),
        to_ship=counts.get("processing", 0),
        on_hold=counts.get("on-hold", 0),
        health=list_health(db, store_scope),
        low=levels.count_in_state(db, "low"),
        oversold=levels.count_in_state(db, "oversold"),
    )


def course(db: Connection, store_scope: StoreScope) -> Course:
    """Return the last thirty days up to today."""
    last = clock.now().date()
    first = last - timedelta(days=DAYS - 1)
    days = orders.list_days(db, store_scope, first, last)
    by_day: dict[date, dict[str, Day]] = {first + timedelta(days=number): {} for number in range(DAYS)}
    for day in days:
        by_day[day.on][day.currency] = day
    return Course(sorted({day.currency for day in days}), list(by_day.items()))


def list_health(db: Connection, store_scope: StoreScope) -> list[Health]:
    """Return the state of each store, by name."""
    query = select(stores).where(store_scope.of(stores.c.id)).order_by(func.lower(stores.c.name), stores.c.id)
    rows = db.execute(query).all()
    found, beats = conditions(db, rows), heartbeats(db, store_scope)
    return [
        Health(row.id, row.name, row.last_contact_at, row.polled_at, found[row.id], beats[row.id])
        for row in rows
    ]


def _sums(days: Iterable[Day]) -> list[Sum]:
    by_currency: dict[str, list[Day]] = {}
    for day in days:
        by_currency.setdefault(day.currency, []).append(day)
    return [_sum(currency, found) for currency, found in sorted(by_currency.items())]


def _sum(currency: str, days: Iterable[Day]) -> Sum:
    found = list(days)
    made, units = sum(day.made for day in found), sum(day.units for day in found)
    return Sum(currency, made, units, sum(day.net_minor for day in found))


def _bar(on: date, counts: tuple[int, ...]) -> Bar:
    short = f"{on.day} {on:%b}"
    return Bar(short, f"{on:%a} {short} {on.year}", counts)
