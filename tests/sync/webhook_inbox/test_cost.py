"""What a delivery costs does not depend on how many orders and deliveries there are already.

Counted in instructions of SQLite's machine, which are the same in every run.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from tests.bench.many_orders import make_orders
from tests.delivering import deliver, make_line, make_order_body
from tests.makers import make_config
from writer.app import create_app
from writer.db import Database

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

FEW, MANY = 100, 5_000
LINES = """
INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,
  total_minor, model, variant, stock_product_id, sold_due, sold, taken_due, taken)
SELECT id, '1', 10, 0, 'FIRE24', 'fire24', 'FIRE24', 1, 2400, 'Fire', '24pin', 1, 1, 1, 1, 1 FROM orders
"""
SALES = """
INSERT INTO sales (model, variant, quantity, seller, notes, date_added, source, sku, order_line_id, store_id)
SELECT 'Fire', '24pin', 1, 'Shop', '', '2026-11-20 00:00:00', 'order', 'FIRE24', id, 1 FROM order_lines
"""
PRODUCT = """
INSERT INTO products (sku, sku_key, name, counted_from, version)
VALUES ('FIRE24', 'fire24', 'Fire', '2020-01-01 00:00:00', 1000000)
"""
MOVEMENTS = """
INSERT INTO movements (stock_product_id, quantity, kind, at, recorded_at, actor, note, order_line_id,
  store_id, on_hand_after, version)
SELECT 1, -1, 'sale', '2026-11-20 00:00:00', '2026-11-20 00:00:00', 'Shop', '', id, 1, 0, id FROM order_lines
"""
DELIVERIES = """
INSERT INTO deliveries (store_id, source, topic, received_at, body, order_external_id, order_number, order_id,
  outcome, sentence)
SELECT store_id, 'shop1.example', 'order.updated', '2026-11-20 00:00:00', '{}', external_id, number, id,
  'recorded', '' FROM orders
"""
NOTICES = """
INSERT INTO notices (kind, subject, sentence, times, first_at, last_at)
SELECT 'line held', 'order ' || id, '', 1, '2026-11-20 00:00:00', '2026-11-20 00:00:00' FROM orders
"""


def history() -> list[tuple[str, dict[str, Any]]]:
    """What happens to an order, and others: paid, changed, refunded in part, cancelled, in the trash."""
    order = {"id": 9_000_001}
    refund = [{"id": 9_000_900, "total": "-12.00", "reason": ""}]
    told: list[tuple[str, dict[str, Any]]] = [
        ("order.created", make_order_body(**order)),
        ("order.updated", make_order_body(**order)),
        ("order.updated", later(1, **order, line_items=[make_line(quantity=3)])),
        ("order.updated", later(2, **order, line_items=[make_line(quantity=3)], refunds=refund)),
        ("order.updated", later(3, **order, status="cancelled")),
        ("order.deleted", order),
        ("order.created", make_order_body(id=9_000_002, line_items=[make_line(quantity="2.5")])),
        ("order.created", make_order_body(id=9_000_003, parent_id=9_000_002)),
        (
            "order.created",
            make_order_body(id=9_000_004, line_items=[make_line(sku="X-UNKNOWN", product_id=77)]),
        ),
    ]
    return told


def later(seconds: int, **changes: Any) -> dict[str, Any]:
    return make_order_body(date_modified_gmt=f"2026-11-20T10:00:{seconds + 1:02}", **changes)


def steps(folder: Path, how_many: int) -> list[int]:
    """Return the instructions that each delivery of the history takes with so many orders there."""
    url = make_orders(folder, how_many)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        for fill in (PRODUCT, LINES, SALES, MOVEMENTS, DELIVERIES, NOTICES):
            db.execute(fill)
        db.commit()
    app = create_app(make_config(DATABASE_URL=url))
    database: Database = app.extensions["database"]
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    event.listen(database.engine, "connect", lambda raw, _: raw.set_progress_handler(step, 1))
    database.engine.dispose()  # what was connected before
    taken = []
    for topic, body in history():
        before = count
        answer = deliver(app.test_client(), body, topic=topic, source="https://shop1.example/")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        assert answer.json["outcome"] in ("recorded", "repeat")
        taken.append(count - before)
    database.close()
    return taken


def test_a_delivery_costs_the_same_however_many_orders_there_are(tmp_path: Path) -> None:
    few, many = steps(tmp_path, FEW), steps(tmp_path, MANY)

    assert all(few)
    # Fifty times the orders; a table twice as deep is a few steps more.
    assert [now for was, now in zip(few, many, strict=True) if now > was * 1.25] == []


def test_what_undoes_a_statement_is_kept_in_memory_and_what_a_report_sorts_is_not(db: Database) -> None:
    where = {"1": "file", "2": "memory"}

    def stored(connection: Connection) -> str:
        return where[str(connection.exec_driver_sql("PRAGMA temp_store").scalar_one())]

    for _ in range(2):  # the same connection, as it is used in turns
        with db.transaction() as connection:
            assert stored(connection) == "memory"
        with db.reading() as connection:
            assert stored(connection) == "file"
