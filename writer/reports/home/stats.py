"""The numbers at the top of Home, and the line of revenue, as they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from writer.lib import money
from writer.orders import ByCurrency, Earned
from writer.reports.revenue import Comparison, Figures
from writer.web import line_chart, times
from writer.web.line_chart import LineChart, Point


@dataclass(frozen=True)
class Stat:
    """One number beside what it was before; `others` is the same in other currencies."""

    name: str
    label: str
    value: str
    href: str
    delta: str | None  # None: it is as before, or there was nothing before
    direction: str | None  # up or down; None as delta
    before: str | None  # None: nothing was before
    spark: str | None  # a path; None: one part alone
    others: tuple[str, ...] = ()


def list_stats(figures: Figures) -> list[Stat]:
    """Return revenue, orders, units and the average order; each leads to the orders that it is made of."""
    main, others = figures.main, figures.money[1:]
    of_main, all_of_them = _rows(figures, main.currency if others else None), _rows(figures, None)
    nets, averages = main.now.net_minor, main.now.average_minor
    before, before_average = main.before.net_minor, main.before.average_minor

    def write(minor: int) -> str:
        return money.to_text(minor, main.currency)

    return [
        Stat(
            *("revenue", "Revenue", _or_dash(nets if figures.money else None, write), of_main),
            *(_share(nets, before), _direction(nets, before), write(before) if main.before.orders else None),
            _spark(figures, lambda part: part.get(main.currency, Earned()).net_minor),
            tuple(money.to_text(each.now.net_minor, each.currency) for each in others),
        ),
        _count("orders", "Orders", figures.orders, all_of_them, _spark(figures, _orders)),
        _count("units", "Units sold", figures.units, all_of_them, _spark(figures, _units)),
        Stat(
            *("average", "Average order", _or_dash(averages, write), of_main),
            _or_none(averages, before_average, write),
            _direction(averages or 0, before_average or 0) if averages and before_average else None,
            write(before_average) if before_average is not None else None,
            _spark(figures, lambda part: part.get(main.currency, Earned()).average_minor or 0),
            tuple(
                money.to_text(each.now.average_minor, each.currency)
                for each in others
                if each.now.average_minor is not None
            ),
        ),
    ]


def list_charts(figures: Figures) -> tuple[LineChart, LineChart]:
    """Return the line of revenue in the main currency for wide windows, and for phones."""
    currency = figures.main.currency
    unit = 10 ** money.minor_digits(currency)

    def write(minor: int) -> str:
        return money.to_text(minor, currency).replace("." + "0" * money.minor_digits(currency), "")

    points = [_point(each, currency) for each in figures.parts]
    return line_chart.draw(points, 720, 220, unit, write), line_chart.draw(points, 340, 190, unit, write)


def _rows(figures: Figures, currency: str | None) -> str:
    """Return the address of the orders that the numbers are made of."""
    asked: dict[str, Any] = {**figures.range.query, "currency": currency}
    return url_for("revenue.index", **asked)


def _point(compared: Comparison, currency: str) -> Point:
    part = compared.part
    now = compared.now.get(currency, Earned()).net_minor
    before = compared.before.get(currency, Earned()).net_minor
    text = f"{part.name}: {money.to_text(now, currency)}, before {money.to_text(before, currency)}"
    label = "so far" if part.is_now else part.label
    return Point(label, text, None if part.is_to_come else now, before)


def _count(name: str, label: str, counts: tuple[int, int], href: str, spark: str | None) -> Stat:
    now, before = counts
    delta = times.number(abs(now - before)) if now != before and before else None
    was = times.number(before) if before else None
    return Stat(name, label, times.number(now), href, delta, _direction(now, before), was, spark)


def _spark(figures: Figures, value: Callable[[ByCurrency], int]) -> str | None:
    return line_chart.spark([value(each.now) for each in figures.parts if not each.part.is_to_come])


def _orders(part: ByCurrency) -> int:
    return sum(of_it.orders for of_it in part.values())


def _units(part: ByCurrency) -> int:
    return sum(of_it.units for of_it in part.values())


def _share(now: int, before: int) -> str | None:
    """Return by how much it changed, in per cent of what it was."""
    if now == before or before <= 0:
        return None
    share = abs(now - before) * 100 / before
    return f"{share:.1f}%" if share < 100 else f"{times.number(round(share))}%"


def _direction(now: int, before: int) -> str | None:
    if now == before or not before:
        return None
    return "up" if now > before else "down"


def _or_dash(minor: int | None, write: Callable[[int], str]) -> str:
    return "\N{EN DASH}" if minor is None else write(minor)


def _or_none(now: int | None, before: int | None, write: Callable[[int], str]) -> str | None:
    return write(abs(now - before)) if now is not None and before is not None and now != before else None
