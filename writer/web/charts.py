"""Stacked bar charts: where each bar, line and label goes. templates/_chart.html draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 18.0, 12.0, 26.0
_LABEL_WIDTH = 60.0
COLOURS = 8  # classes c0 ... c7 of chart.css


@dataclass(frozen=True)
class Bar:
    """One bar: a label to stand under it, a name to tell it by, and its units by series."""

    label: str
    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Piece:
    """One series' part of a bar."""

    series: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """A bar as it is drawn; `middle` is where its label stands, if it has one."""

    bar: Bar
    x: float
    width: float
    middle: float
    is_labelled: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Drawing:
    """A whole chart in units of its view box."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: tuple[tuple[float, int], ...]
    columns: tuple[Column, ...]


def draw(bars: Sequence[Bar], width: int, height: int) -> Drawing:
    """Lay out `bars` (at least one); parts above zero are stacked upwards, those below it downwards."""
    high = max(0, *(sum(count for count in bar.counts if count > 0) for bar in bars))
    low = min(0, *(sum(count for count in bar.counts if count < 0) for bar in bars))
    step = tick_step(high - low)
    top, floor = -(-high // step) * step or step, low // step * step
    bottom = height - _BOTTOM
    scale = (bottom - _TOP) / (top - floor)
    pitch = (width - _LEFT - _RIGHT) / len(bars)
    every = max(1, -int(-_LABEL_WIDTH // pitch))
    columns = tuple(
        Column(
            bar=bar,
            x=round(_LEFT + pitch * (number + 0.14), 2),
            width=round(pitch * 0.72, 2),
            middle=round(_LEFT + pitch * (number + 0.5), 2),
            # Counted from the newest, which is what people look for.
            is_labelled=(len(bars) - 1 - number) % every == 0,
            pieces=_pieces(bar, bottom + floor * scale, scale),
        )
        for number, bar in enumerate(bars)
    )
    ticks = tuple((round(bottom - (at - floor) * scale, 2), at) for at in range(floor, top + 1, step))
    return Drawing(width, height, _LEFT, width - _RIGHT, bottom, ticks, columns)


def tick_step(span: int) -> int:
    """Return 1, 2 or 5 times a power of ten, so that at most five steps make up `span`."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if span <= 5 * factor * power:
                return factor * power
        power *= 10


def _pieces(bar: Bar, zero: float, scale: float) -> tuple[Piece, ...]:
    pieces = []
    up = down = 0
    for series, count in enumerate(bar.counts):
        if count > 0:
            up += count
            pieces.append(Piece(series % COLOURS, round(zero - up * scale, 2), round(count * scale, 2)))
        elif count < 0:
            pieces.append(Piece(series % COLOURS, round(zero - down * scale, 2), round(-count * scale, 2)))
            down += count
    return tuple(pieces)
