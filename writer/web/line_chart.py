"""A line beside the one before, and sparklines: where each goes. templates/_chart.html draws them as SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from writer.web.charts import tick_step

_TOP, _BOTTOM, _RIGHT = 14.0, 26.0, 24.0
_LABEL_WIDTH = 64.0
_DIGIT_WIDTH = 6.6  # of the labels' font
SPARK_WIDTH, SPARK_HEIGHT = 88, 36


@dataclass(frozen=True)
class Label:
    """A text where it is drawn."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """A point of the line that one can point at, and what it says."""

    x: float
    y: float
    left: float  # of the area that shows it
    width: float
    text: str


@dataclass(frozen=True)
class LineChart:
    """A whole chart in units of its view box; `now`, `area` and `before` are paths."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: tuple[Label, ...]
    labels: tuple[Label, ...]
    now: str
    area: str
    before: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Point:
    """One part of the time: its label, what it says, its value (None: to come) and the one before."""

    label: str
    text: str
    now: int | None
    before: int


def draw(
    points: Sequence[Point], width: int, height: int, unit: int, write: Callable[[int], str]
) -> LineChart:
    """Lay out `points` (at least one). Ticks are whole multiples of `unit`, and `write` makes their texts."""
    shown = [value for point in points for value in (point.now, point.before) if value is not None]
    high, low = max(0, *shown), min(0, *shown)
    step = tick_step(-(-(high - low) // unit)) * unit
    top, floor = -(-high // step) * step or step, low // step * step
    texts = [(value, write(value)) for value in range(floor, top + 1, step)]
    left = max(len(text) for _, text in texts) * _DIGIT_WIDTH + 14
    bottom, right = height - _BOTTOM, width - _RIGHT
    pitch = (right - left) / max(1, len(points) - 1)

    def x(number: int) -> float:
        return round(left + 6 + number * (right - left - 6) / max(1, len(points) - 1), 1)

    def y(value: int) -> float:
        return round(bottom - (value - floor) * (bottom - _TOP) / (top - floor), 1)

    now = [(x(number), y(point.now)) for number, point in enumerate(points) if point.now is not None]
    before = [(x(number), y(point.before)) for number, point in enumerate(points)]
    dots = [
        Dot(at, of, round(at - pitch / 2, 1), round(pitch, 1), points[number].text)
        for number, (at, of) in enumerate(now)
    ]
    every = max(1, -int(-_LABEL_WIDTH // pitch))
    # Counted from the newest, which is what people look for.
    labelled = [number for number in range(len(points)) if (len(points) - 1 - number) % every == 0]
    return LineChart(
        width=width,
        height=height,
        left=left,
        right=right,
        bottom=bottom,
        ticks=tuple(Label(y(value), text) for value, text in texts),
        labels=tuple(Label(x(number), points[number].label) for number in labelled),
        now=_path(now),
        area=f"{_path(now)}L{now[-1][0]} {y(0)}L{now[0][0]} {y(0)}Z" if now else "",
        before=_path(before),
        dots=tuple(dots),
    )


def spark(values: Sequence[int]) -> str | None:
    """Return the path of a sparkline in a view box of 88 by 36; None where there is no line to draw."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    scale = (SPARK_HEIGHT - 6) / (high - low) if high > low else 0
    pitch = (SPARK_WIDTH - 2) / (len(values) - 1)
    flat = SPARK_HEIGHT / 2 if high == low else SPARK_HEIGHT - 3
    return _path(
        [(round(1 + n * pitch, 1), round(flat - (v - low) * scale, 1)) for n, v in enumerate(values)]
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return f"M{'L'.join(f'{x} {y}' for x, y in points)}" if points else ""
