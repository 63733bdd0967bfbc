"""What people do with stock, through the interface of the room."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.stock.movements.products import kinds, make_product, moves, on_hand, open_notices, product
from writer.db import Database
from writer.db.schema.movements import movements as table
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.stock import movements, products
from writer.stock.movements import actions
from writer.stock.products import actions as product_actions

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time: a test sets the one item."""
    told = [MORNING]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    return told


def at(hour: int, minute: int) -> datetime:
    return MORNING.replace(hour=hour, minute=minute)


def test_a_stock_take_says_what_was_there_at_its_time(database: Database, now: list[datetime]) -> None:
    row = make_product(database, on_hand=20)
    with database.transaction() as db:
        now[0] = at(10, 20)
        movements.sell(db, "ada", row, 1)
        now[0] = at(10, 30)

        found = movements.count(db, "ada", [(row.id, 14)], at(10, 5))

    assert found.off == 1
    assert moves(database) == [-1, -6]
    assert on_hand(database) == 13


def test_a_count_that_was_right_moves_nothing(database: Database) -> None:
    row = make_product(database)

    with database.transaction() as db:
        assert movements.count(db, "ada", [(row.id, 10)], clock.now()).off == 0

    assert moves(database) == []


def test_a_stock_take_before_a_later_one_is_refused(database: Database, now: list[datetime]) -> None:
    row = make_product(database)
    now[0] = at(12, 0)
    with database.transaction() as db:
        movements.count(db, "ada", [(row.id, 8)], at(11, 0))

    with pytest.raises(Invalid, match="was counted later, at 2026-11-20 11:00"), database.transaction() as db:
        movements.count(db, "ada", [(row.id, 9)], at(10, 0))

    assert on_hand(database) == 8


@pytest.mark.parametrize(
    ("hour", "sentence"),
    [(8, "X is counted only since 2026-11-20 09:00 UTC"), (11, "must not be in the future")],
)
def test_a_time_that_says_nothing_is_refused(
    database: Database, now: list[datetime], hour: int, sentence: str
) -> None:
    row = make_product(database)
    now[0] = at(10, 0)

    with pytest.raises(Invalid, match=sentence), database.transaction() as db:
        movements.count(db, "ada", [(row.id, 9)], at(hour, 0))
    with pytest.raises(Invalid, match=sentence), database.transaction() as db:
        movements.receive(db, "ada", [(row, 5)], at=at(hour, 0))

    assert on_hand(database) == 10


def test_a_clock_that_is_a_little_ahead_means_now(database: Database, now: list[datetime]) -> None:
    row = make_product(database)
    now[0] = at(10, 0)

    with database.transaction() as db:
        movements.receive(db, "ada", [(row, 5)], at=at(10, 1))
        movements.count(db, "ada", [(row.id, 12)], at(10, 1))

    with database.reading() as db:
        moved_at = db.execute(select(table.c.at).order_by(table.c.id)).scalars().all()
    assert moved_at == [at(9, 0), at(10, 0), at(10, 0)]
    assert on_hand(database) == 12


@pytest.mark.parametrize("counted", [-1, 1_000_001])
def test_a_count_nobody_can_have_made_is_refused(database: Database, counted: int) -> None:
    row = make_product(database)

    with pytest.raises(Invalid), database.transaction() as db:
        movements.count(db, "ada", [(row.id, counted)], clock.now())


def test_one_product_counted_twice_in_a_take_is_refused(database: Database) -> None:
    row = make_product(database)

    with pytest.raises(Invalid, match="counted twice"), database.transaction() as db:
        movements.count(db, "ada", [(row.id, 1), (row.id, 2)], clock.now())


def test_counting_a_product_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(NotFound), database.transaction() as db:
        movements.count(db, "ada", [(77, 1)], clock.now())


def test_each_kind_of_movement_goes_the_right_way(database: Database) -> None:
    row = make_product(database)

    with database.transaction() as db:
        movements.receive(db, "ada", [(row, 5)])
        movements.adjust(db, "ada", row, -2, "broken")
        movements.sell(db, "ada", row, 3)

    assert moves(database) == [5, -2, -3]
    assert kinds(database) == ["receipt", "adjustment", "sale"]
    assert on_hand(database) == 10


def test_an_adjustment_needs_a_reason(database: Database) -> None:
    row = make_product(database)

    with pytest.raises(Invalid, match="Say why"), database.transaction() as db:
        movements.adjust(db, "ada", row, -2, "  ")


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_receipt_of_nothing_or_of_too_much_is_refused(database: Database, quantity: int) -> None:
    row = make_product(database)

    with pytest.raises(Invalid), database.transaction() as db:
        movements.receive(db, "ada", [(row, quantity)])


