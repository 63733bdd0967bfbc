"""Whatever is done in whatever order: the count is the sum of its movements, and nothing is lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, func, select

from tests.sizes import examples
from writer.db import Database
from writer.db.schema.movements import movements
from writer.db.schema.products import products
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.stock.movements import (
    add_product,
    adjust,
    count,
    receive,
    sell,
    sell_by_hand,
    take_back_movement,
)
from writer.stock.products import find

SKUS = ("A", "B")
units = st.integers(1, 9)
step = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from(SKUS), units),
    st.tuples(st.just("adjust"), st.sampled_from(SKUS), st.integers(-9, 9).filter(bool)),
    st.tuples(st.just("sell"), st.sampled_from(SKUS), units),
    st.tuples(st.just("count"), st.sampled_from(SKUS), st.integers(0, 20)),
    st.tuples(st.just("take back"), st.sampled_from(SKUS), st.integers(0, 9)),
    st.tuples(st.just("sale 1"), st.sampled_from((*SKUS, "", "unknown")), st.integers(0, 9)),
    st.tuples(st.just("sale 2"), st.sampled_from((*SKUS, "", "unknown")), st.integers(0, 9)),
)


def take(db: Connection, what: str, sku: str, quantity: int) -> None:
    """Do one thing; a refusal is an answer too."""
    row = find(db, sku)
    with db.begin_nested() as savepoint:
        try:
            if what.startswith("sale"):
                number = int(what.removeprefix("sale "))
                sell_by_hand(db, "ada", number, sku, quantity, clock.now(), may_oversell=number == 1)
            elif row is not None:
                act(db, what, row, quantity)
        except (Conflict, Invalid):
            savepoint.rollback()


def act(db: Connection, what: str, row: Row[tuple[object, ...]], quantity: int) -> None:
    if what == "receive":
        receive(db, "ada", [(row, quantity)])
    elif what == "adjust":
        adjust(db, "ada", row, quantity, "test")
    elif what == "take back":
        take_back(db, row, quantity)
    elif what == "sell":
        sell(db, "ada", row, quantity)
    else:
        count(db, "ada", [(int(row.id), quantity)], clock.now() - timedelta(minutes=quantity))


def take_back(db: Connection, row: Row[tuple[object, ...]], newer: int) -> None:
    """Take back one of the newest movements of the product, if there are so many."""
    of_it = select(movements.c.id).where(movements.c.stock_product_id == int(row.id))
    found = db.execute(of_it.order_by(movements.c.id.desc()).offset(newer).limit(1)).scalar()
    if found is not None:
        take_back_movement(db, "ada", found)


@examples(40, 1000)
@given(st.lists(step, max_size=25))
def test_on_hand_is_the_sum_of_the_movements(database: Database, steps: list[tuple[str, str, int]]) -> None:
    moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    original = clock.now
    with database.reading() as db:
        clock.now = lambda: moment
        for sku in SKUS:
            add_product(db, "ada", sku, 5, reorder_point=3)
        for what, sku, quantity in steps:
            moment += timedelta(minutes=1)
            take(db, what, sku, quantity)
        clock.now = original

        for row in db.execute(select(products)).all():
            of_it = select(movements).where(movements.c.stock_product_id == row.id).order_by(movements.c.id)
            moved = db.execute(of_it).all()
            assert sum(movement.quantity for movement in moved) == row.on_hand
            assert moved[-1].on_hand_after == row.on_hand
            assert [movement.version for movement in moved] == sorted({m.version for m in moved})
            assert row.is_low == (row.on_hand <= 3)
            by_id = {movement.id: movement for movement in moved}
            taken = [movement for movement in moved if movement.takes_back_id is not None]
            assert all(by_id[counter.takes_back_id].quantity == -counter.quantity for counter in taken)
        held = db.execute(select(func.sum(movements.c.quantity)).where(movements.c.sale_id.is_not(None)))
        assert (held.scalar_one() or 0) <= 0
        db.rollback()
