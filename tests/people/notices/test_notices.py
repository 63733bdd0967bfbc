"""Notices: opened once, counted again, closed, opened again."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.page import data_values, is_empty
from writer.db import Database
from writer.db.schema.notices import notices as table
from writer.lib import clock
from writer.people import Notice, audit, notices

pytestmark = pytest.mark.postgres

START = datetime(2025, 3, 1, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: START)


def open_one(database: Database, sentence: str = "X is oversold.", product_id: int = 1) -> bool:
    with database.transaction() as db:
        return notices.open_(db, Notice.OVERSOLD, sentence, product_id=product_id)


def test_the_first_time_is_news_and_the_next_only_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = START + timedelta(hours=1)
    first = open_one(database)
    monkeypatch.setattr(clock, "now", lambda: later)

    again = open_one(database, "X is still oversold.")

    with database.reading() as db:
        [row] = notices.list_notices(db)
    assert (first, again) == (True, False)
    assert (row.times, row.first_at, row.last_at) == (2, START, later)
    assert (row.sentence, row.link) == ("X is still oversold.", "/stock/1")


def test_two_subjects_are_two_notices_newest_first(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_one(database, product_id=1)
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(hours=1))
    open_one(database, product_id=2)

    with database.reading() as db:
        assert [row.subject for row in notices.list_notices(db)] == ["product 2", "product 1"]
        assert notices.count_notices(db) == 2


def test_a_closed_one_opens_again_as_news(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    later = START + timedelta(hours=1)
    open_one(database)
    open_one(database)
    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, product_id=1)
        assert notices.count_notices(db) == 0
    monkeypatch.setattr(clock, "now", lambda: later)

    news = open_one(database)

    with database.reading() as db:
        row = db.execute(select(table)).one()
    assert news is True
    assert (row.times, row.first_at, row.closed_at, row.closed_by) == (1, later, None, None)


def test_closing_what_is_not_open_changes_nothing(database: Database) -> None:
    open_one(database)
    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, "ada", product_id=1)

    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, "kim", product_id=1)
        notices.close(db, Notice.OVERSOLD, product_id=9)

    with database.reading() as db:
        assert db.execute(select(table.c.closed_by)).scalars().all() == ["ada"]


def test_every_page_says_how_many_are_open(admin: FlaskClient, database: Database) -> None:
    open_one(database)

    assert {*data_values(admin.get("/account").text, "open-notices")} == {"1"}


def test_a_notice_is_dismissed_on_its_page_and_then_among_the_closed(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_one(database, "X is <oversold>.")
    assert "X is &lt;oversold&gt;." in admin.get("/notices").text
    assert 'href="/stock/1"' in admin.get("/notices").text

    monkeypatch.setattr(clock, "now", lambda: START + timedelta(minutes=1))
    admin.post("/notices/1/dismiss")

    page = admin.get("/notices").text
    assert is_empty(page)
    assert "/notices/1/reopen" in page  # the toast's Undo
    assert data_values(admin.get("/notices?closed=1").text, "closed-by") == ["ada"]


def test_dismissing_is_taken_back_and_again_changes_nothing(admin: FlaskClient, database: Database) -> None:
    open_one(database)
    admin.post("/notices/1/dismiss")

    for _ in range(2):
        assert admin.post("/notices/1/reopen").status_code == 303

    with database.reading() as db:
        [row] = notices.list_notices(db)
    assert (row.times, row.closed_at, row.closed_by) == (1, None, None)


def test_what_settled_itself_is_not_opened_by_hand(admin: FlaskClient, database: Database) -> None:
    open_one(database)
    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, product_id=1)

    admin.post("/notices/1/reopen")

    with database.reading() as db:
        assert notices.count_notices(db) == 0


def test_what_was_dismissed_and_then_settled_is_not_opened_by_hand(
    admin: FlaskClient, database: Database
) -> None:
    open_one(database)
    admin.post("/notices/1/dismiss")
    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, product_id=1)

    assert admin.post("/notices/1/reopen").status_code == 409

    with database.reading() as db:
        assert notices.count_notices(db) == 0


def test_the_page_is_narrowed_to_one_kind(admin: FlaskClient, database: Database) -> None:
    open_one(database)
    with database.transaction() as db:
        notices.open_(db, Notice.BACKUP, "There is no backup.")

    assert data_values(admin.get("/notices?kind=oversold").text, "notice") == ["1"]
    assert data_values(admin.get("/notices?kind=nonsense").text, "notice") == ["2", "1"]


def test_long_lists_have_pages(admin: FlaskClient, database: Database) -> None:
    for number in range(1, 53):
        open_one(database, product_id=number)

    assert len(data_values(admin.get("/notices").text, "notice")) == 50
    assert len(data_values(admin.get("/notices?page=2").text, "notice")) == 2


def test_a_notice_that_is_not_there_is_not_found(admin: FlaskClient) -> None:
    assert admin.post("/notices/9/dismiss").status_code == 404


def test_a_notice_closed_by_the_product_says_so(admin: FlaskClient, database: Database) -> None:
    open_one(database)
    with database.transaction() as db:
        notices.close(db, Notice.OVERSOLD, product_id=1)

    assert data_values(admin.get("/notices?closed=1").text, "closed-by") == ["product"]


def test_who_may_not_see_the_store_is_told_the_plain_sentence_or_nothing(
    staff: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        notices.open_(db, Notice.OVERSOLD, "X: Shop A order 12.", plain="X is oversold.", product_id=1)
        notices.open_(db, Notice.REFUND_NEEDS_KEYS, "Order 12 of Shop A waits.", store_id=1, order_id=12)
        notices.open_(db, Notice.BACKUP, "There is no backup.")

    seen, all_of_it = staff.get("/notices").text, admin.get("/notices").text

    assert ">X is oversold.<" in seen
    assert data_values(seen, "count")[0] == "1"
    assert "Shop A" not in seen
    assert "backup" not in seen
    assert ">X: Shop A order 12.<" in all_of_it
    assert data_values(all_of_it, "count")[0] == "3"


def test_what_is_not_seen_cannot_be_dismissed_or_opened(staff: FlaskClient, database: Database) -> None:
    open_one(database)

    answers = [staff.post(f"/notices/1/{verb}").status_code for verb in ("dismiss", "reopen")]

    assert answers == [404, 404]
    with database.reading() as db:
        assert notices.count_notices(db) == 1


def test_staff_read_in_the_trail_what_is_about_no_store(staff: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        audit.note(db, "ada", "sale.add", "sale 1", None, None)
        audit.note(db, "kim", "store.change", "store 1", {"name": "Shop A"}, {"name": "Shop B"})

    page = staff.get("/audit").text

    assert "sale 1" in page
    assert "store" not in page.split('<form method="get"')[1].split("</section>")[0]
    assert "kim" not in page
