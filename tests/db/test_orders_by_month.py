"""Revision 0018 counts the orders that are there, and its triggers go on from there."""

from typing import Any

from sqlalchemy import create_engine, text

from writer.db.migrate import migrate

MADE = (  # store, status, created_at, is_cached, net_minor
    (1, "completed", "2026-03-31 23:59:59.000000", True, 100),
    (1, "completed", "2026-03-01 00:00:00.000000", True, 20),
    (1, "completed", "2026-03-02 00:00:00.000000", False, 3),
    (1, "completed", "2026-04-01 00:00:00.000000", True, 0),
    (2, "on-hold", "2026-03-05 12:00:00.000000", True, 0),
)
ADD = (
    "INSERT INTO orders (store_id, external_id, number, status, {hash}, created_at, is_cached, net_minor,"
    " units, currency, total_minor, recorded_at) VALUES (:store, :id, :id, :status, '', :made, :cached, :net,"
    " 1, 'EUR', 100, '2026-05-01 00:00:00')"
)
MARCH, APRIL = 2026 * 12 + 2, 2026 * 12 + 3


def add(
    db: Any, number: int, store: int, status: str, made: str, cached: bool, net: int, column: str = "digest"
) -> None:
    """Insert an order; `column` is what the hash of its snapshot is called in this revision."""
    values = {"store": store, "status": status, "made": made, "cached": cached, "net": net}
    db.execute(text(ADD.format(hash=column)), {"id": str(number), **values})


def counted(db: Any) -> set[tuple[Any, ...]]:
    query = "SELECT store_id, status, month, orders, cached FROM order_counts WHERE orders > 0"
    return {tuple(row) for row in db.execute(text(query))}


def revenue(db: Any) -> tuple[int, ...]:
    query = "SELECT sum(orders), sum(units), sum(net_minor) FROM order_revenue"
    return tuple(int(value) for value in db.execute(text(query)).one())


def test_orders_that_are_there_are_counted_by_month(empty_database_url: str) -> None:
    migrate(empty_database_url, "0017")
    engine = create_engine(empty_database_url)
    with engine.begin() as db:
        for store in (1, 2):
            values = {"id": store, "name": f"Shop {store}", "source": f"shop{store}.example"}
            made = (
                "INSERT INTO stores (id, name, source, created_at) VALUES (:id, :name, :source, '2026-01-01')"
            )
            db.execute(text(made), values)
        for number, order in enumerate(MADE, 1):
            add(db, number, *order)
        before = revenue(db)

    migrate(empty_database_url, "0018")

    with engine.begin() as db:
        assert revenue(db) == before == (5, 5, 123)
        assert counted(db) == {
            (1, "completed", MARCH, 3, 2),
            (1, "completed", APRIL, 1, 1),
            (2, "on-hold", MARCH, 1, 1),
        }
        add(db, 6, 2, "on-hold", "2026-03-06 00:00:00", True, 7)
        db.execute(text("UPDATE orders SET status = 'completed', net_minor = 50 WHERE external_id = '5'"))
        db.execute(text("UPDATE orders SET is_cached = false WHERE external_id = '1'"))
        db.execute(text("DELETE FROM orders WHERE external_id = '4'"))
        assert counted(db) == {
            (1, "completed", MARCH, 3, 1),
            (2, "completed", MARCH, 1, 1),
            (2, "on-hold", MARCH, 1, 1),
        }
        assert revenue(db) == (5, 5, 180)
    engine.dispose()