def test_selling_more_than_there_is_is_refused(database: Database) -> None:
    row = make_product(database, on_hand=5, set_aside=3)

    with (
        pytest.raises(products.NotEnoughStock, match="Only 2 of X are available"),
        database.transaction() as db,
    ):
        movements.sell(db, "ada", row, 3)

    assert on_hand(database) == 5


def test_backorders_let_a_product_be_sold_below_nothing_without_a_notice(database: Database) -> None:
    row = make_product(database, on_hand=1, allows_backorders=True)

    with database.transaction() as db:
        movements.sell(db, "ada", row, 3)

    assert on_hand(database) == -2
    assert open_notices(database) == {}


def test_what_is_oversold_on_purpose_opens_a_notice_that_a_receipt_closes(database: Database) -> None:
    row = make_product(database, on_hand=1)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 3, "fair", may_oversell=True)
    assert open_notices(database) == {"oversold": "X is oversold by 2: fair."}

    with database.transaction() as db:
        movements.receive(db, "ada", [(row, 2)])

    assert open_notices(database) == {}


def test_low_stock_is_said_at_each_crossing_alone(database: Database) -> None:
    row = make_product(database, on_hand=5, reorder_point=3)
    told = []

    for quantity in (-2, -1, 2, -1):
        with database.transaction() as db:
            movements.adjust(db, "ada", row, quantity, "test")
        told.append("low stock" in open_notices(database))

    assert told == [True, True, False, True]


def test_a_product_added_low_says_so(database: Database) -> None:
    make_product(database, on_hand=0, reorder_point=0)

    assert open_notices(database) == {"low stock": "X is low: 0 on hand, reorder point 0."}


def test_a_product_that_is_no_longer_sold_is_never_low(database: Database) -> None:
    row = make_product(database, on_hand=0, reorder_point=0)

    with database.transaction() as db:
        products.change_product(db, "ada", row, is_active=False)

    assert open_notices(database) == {}


def test_a_sku_is_one_product_whatever_its_case(database: Database) -> None:
    make_product(database, "Ringelblumen-Öl")

    with pytest.raises(Conflict), database.transaction() as db:
        movements.add_product(db, "ada", " RINGELBLUMEN-ÖL ")


def test_a_changed_sku_goes_on_meaning_the_product(database: Database) -> None:
    row = make_product(database, "OLD")

    with database.transaction() as db:
        products.change_product(db, "ada", row, sku="NEW")

    assert product(database, "old").id == product(database, "new").id == row.id


def test_a_sku_can_be_changed_back(database: Database) -> None:
    row = make_product(database, "OLD")

    with database.transaction() as db:
        renamed = products.change_product(db, "ada", row, sku="NEW")
        products.change_product(db, "ada", renamed, sku="OLD")

    assert product(database, "new").sku == "OLD"


def test_a_changed_sku_is_told_to_who_wants_to_know(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(product_actions, "on_product_added", [lambda _db, sku: told.append(sku)])
    row = make_product(database, "OLD")

    with database.transaction() as db:
        products.change_product(db, "ada", row, sku="New")

    assert told == ["old", "new"]


def test_another_products_sku_cannot_be_taken(database: Database) -> None:
    make_product(database, "A")
    row = make_product(database, "B")

    with pytest.raises(Conflict), database.transaction() as db:
        products.change_product(db, "ada", row, sku="a")
    with pytest.raises(Conflict), database.transaction() as db:
        products.add_alias(db, "ada", row, "a")


def test_a_change_to_what_it_is_already_leaves_no_trace(database: Database) -> None:
    row = make_product(database, name="A box")

    with database.transaction() as db:
        after = products.change_product(db, "ada", row, name="A box", sku="X")

    assert after.version == row.version


def test_an_alias_can_be_taken_back(database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        products.add_alias(db, "ada", row, "X-old")

    with database.transaction() as db:
        product_actions.remove_alias(db, "ada", row, "x-old")
        assert products.find(db, "X-old") is None
        with pytest.raises(NotFound):
            product_actions.remove_alias(db, "ada", row, "x-old")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"sku": " "}, "sku"),
        ({"sku": "a" * 101}, "sku"),
        ({"sku": "a\nb"}, "sku"),
        ({"name": "a" * 201}, "name"),
        ({"reorder_point": -1}, "reorder_point"),
        ({"lead_time_days": 4000}, "lead_time_days"),
        ({"set_aside": None}, "set_aside"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    database: Database, settings: dict[str, object], field: str
) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refused:
        movements.add_product(db, "ada", **{"sku": "X", **settings})  # type: ignore[arg-type]

    assert set(refused.value.errors) == {field}


def test_a_form_counts_as_sent_for_a_day(database: Database, now: list[datetime]) -> None:
    with database.transaction() as db:
        assert actions.is_first_sending(db, "abc")
        assert not actions.is_first_sending(db, "abc")
        assert actions.is_first_sending(db, "def")
        now[0] += timedelta(days=2)

        assert actions.is_first_sending(db, "abc")
