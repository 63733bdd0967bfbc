"""What the tests of the ledger need besides the application: an order whose line sold something."""

from datetime import UTC, datetime

import pytest

from writer.db import Database, insert_row
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def order_line(database: Database) -> int:
    """The id of the one line of order #1001 of a store."""
    return add_order_line(database)


def add_order_line(database: Database) -> int:
    """Add a store with an order #1001 of one line, and return the id of that."""
    with database.transaction() as db:
        store = insert_row(db, stores, name="shop", source="https://shop.example/", created_at=NOON)
        order = insert_row(
            db,
            orders,
            store_id=store,
            external_id="1001",
            number="1001",
            status="processing",
            snapshot_hash="",
            created_at=NOON,
            currency="EUR",
            total_minor=0,
            recorded_at=NOON,
        )
        return insert_row(
            db,
            order_lines,
            order_id=order,
            external_id="1",
            product_id=1,
            variation_id=0,
            sku="fire24-a",
            sku_key="fire24-a",
            name="Fire 24",
            quantity=2,
            total_minor=0,
        )
