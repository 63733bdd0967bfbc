"""Revision 0031 counts the orders that bring money or units, and its triggers go on from there."""

from typing import Any

from sqlalchemy import create_engine, text

from writer.db.migrate import migrate

BEFORE, AFTER = "0030", "0031"
ADD = (
    "INSERT INTO orders (store_id, external_id, number, status, snapshot_hash, created_at, currency,"
    " total_minor, recorded_at, units, net_minor) VALUES (1, :id, :id, 'completed', '', :made, :currency, 9,"
    " '2026-05-01 00:00:00', :units, :net)"
)
MADE = (  # day, currency, units, net_minor
    ("2026-03-31 23:59:59", "EUR", 2, 100),
    ("2026-03-31 00:00:00", "EUR", 0, 0),
    ("2026-03-31 12:00:00", "EUR", 0, -30),
    ("2026-03-31 12:00:00", "GBP", 1, 0),
    ("2026-04-01 00:00:00", "EUR", 0, 0),
)


def add(db: Any, number: int, made: str, currency: str, units: int, net: int) -> None:
    values = {"id": str(number), "made": made, "currency": currency, "units": units, "net": net}
    db.execute(text(ADD), values)


def sums(db: Any) -> list[tuple[Any, ...]]:
    query = "SELECT currency, day, orders, counted, units, net_minor FROM order_revenue ORDER BY 2, 1"
    return [
        tuple(int(value) if value != row[0] else value for value in row) for row in db.execute(text(query))
    ]


def test_orders_that_are_there_are_counted_and_changes_follow(empty_database_url: str) -> None:
    migrate(empty_database_url, BEFORE)
    engine = create_engine(empty_database_url)
    made = "INSERT INTO stores (id, name, source, created_at) VALUES (1, 'A', 'a.example', '2026-01-01')"
    with engine.begin() as db:
        db.execute(text(made))
        for number, order in enumerate(MADE, 1):
            add(db, number, *order)

    migrate(empty_database_url, AFTER)

    march = 20543  # 31 March 2026, in days since 1970
    with engine.begin() as db:
        assert sums(db) == [
            ("EUR", march, 3, 2, 2, 70),
            ("GBP", march, 1, 1, 1, 0),
            ("EUR", march + 1, 1, 0, 0, 0),
        ]
        add(db, 6, "2026-04-01 08:00:00", "EUR", 4, 500)
        db.execute(text("UPDATE orders SET units = 0, net_minor = 0 WHERE external_id = '1'"))
        db.execute(text("UPDATE orders SET units = 3 WHERE external_id = '2'"))
        db.execute(text("DELETE FROM orders WHERE external_id = '4'"))
    with engine.begin() as db:
        assert sums(db) == [
            ("EUR", march, 3, 2, 3, -30),
            ("GBP", march, 0, 0, 0, 0),
            ("EUR", march + 1, 2, 1, 4, 500),
        ]
    engine.dispose()
