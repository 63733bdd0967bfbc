"""Prepared statements give what SQLAlchemy would give, on either database, errors included."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from writer.db import Database, Prepared, insert_row, savepoint, update_row
from writer.db.schema.orders import order_events, orders
from writer.db.schema.stores import stores

pytestmark = pytest.mark.postgres

AT = datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC)
ORDER: dict[str, Any] = {
    "external_id": "1001",
    "number": "1001",
    "status": "processing",
    "changed_at": AT,
    "snapshot_hash": "d",
    "created_at": AT,
    "currency": "GBP",
    "total_minor": 2400,
    "is_trashed": True,
    "recorded_at": AT,
}
BY_STATUS = select(orders).where(orders.c.status == bindparam("status")).order_by(orders.c.id)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.transaction() as db:
        yield db


@pytest.fixture
def store_id(connection: Connection) -> int:
    return insert_row(connection, stores, name="a", source="a.example", created_at=AT)


def test_rows_are_what_sqlalchemy_gives(connection: Connection, store_id: int) -> None:
    for number in ("1", "2"):
        insert_row(connection, orders, store_id=store_id, **{**ORDER, "external_id": number})

    found = Prepared(BY_STATUS).all(connection, status="processing")

    expected = connection.execute(BY_STATUS, {"status": "processing"}).all()
    assert [row._asdict() for row in found] == [dict(row._mapping) for row in expected]
    assert [row.external_id for row in found] == ["1", "2"]
    assert (found[0].changed_at, found[0].paid_at, found[0].is_trashed) == (AT, None, True)


def test_the_first_row_or_none_is_found(connection: Connection, store_id: int) -> None:
    insert_row(connection, orders, store_id=store_id, **ORDER)
    by_status = Prepared(BY_STATUS.limit(1))

    assert by_status.first(connection, status="processing").external_id == "1001"
    assert by_status.first(connection, status="pending") is None


def test_values_that_a_statement_holds_itself_are_kept(connection: Connection, store_id: int) -> None:
    insert_row(connection, orders, store_id=store_id, **ORDER)
    trashed = Prepared(BY_STATUS.where(orders.c.is_trashed == True, orders.c.total_minor > 2000))  # noqa: E712

    assert len(trashed.all(connection, status="processing")) == 1


def test_an_inserted_row_has_its_id_and_what_the_database_gives_by_itself(
    connection: Connection, store_id: int
) -> None:
    first = insert_row(connection, orders, store_id=store_id, **ORDER)
    second = insert_row(connection, orders, store_id=store_id, **{**ORDER, "external_id": "2"})

    row = connection.execute(select(orders).where(orders.c.id == second)).one()
    assert second == first + 1
    assert (row.external_id, row.key_hash, row.missed, row.is_cached) == ("2", "", 0, True)


def test_one_row_is_changed_and_no_other(connection: Connection, store_id: int) -> None:
    ids = [
        insert_row(connection, orders, store_id=store_id, **{**ORDER, "external_id": number})
        for number in ("1", "2")
    ]

    update_row(connection, orders, ids[0], status="cancelled", is_trashed=False, paid_at=AT)

    found = connection.execute(select(orders).order_by(orders.c.id)).all()
    assert [(row.status, row.is_trashed, row.paid_at) for row in found] == [
        ("cancelled", False, AT),
        ("processing", True, None),
    ]


def test_a_time_of_any_zone_is_kept_in_utc(connection: Connection, store_id: int) -> None:
    there = AT.astimezone(timezone(timedelta(hours=-5)))

    row_id = insert_row(connection, orders, store_id=store_id, **{**ORDER, "changed_at": there})

    assert connection.execute(select(orders.c.changed_at).where(orders.c.id == row_id)).scalar_one() == AT


def test_what_the_database_refuses_is_raised_as_sqlalchemy_raises_it(
    connection: Connection, store_id: int
) -> None:
    insert_row(connection, orders, store_id=store_id, **ORDER)

    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        insert_row(connection, orders, store_id=store_id, **ORDER)

    assert "GBP" not in str(caught.value)
    assert len(connection.execute(select(orders)).all()) == 1


@pytest.mark.sqlite_only
def test_a_table_that_is_gone_is_an_operational_error(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE order_events")

    with pytest.raises(OperationalError):
        Prepared(select(order_events)).all(connection)


def test_a_value_that_is_missing_is_refused(connection: Connection) -> None:
    with pytest.raises((KeyError, StatementError), match="status"):
        Prepared(BY_STATUS).all(connection)


@pytest.mark.sqlite_only
def test_what_would_differ_in_more_than_values_is_refused(connection: Connection) -> None:
    a_list = Prepared(select(stores).where(stores.c.id.in_(bindparam("ids", expanding=True))))

    with pytest.raises(ValueError, match="only values"):
        a_list.all(connection, ids=[1, 2])


def test_what_is_undone_leaves_nothing(database: Database) -> None:
    def work(db: Connection) -> None:
        insert_row(db, stores, name="a", source="a.example", created_at=AT)
        Prepared(update(stores).values(name=bindparam("new"))).change(db, new="b")
        assert [row.name for row in Prepared(select(stores)).all(db)] == ["b"]
        raise RuntimeError

    with pytest.raises(RuntimeError), database.transaction() as db:
        work(db)

    with database.reading() as db:
        assert Prepared(select(stores)).all(db) == []


def test_a_savepoint_undoes_its_block_alone(connection: Connection, store_id: int) -> None:
    def add_b_and_another_a() -> None:
        with savepoint(connection), savepoint(connection):
            insert_row(connection, stores, name="b", source="b.example", created_at=AT)
            insert_row(connection, stores, name="b", source="a.example", created_at=AT)

    with pytest.raises(IntegrityError):
        add_b_and_another_a()
    with savepoint(connection):
        insert_row(connection, stores, name="c", source="c.example", created_at=AT)

    assert connection.execute(select(stores.c.name).order_by(stores.c.id)).scalars().all() == ["a", "c"]
