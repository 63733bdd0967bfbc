"""On PostgreSQL the sums are kept at the end of a transaction: until then it holds up no other."""

import pytest
from sqlalchemy import Connection, create_engine, insert, select, text

from tests.db.test_orders_by_month import MADE, add, counted, revenue
from tests.orders.record.many import FIRST, add_stores
from writer.db import Database
from writer.db.migrate import migrate
from writer.db.schema.ledger import sales
from writer.db.schema.public_page import sales_totals

pytestmark = pytest.mark.postgres


def add_order(db: Connection, number: int, column: str = "snapshot_hash") -> None:
    add(db, number, *MADE[0], column)


def add_sale(db: Connection) -> None:
    db.execute(insert(sales).values(model="Fire", variant="24pin", quantity=1, seller="a", date_added=FIRST))


def test_an_order_and_a_sale_that_are_not_committed_hold_up_no_other(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time")
    add_stores(database, "a")

    with database.transaction() as slow:
        add_order(slow, 1)
        add_sale(slow)
        with database.transaction() as quick:
            quick.execute(text("SET LOCAL lock_timeout = '2s'"))
            add_order(quick, 2)
            add_sale(quick)

    with database.reading() as db:
        assert revenue(db) == (2, 2, 200)
        assert db.execute(select(sales_totals.c.count)).scalar_one() == 2


def test_what_was_counted_before_stays_and_counting_goes_on(empty_database_url: str) -> None:
    migrate(empty_database_url, "0019")
    engine = create_engine(empty_database_url)
    with engine.begin() as db:
        db.execute(
            text("INSERT INTO stores (id, name, source, created_at) VALUES (1, 'a', 'a', '2026-01-01')")
        )
        add_order(db, 1, "digest")

    migrate(empty_database_url)

    with engine.begin() as db:
        add_order(db, 2)
    with engine.begin() as db:
        db.execute(text("DELETE FROM orders WHERE external_id = '1'"))
    with engine.begin() as db:
        assert revenue(db) == (1, 1, 100)
        assert [row[3:] for row in counted(db)] == [(1, 1)]
    engine.dispose()
