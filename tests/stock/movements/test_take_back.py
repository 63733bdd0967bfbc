"""Taking back what was recorded by mistake: new movements undo the old, once, unless a count settled it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from tests.stock.movements.products import kinds, make_product, moves, on_hand, open_notices
from writer.db import Database
from writer.db.schema.movements import movements as table
from writer.db.schema.movements import stock_documents
from writer.lib import clock
from writer.lib.errors import Conflict, NotFound
from writer.stock import movements, products

pytestmark = pytest.mark.postgres
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time: a test sets the one item."""
    told = [MORNING]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    return told


def receive(database: Database, *lines: tuple[Any, int], **told: Any) -> int:
    with database.transaction() as db:
        return movements.receive(db, "ada", lines, **told)


def count(database: Database, *lines: tuple[Any, int], at: datetime | None = None) -> int:
    with database.transaction() as db:
        counted = [(row.id, units) for row, units in lines]
        return movements.count(db, "ada", counted, at or clock.now()).document_id


def adjust(database: Database, row: Any, units: int) -> int:
    with database.transaction() as db:
        return movements.adjust(db, "ada", row, units, "broken")


def take_back(database: Database, document_id: int) -> movements.TakeBack:
    with database.transaction() as db:
        return movements.take_back_document(db, "sam", document_id)


def take_back_movement(database: Database, movement_id: int) -> movements.TakeBack:
    with database.transaction() as db:
        return movements.take_back_movement(db, "sam", movement_id)


def newest_movement(database: Database) -> Any:
    with database.reading() as db:
        return db.execute(select(table).order_by(table.c.id.desc()).limit(1)).one()


def test_a_receipt_is_taken_back_as_a_whole(database: Database) -> None:
    first, second = make_product(database, "A", 17), make_product(database, "B", 5)
    document_id = receive(database, (first, 20), (second, 3), delivery_note="DN-7")

    done = take_back(database, document_id)

    assert [(effect.product.sku, effect.before, effect.after) for effect in done.effects] == [
        ("A", 37, 17),
        ("B", 8, 5),
    ]
    assert (on_hand(database, "A"), on_hand(database, "B")) == (17, 5)
    assert (moves(database, "A"), moves(database, "B")) == ([20, -20], [3, -3])


def test_what_takes_back_names_what_it_takes_back(database: Database) -> None:
    movement_id = adjust(database, make_product(database), -2)

    take_back_movement(database, movement_id)

    newest = newest_movement(database)
    assert (newest.takes_back_id, newest.quantity, newest.kind) == (movement_id, 2, "adjustment")
    assert newest.actor == "sam"
    assert kinds(database) == ["adjustment", "adjustment"]


def test_one_movement_of_a_receipt_takes_the_receipt_back(database: Database) -> None:
    first, second = make_product(database, "A"), make_product(database, "B")
    receive(database, (first, 20), (second, 3))

    take_back_movement(database, newest_movement(database).id)

    assert (on_hand(database, "A"), on_hand(database, "B")) == (10, 10)


def test_a_stock_count_is_taken_back_as_a_whole(database: Database) -> None:
    first, second = make_product(database, "A"), make_product(database, "B")
    document_id = count(database, (first, 8), (second, 14))

    take_back(database, document_id)

    assert (on_hand(database, "A"), on_hand(database, "B")) == (10, 10)


def test_nothing_is_taken_back_twice(database: Database) -> None:
    row = make_product(database)
    document_id, movement_id = receive(database, (row, 5)), adjust(database, row, -1)
    take_back(database, document_id)
    take_back_movement(database, movement_id)

    with pytest.raises(Conflict, match="sam took this back already"):
        take_back(database, document_id)
    with pytest.raises(Conflict, match="sam took this back already"):
        take_back_movement(database, movement_id)
    assert on_hand(database) == 10


@pytest.mark.parametrize("of", ["movement", "document"])
def test_the_database_lets_nothing_be_taken_back_twice(database: Database, of: str) -> None:
    document_id = receive(database, (make_product(database), 5))
    take_back(database, document_id)
    changed = table if of == "movement" else stock_documents

    with database.reading() as db:
        taken = db.execute(select(changed).order_by(changed.c.id.desc()).limit(1)).one()
    again = {**taken._mapping, "id": 99}
    again |= {"version": 99} if of == "movement" else {}
    with pytest.raises(IntegrityError), database.transaction() as db:
        db.execute(insert(changed), again)


def test_what_takes_back_is_not_taken_back_itself(database: Database) -> None:
    movement_id = adjust(database, make_product(database), 3)
    take_back_movement(database, movement_id)

    with pytest.raises(Conflict, match="takes something back itself"):
        take_back_movement(database, newest_movement(database).id)


