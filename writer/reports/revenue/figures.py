"""Revenue, orders and units of a range beside the days before; amounts of two currencies are never added."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection

from writer import orders
from writer.lib.store_scope import StoreScope
from writer.orders import ByCurrency, Earned
from writer.reports.revenue.ranges import Part, Range

NOTHING = Earned()


@dataclass(frozen=True)
class Comparison:
    """A part of the range beside the same part of the days before."""

    part: Part
    now: ByCurrency
    before: ByCurrency


@dataclass(frozen=True)
class Money:
    """The range in one currency; `before` is as much of the days before as the range has lasted so far."""

    currency: str
    now: Earned
    before: Earned


@dataclass(frozen=True)
class Figures:
    """What a range brought. `money` begins with the main currency, the one with most orders."""

    range: Range
    money: list[Money]
    parts: list[Comparison]

    @property
    def main(self) -> Money:
        return self.money[0] if self.money else Money("", NOTHING, NOTHING)

    @property
    def orders(self) -> tuple[int, int]:
        """Return the orders of every currency, now and before."""
        return sum(each.now.orders for each in self.money), sum(each.before.orders for each in self.money)

    @property
    def units(self) -> tuple[int, int]:
        """Return the units of every currency, now and before."""
        return sum(each.now.units for each in self.money), sum(each.before.units for each in self.money)


def compare(db: Connection, store_scope: StoreScope, chosen: Range) -> Figures:
    """Return what a range brought, part by part, beside the days before."""
    before, now = chosen.moments_before(), chosen.moments()
    found = orders.list_earned(db, store_scope, [*before, *now[1:]])
    [elapsed] = orders.list_earned(db, store_scope, chosen.elapsed_before)
    parts = zip_longest(chosen.parts(), found[len(before) - 1 :], found[: len(before) - 1])
    compared = [Comparison(part, of_now, of_before or {}) for part, of_now, of_before in parts if part]
    total = add_up(each.now for each in compared)
    main_first = sorted(
        {*total, *elapsed}, key=lambda name: (-_orders(total, name), -_orders(elapsed, name), name)
    )
    money = [Money(name, total.get(name, NOTHING), elapsed.get(name, NOTHING)) for name in main_first]
    return Figures(chosen, money, compared)


@dataclass(frozen=True)
class Together:
    """What several currencies brought: orders and units of all of them, money by currency (minor units)."""

    made: int  # orders
    units: int
    money: dict[str, int]

    @classmethod
    def of(cls, found: ByCurrency, currencies: Iterable[str]) -> "Together":
        """Return what is of these currencies, in their order."""
        shown = {name: found[name] for name in currencies if name in found}
        orders_and_units = (
            sum(each.orders for each in shown.values()),
            sum(each.units for each in shown.values()),
        )
        return cls(*orders_and_units, {name: each.net_minor for name, each in shown.items()})


def earned(db: Connection, store_scope: StoreScope, chosen: Range) -> list[tuple[Part, ByCurrency]]:
    """Return what each part of a range brought."""
    return list(zip(chosen.parts(), orders.list_earned(db, store_scope, chosen.moments()), strict=True))


def add_up(parts: Iterable[ByCurrency]) -> ByCurrency:
    """Return the sum of parts, by currency: the one with most orders first."""
    total: ByCurrency = {}
    for part in parts:
        for currency, of_part in part.items():
            total[currency] = total.get(currency, NOTHING).plus(of_part)
    return dict(sorted(total.items(), key=lambda found: (-found[1].orders, found[0])))


def _orders(of: ByCurrency, currency: str) -> int:
    return of.get(currency, NOTHING).orders
