"""Where the points of a line go: within the drawing, on round ticks, without what is still to come."""

import re

from writer.web import line_chart
from writer.web.line_chart import Point


def points(*values: int | None, before: int = 0) -> list[Point]:
    return [Point(f"day {number}", f"{value}", value, before) for number, value in enumerate(values)]


def draw(*values: int | None, before: int = 0, width: int = 720) -> line_chart.LineChart:
    return line_chart.draw(points(*values, before=before), width, 220, 100, lambda minor: f"£{minor // 100}")


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_ticks_are_round_and_hold_every_value() -> None:
    found = draw(28_800, 44_800, 27_600, before=37_100)

    assert [tick.text for tick in found.ticks] == ["£0", "£100", "£200", "£300", "£400", "£500"]
    assert all(found.ticks[-1].at <= y <= found.ticks[0].at for _, y in places(found.now + found.before))


def test_the_line_ends_where_the_present_is_and_the_one_before_goes_on() -> None:
    found = draw(100, 200, None, None, before=100)

    assert len(places(found.now)) == 2
    assert len(places(found.before)) == 4
    assert [dot.text for dot in found.dots] == ["100", "200"]


def test_more_is_higher_and_what_is_below_zero_is_below_the_line() -> None:
    found = draw(300, -200)

    (_, high), (_, low) = places(found.now)
    zero = next(tick.at for tick in found.ticks if tick.text == "£0")
    assert high < zero < low


def test_only_as_many_labels_as_there_is_room_for_and_the_newest_always() -> None:
    found = draw(*range(30), width=340)

    assert found.labels[-1].text == "day 29"
    gaps = [right.at - left.at for left, right in zip(found.labels, found.labels[1:], strict=False)]
    assert min(gaps) >= 60


def test_nothing_and_one_point_can_be_drawn() -> None:
    assert draw(0, 0).ticks[0].text == "£0"
    assert len(places(draw(500).now)) == 1
    assert draw(None, before=100).area == ""


def test_a_sparkline_fits_its_box_and_needs_two_points() -> None:
    assert line_chart.spark([5]) is None
    for values in ([1, 5, 3], [4, 4], [-3, 0]):
        found = places(line_chart.spark(values) or "")
        assert len(found) == len(values)
        assert all(0 <= x <= 88 and 0 <= y <= 36 for x, y in found)
