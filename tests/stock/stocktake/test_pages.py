"""The pages of receipts and stock counts: the list, one of them, and taking it back."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.page import cells, data_values, flashed, is_empty
from tests.stock.movements.products import make_product, moves, on_hand
from writer.db import Database
from writer.lib import clock
from writer.stock import movements


def receive(database: Database, *lines: tuple[Any, int], **told: Any) -> int:
    with database.transaction() as db:
        return movements.receive(db, "ada", lines, **told)


def count(database: Database, *lines: tuple[Any, int]) -> int:
    with database.transaction() as db:
        counted = [(row.id, units) for row, units in lines]
        return movements.count(db, "ada", counted, clock.now(), "back shelf").document_id


def test_nothing_was_received_or_counted_yet(admin: FlaskClient) -> None:
    assert is_empty(admin.get("/stocktake").text)


def test_the_list_tells_what_each_moved_the_newest_first(admin: FlaskClient, database: Database) -> None:
    first, second = make_product(database, "A"), make_product(database, "B")
    receive(database, (first, 20), (second, 3), delivery_note="DN-7")
    count(database, (first, 28), (second, 13))

    page = admin.get("/stocktake").text

    assert data_values(page, "document") == ["2", "1"]
    assert cells(page, "Products") == ["2", "2"]
    assert cells(page, "Units") == ["\N{MINUS SIGN}2", "+23"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?view=receipts", ["1"]),
        ("?view=counts", ["2"]),
        ("?q=dn-7", ["1"]),
        ("?q=potter", ["1"]),
        ("?q=back+shelf", ["2"]),
        ("?q=a", ["2", "1"]),
        ("?q=a&view=receipts", ["1"]),
        ("?q=nothing", []),
        ("?view=x&page=99", ["2", "1"]),
    ],
)
def test_the_list_is_narrowed(admin: FlaskClient, database: Database, query: str, found: list[str]) -> None:
    row = make_product(database, "a")
    receive(database, (row, 20), delivery_note="DN-7", supplier="Potter")
    count(database, (row, 28))

    assert data_values(admin.get(f"/stocktake{query}").text, "document") == found


def test_a_count_shows_what_was_expected_and_found(admin: FlaskClient, database: Database) -> None:
    document_id = count(database, (make_product(database, "A"), 8), (make_product(database, "B"), 10))

    page = admin.get(f"/stocktake/{document_id}").text

    wanted = {"Expected": ["10", "10"], "Counted": ["8 of 10", "10 of 10"], "Units": ["\N{MINUS SIGN}2", "0"]}
    assert {name: cells(page, name) for name in wanted} == wanted


@pytest.mark.wording("/stocktake/<id>")
def test_a_receipt_is_taken_back_after_it_said_what_that_does(admin: FlaskClient, database: Database) -> None:
    document_id = receive(database, (make_product(database), 20))
    address = f"/stocktake/{document_id}"
    assert data_values(admin.get(address).text, "effect") == ["X 30 10"]

    answer = admin.post(f"{address}/take-back", follow_redirects=True)

    assert "Taken back: 10 of X on hand." in answer.text
    assert data_values(answer.text, "taken-back") == ["true"]
    assert moves(database) == [20, -20]


@pytest.mark.parametrize("times", [1, 2])
def test_what_cannot_be_taken_back_says_why(admin: FlaskClient, database: Database, times: int) -> None:
    row = make_product(database, on_hand=0)
    document_id = receive(database, (row, 5))
    with database.transaction() as db:
        movements.sell(db, "ada", row, 4)

    for _ in range(times):
        answer = admin.post(f"/stocktake/{document_id}/take-back", follow_redirects=True)

    assert flashed(answer.text) == ["warning"]
    assert data_values(answer.text, "refusal") == ["true"]
    assert on_hand(database) == 1


def test_what_takes_back_leads_to_what_it_took_back(admin: FlaskClient, database: Database) -> None:
    document_id = receive(database, (make_product(database), 20))
    admin.post(f"/stocktake/{document_id}/take-back")

    answer = admin.get(f"/stocktake/{document_id + 1}")

    assert answer.location == f"/stocktake/{document_id}"
    assert data_values(admin.get("/stocktake").text, "document") == [str(document_id)]


def test_what_is_not_there_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/stocktake/9").status_code == 404
    assert admin.post("/stocktake/9/take-back").status_code == 404