def test_what_was_sold_since_is_not_taken_back(database: Database) -> None:
    row = make_product(database, on_hand=0)
    document_id = receive(database, (row, 5))
    with database.transaction() as db:
        movements.sell(db, "ada", row, 4)

    with pytest.raises(products.NotEnoughStock, match="5 of X would be taken back, but only 1 is on hand"):
        take_back(database, document_id)

    assert on_hand(database) == 1


def test_with_backorders_it_may_fall_below_nothing(database: Database) -> None:
    row = make_product(database, on_hand=0, allows_backorders=True)
    document_id = receive(database, (row, 5))
    with database.transaction() as db:
        movements.sell(db, "ada", row, 4)

    take_back(database, document_id)

    assert on_hand(database) == -4


def test_what_was_counted_since_is_settled(database: Database) -> None:
    row = make_product(database)
    document_id, movement_id = receive(database, (row, 5)), adjust(database, row, -1)
    count(database, (row, 10))

    with pytest.raises(Conflict, match="X was counted since"):
        take_back(database, document_id)
    with pytest.raises(Conflict, match="X was counted since"):
        take_back_movement(database, movement_id)
    assert on_hand(database) == 10


def test_a_count_that_was_right_settles_too(database: Database) -> None:
    row = make_product(database)
    document_id = receive(database, (row, 5))
    count(database, (row, 15))

    with pytest.raises(Conflict, match="X was counted since"):
        take_back(database, document_id)


def test_once_the_count_is_taken_back_what_was_before_can_be(database: Database) -> None:
    row = make_product(database)
    document_id = receive(database, (row, 5))
    counted_id = count(database, (row, 12))

    take_back(database, counted_id)
    take_back(database, document_id)

    assert moves(database) == [5, -3, 3, -5]
    assert on_hand(database) == 10


def test_a_count_as_of_an_earlier_time_does_not_settle_what_came_later(
    database: Database, now: list[datetime]
) -> None:
    row = make_product(database)
    now[0] = MORNING + timedelta(hours=2)
    document_id = receive(database, (row, 5))
    count(database, (row, 8), at=MORNING + timedelta(hours=1))
    assert on_hand(database) == 13

    take_back(database, document_id)

    assert on_hand(database) == 8


def test_an_earlier_count_is_made_as_if_nothing_had_been_recorded(
    database: Database, now: list[datetime]
) -> None:
    row = make_product(database)
    now[0] = MORNING + timedelta(hours=1)
    document_id = receive(database, (row, 5))
    now[0] = MORNING + timedelta(hours=3)
    take_back(database, document_id)

    count(database, (row, 9), at=MORNING + timedelta(hours=2))

    assert moves(database) == [5, -5, -1]
    assert on_hand(database) == 9


def test_a_count_that_was_taken_back_forbids_no_earlier_one(database: Database, now: list[datetime]) -> None:
    row = make_product(database)
    now[0] = MORNING + timedelta(hours=3)
    take_back(database, count(database, (row, 4), at=MORNING + timedelta(hours=2)))

    count(database, (row, 9), at=MORNING + timedelta(hours=1))

    assert on_hand(database) == 9


def test_a_sale_by_hand_is_corrected_in_the_ledger(database: Database) -> None:
    make_product(database)
    with database.transaction() as db:
        movements.sell_by_hand(db, "ada", 12, "X", 2, clock.now())

    with pytest.raises(Conflict, match="A sale by hand moved these units"):
        take_back_movement(database, newest_movement(database).id)


def test_what_was_taken_over_from_a_store_is_corrected_by_a_count(database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        moved = movements.Movement(row.id, -3, "drift", clock.now(), "shop")
        (movement_id,) = movements.record(db, [moved])

    with pytest.raises(Conflict, match="taken over from a store"):
        take_back_movement(database, movement_id)


def test_taking_back_opens_and_closes_notices(database: Database) -> None:
    row = make_product(database, on_hand=2, reorder_point=4)
    document_id = receive(database, (row, 10))
    assert open_notices(database) == {}

    take_back(database, document_id)

    assert "low stock" in open_notices(database)


def test_what_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        take_back(database, 9)
    with pytest.raises(NotFound):
        take_back_movement(database, 9)


@pytest.mark.parametrize("older", [False, True])
def test_a_count_of_before_there_were_documents_settles_too(database: Database, older: bool) -> None:
    row = make_product(database)
    movement_id = adjust(database, row, 3)
    at = clock.now() + (timedelta(minutes=-10) if older else timedelta(0))
    with database.transaction() as db:
        movements.record(db, [movements.Movement(row.id, -1, "stock take", at, "ada")])

    with database.reading() as db:
        planned = movements.plan_movement(db, movement_id)

    assert (planned.refusal is None) is older
