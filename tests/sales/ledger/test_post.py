"""Rows that orders put into the ledger."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text

from tests.sales.ledger.conftest import NOON
from writer.db import Database
from writer.db.schema.ledger import sales as ledger
from writer.sales.ledger import post


def _post(database: Database, order_line: int, quantity: int, date: datetime = NOON) -> int:
    with database.transaction() as db:
        return post(
            db,
            order_line_id=order_line,
            store_id=1,
            model="Fire",
            variant="24pin",
            sku="fire24-a",
            quantity=quantity,
            date=date,
            seller="shop",
            notes="shop order 1001",
        )


def test_posting_adds_a_row_of_source_order_with_its_line_and_date(
    database: Database, order_line: int
) -> None:
    sale_id = _post(database, order_line, 2)

    with database.reading() as db:
        row = db.execute(select(ledger)).one()
    assert (row.id, row.source, row.order_line_id) == (sale_id, "order", order_line)
    assert (row.model, row.variant, row.sku, row.quantity) == ("Fire", "24pin", "fire24-a", 2)
    assert (row.date_added, row.seller, row.notes) == (NOON, "shop", "shop order 1001")


def test_a_refund_posts_a_negative_row(database: Database, order_line: int) -> None:
    _post(database, order_line, 2)

    _post(database, order_line, -1)

    with database.reading() as db:
        assert db.execute(text("SELECT SUM(quantity) FROM sales")).scalar_one() == 1


def test_a_difference_of_nothing_is_refused(database: Database, order_line: int) -> None:
    with pytest.raises(ValueError, match="difference"):
        _post(database, order_line, 0)


def test_a_date_of_another_zone_is_kept_in_utc(database: Database, order_line: int) -> None:
    _post(database, order_line, 1, datetime(2026, 11, 20, 14, 0, tzinfo=timezone(timedelta(hours=2))))

    with database.reading() as db:
        assert db.execute(select(ledger.c.date_added)).scalar_one() == NOON
