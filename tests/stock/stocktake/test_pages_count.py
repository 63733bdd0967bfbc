"""Taking stock on a page: many SKUs, as of a time, seen before it is saved."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.page import cells, data_values, field_errors, flashed
from tests.stock.levels.test_pages import text_of
from tests.stock.movements.products import make_product, moves, on_hand
from writer.db import Database
from writer.db.schema.movements import stock_documents
from writer.lib import clock
from writer.stock import movements


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))


def minute(minutes_ago: int = 0) -> str:
    return (clock.now() - timedelta(minutes=minutes_ago)).strftime("%Y-%m-%dT%H:%M")


def test_the_page_lists_active_products_with_what_is_expected(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A")
    make_product(database, "B", is_active=False)

    page = admin.get("/stocktake/count").text

    assert "A 10" in text_of(page)
    assert 'aria-label="Found of B"' not in page
    assert f'value="{minute()[:13]}' in page


def test_differences_are_shown_before_anything_is_written(admin: FlaskClient, database: Database) -> None:
    first, second = make_product(database, "A"), make_product(database, "B")

    form = {"do": "preview", "at": minute(), f"count-{first.id}": "8", f"count-{second.id}": " 10 "}
    page = admin.post("/stocktake/count", data=form).text

    labels = ("Expected then", "Difference", "On hand after")
    assert [cells(page, label) for label in labels] == [["10"], ["\N{MINUS SIGN}2"], ["8"]]
    assert moves(database, "A") == []


def test_what_was_shown_is_saved_once_and_as_of_its_time(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    form = {"do": "preview", "at": minute(), "note": "back shelf", f"count-{row.id}": "8"}
    shown = hidden_fields(admin.post("/stocktake/count", data=form).text)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 1)

    said = [
        flashed(admin.post("/stocktake/count", data={**shown, "do": "save"}, follow_redirects=True).text)[-1]
        for _ in range(2)
    ]

    assert said == ["success", "info"]
    assert moves(database) == [-1, -2]
    assert on_hand(database) == 7


def test_a_count_that_is_sent_twice_is_one_that_is_taken_back_as_a_whole(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database)
    shown = hidden_fields(admin.post("/stocktake/count", data={"at": minute(), f"count-{row.id}": "8"}).text)
    for _ in range(2):
        admin.post("/stocktake/count", data={**shown, "do": "save"})

    with database.reading() as db:
        [document_id] = db.execute(select(stock_documents.c.id)).scalars()
    admin.post(f"/stocktake/{document_id}/take-back")

    assert on_hand(database) == 10


def test_the_counts_can_be_changed_after_a_look(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    shown = hidden_fields(admin.post("/stocktake/count", data={"at": minute(), f"count-{row.id}": "8"}).text)

    answer = admin.post("/stocktake/count", data={**shown, "do": "edit"})

    assert answer.status_code == 200
    assert re.search(f'name="count-{row.id}" value="8"', answer.text)
    assert f'value="{minute()[:13]}' in answer.text


@pytest.mark.parametrize("found", ["x", "-1", "1.5", "1000001", "٣", "1e3"])
def test_a_count_that_is_none_is_marked_and_the_others_are_kept(
    admin: FlaskClient, database: Database, found: str
) -> None:
    first, second = make_product(database, "A"), make_product(database, "B")

    form = {"at": minute(), "do": "save", f"count-{first.id}": found, f"count-{second.id}": "8"}
    answer = admin.post("/stocktake/count", data=form)

    assert answer.status_code == 422
    assert data_values(answer.text, "wrong") == ["1"]
    assert re.search(f'name="count-{second.id}" value="8"', answer.text)
    assert moves(database, "B") == []


@pytest.mark.parametrize(
    "at",
    ["", "soon", "2999-01-01T10:00", "2001-01-01T10:00"],
)
def test_a_time_that_cannot_be_is_refused(admin: FlaskClient, database: Database, at: str) -> None:
    row = make_product(database)

    answer = admin.post("/stocktake/count", data={"at": at, "do": "save", f"count-{row.id}": "8"})

    assert (answer.status_code, field_errors(answer.text)) == (422, ["at"])
    assert moves(database) == []


@pytest.mark.wording("/stocktake/count")
def test_nothing_counted_is_nothing_saved(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)

    answer = admin.post("/stocktake/count", data={"at": minute(), "do": "save", f"count-{row.id}": " "})

    assert (answer.status_code, "Enter at least one count." in answer.text) == (422, True)


def test_a_product_that_is_not_there_cannot_be_counted(admin: FlaskClient) -> None:
    assert (
        admin.post("/stocktake/count", data={"at": minute(), "do": "save", "count-99": "1"}).status_code
        == 404
    )


def test_the_list_to_be_counted_is_searched(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A")
    make_product(database, "B")

    page = admin.get("/stocktake/count?q=b").text

    assert 'aria-label="Found of B"' in page
    assert 'aria-label="Found of A"' not in page


@pytest.fixture
def tokyo() -> Iterator[None]:
    """The shop is in Tokyo, nine hours ahead of UTC."""
    clock.use_zone(ZoneInfo("Asia/Tokyo"))
    yield
    clock.use_zone(ZoneInfo("UTC"))


@pytest.mark.usefixtures("tokyo")
def test_the_time_of_a_count_is_the_time_on_the_clock_of_the_shop(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_product(database, at=datetime(2026, 11, 19, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 20, 30, tzinfo=UTC))
    asked = admin.get("/stocktake/count").text

    form = {"do": "preview", "at": "2026-11-21T05:10", f"count-{row.id}": "8"}
    shown = hidden_fields(admin.post("/stocktake/count", data=form).text)
    admin.post("/stocktake/count", data={**shown, "do": "save"})

    assert 'value="2026-11-21T05:30"' in asked
    with database.reading() as db:
        counted = db.execute(select(stock_documents)).one()
    assert counted.at == datetime(2026, 11, 20, 20, 10, 59, 999999, tzinfo=UTC)
