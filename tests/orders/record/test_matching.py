"""Which product a line takes its units from: by its listing, the owner's word, its parent or its SKU."""

from datetime import UTC, datetime

import pytest

from writer.orders.record import matching
from writer.orders.record.before import CountedProduct, Listed, Matches
from writer.orders.record.rows import Line

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SIMPLE = Line("1", product_id=10, sku="X", sku_key="x")
VARIATION = Line("1", product_id=19, variation_id=21, sku="SET-L", sku_key="set-l")
NAMELESS = Line("1", sku="X", sku_key="x")


def product(number: int) -> CountedProduct:
    return CountedProduct(number, NOON)


SET, SET_L, X, OTHER = product(1), product(2), product(3), product(4)
BY_SKU = {"set": SET, "set-l": SET_L, "x": X, "other": OTHER}
PARENT = Listed("SET", "yes", product=SET)
LEFT = Listed("X", "yes", is_left_alone=True)


def counted_as(line: Line, **matches: object) -> CountedProduct | None:
    """Return the product that a line is pinned to, where every SKU is counted."""
    found = Matches(**{"counted": BY_SKU, **matches})  # type: ignore[arg-type]  # fields of Matches
    pinned = matching.match(line, found, NOON, None).stock_product_id
    return next((each for each in BY_SKU.values() if each.stock_product_id == pinned), None)


@pytest.mark.parametrize(
    ("line", "listed", "said", "expected"),
    [
        pytest.param(SIMPLE, {}, {}, X, id="by its SKU, without a listing"),
        pytest.param(SIMPLE, {(10, 0): Listed("X", product=OTHER)}, {}, OTHER, id="by its listing"),
        pytest.param(SIMPLE, {(10, 0): Listed("")}, {}, X, id="by a SKU its listing does not have yet"),
        pytest.param(SIMPLE, {(10, 0): LEFT}, {(10, 0): "OTHER"}, None, id="left alone"),
        pytest.param(SIMPLE, {}, {(10, 0): "OTHER"}, OTHER, id="as the owner says"),
        pytest.param(VARIATION, {(19, 0): PARENT}, {}, SET, id="not listed, at its parent"),
        pytest.param(
            VARIATION,
            {(19, 0): PARENT, (19, 21): Listed("SET-L", "parent")},
            {},
            SET,
            id="at its parent, whatever its SKU",
        ),
        pytest.param(
            VARIATION,
            {(19, 0): PARENT, (19, 21): Listed("SET-L", "parent", product=OTHER)},
            {},
            OTHER,
            id="mapped by hand, not at its parent",
        ),
        pytest.param(
            VARIATION, {(19, 0): PARENT}, {(19, 21): "OTHER"}, OTHER, id="the owner before its parent"
        ),
        pytest.param(
            VARIATION, {(19, 0): PARENT}, {(19, 21): "NONE"}, SET, id="the owner's SKU is not counted"
        ),
        pytest.param(
            VARIATION, {(19, 0): PARENT, (19, 21): Listed("SET-L", "yes")}, {}, SET_L, id="it counts itself"
        ),
        pytest.param(
            VARIATION,
            {(19, 0): Listed("SET", "no", product=SET)},
            {},
            SET_L,
            id="a parent that does not count",
        ),
        pytest.param(
            VARIATION, {(19, 0): Listed("SET", is_left_alone=True)}, {}, None, id="its parent is left alone"
        ),
        pytest.param(VARIATION, {(19, 0): Listed("SET")}, {}, SET_L, id="its parent is no product of ours"),
        pytest.param(
            VARIATION._replace(sku="SET", sku_key="set"),
            {(19, 21): Listed("", "yes")},
            {},
            None,
            id="it shows its parent's SKU and counts itself",
        ),
    ],
)
def test_a_line_takes_its_units_from(
    line: Line,
    listed: dict[tuple[int, int], Listed],
    said: dict[tuple[int, int], str],
    expected: CountedProduct | None,
) -> None:
    assert counted_as(line, listed=listed, said=said) == expected


@pytest.mark.parametrize(("left_alone", "expected"), [(frozenset(), X), (frozenset({"x"}), None)])
def test_a_line_that_names_no_product_is_left_alone_by_its_sku(
    left_alone: frozenset[str], expected: CountedProduct | None
) -> None:
    assert counted_as(NAMELESS, left_alone=left_alone) == expected


def test_an_order_from_before_the_first_count_holds_its_units_without_a_movement() -> None:
    line = SIMPLE._replace(taken_due=2)

    matched = matching.match(line, Matches(counted=BY_SKU), NOON.replace(hour=11), None)

    assert (matched.stock_product_id, matched.taken) == (3, 2)
