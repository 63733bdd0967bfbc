"""Receiving what one delivery brought: several lines, looked up, kept as typed, and received once."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.page import data_values, field_errors, flashed
from tests.stock.movements.products import make_product, moves, on_hand
from writer.db import Database
from writer.db.schema.movements import stock_documents
from writer.stock.stocktake import delivery

TOKEN = "0123456789abcdef" * 2


def send(admin: FlaskClient, *lines: tuple[str, str], do: str = "save", **form: str) -> TestResponse:
    typed = {"sku": [sku for sku, _ in lines], "units": [units for _, units in lines]}
    sent: dict[str, Any] = {"do": do, "once": TOKEN, **typed, **form}
    return admin.post("/stocktake/receive", data=sent, follow_redirects=True)


def typed_lines(page: str) -> list[tuple[str, str]]:
    """The lines of the form that hold something."""
    fields = [
        re.findall(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page) for name in ("sku", "units")
    ]
    return [line for line in zip(*fields, strict=True) if any(line)]


def test_several_products_are_received_at_once(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A")
    make_product(database, "B")

    answer = send(
        admin, ("a", "20"), ("", ""), (" B ", " 3 "), delivery_note="DN-7", supplier="Potter", note="van"
    )

    assert flashed(answer.text) == ["success"]
    assert (moves(database, "A"), moves(database, "B")) == ([20], [3])
    with database.reading() as db:
        receipt = db.execute(select(stock_documents)).one()
    assert (receipt.delivery_note, receipt.supplier, receipt.note) == ("DN-7", "Potter", "van")
    assert answer.request.path == f"/stocktake/{receipt.id}"


def test_a_delivery_sent_twice_is_received_once(admin: FlaskClient, database: Database) -> None:
    make_product(database)

    for _ in range(2):
        answer = send(admin, ("X", "20"))

    assert flashed(answer.text) == ["info"]
    assert moves(database) == [20]


@pytest.mark.wording("/stocktake/receive")
def test_an_unknown_sku_says_so_and_what_was_typed_stays(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A")

    answer = send(admin, ("A", "20"), ("nope", "3"), ("A", "many"), ("A", ""), ("", "5"), supplier="Potter")

    assert answer.status_code == 422
    assert "No product has the SKU nope." in answer.text
    assert data_values(answer.text, "problem") == ["2", "3", "4", "5"]
    assert typed_lines(answer.text) == [("A", "20"), ("nope", "3"), ("A", "many"), ("A", ""), ("", "5")]
    assert 'value="Potter"' in answer.text
    assert on_hand(database, "A") == 10


def test_lines_are_looked_up_before_they_are_received(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A", name="A box")

    answer = send(admin, ("a", "20"), do="check")

    assert answer.status_code == 200
    assert data_values(answer.text, "known") == ["A"]
    assert moves(database, "A") == []


def test_more_lines_are_given_when_they_are_filled(admin: FlaskClient, database: Database) -> None:
    make_product(database, "A")

    page = send(admin, *[("A", "1")] * 12, do="check").text

    assert len(re.findall(r'name="sku"', page)) == 18


def test_a_pasted_list_becomes_lines(admin: FlaskClient, database: Database) -> None:
    make_product(database, "fire 24")
    make_product(database, "ice-28")

    page = send(admin, ("fire 24", "1"), do="check", pasted="ice-28\t20\r\nfire 24;3\n\nodd").text

    assert typed_lines(page) == [("fire 24", "1"), ("ice-28", "20"), ("fire 24", "3"), ("odd", "")]
    assert data_values(page, "problem") == ["4"]


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("fire24-a 24", ("fire24-a", "24")),
        ("fire24-a, 24", ("fire24-a", "24")),
        ("fire24-a x 24", ("fire24-a", "24")),
        ('"fire 24";7', ("fire 24", "7")),
        ("fire 24", ("fire", "24")),
        ("fire24", ("fire24", "")),
    ],
)
def test_a_pasted_line_ends_with_its_units(pasted: str, line: tuple[str, str]) -> None:
    assert delivery.typed([], [], pasted) == [line]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"delivery_note": "a" * 201}, "delivery_note"),
        ({"supplier": "a\x07b"}, "supplier"),
        ({"note": "a" * 501}, "note"),
        ({"once": "x"}, ""),
    ],
)
def test_what_is_said_of_a_delivery_is_checked(
    admin: FlaskClient, database: Database, form: dict[str, str], field: str
) -> None:
    make_product(database)

    answer = send(admin, ("X", "5"), **form)

    assert (answer.status_code, field_errors(answer.text)) == (422, [field] if field else [])
    assert moves(database) == []


def test_nothing_typed_is_nothing_received(admin: FlaskClient, database: Database) -> None:
    answer = send(admin)

    assert (answer.status_code, data_values(answer.text, "refusal")) == (422, ["true"])


def test_the_form_begins_with_the_product_it_was_opened_for(admin: FlaskClient, database: Database) -> None:
    make_product(database)

    page = admin.get("/stocktake/receive?sku=X").text

    assert typed_lines(page) == [("X", "")]
    assert data_values(page, "problem") == []
