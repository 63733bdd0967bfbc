"""The page of a sale by hand: several lines, looked up and warned of before anything is saved."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.page import data_values, field_errors, flashed
from tests.sales.ledger.test_pages import ledger
from writer import stock
from writer.db import Database
from writer.db.schema.products import products
from writer.sales import product_types

pytestmark = pytest.mark.postgres
ONCE = "a" * 32


@pytest.fixture
def shop(database: Database) -> Database:
    """A stock list with ten blue mugs, known as CUP too, and two red ones."""
    with database.transaction() as db:
        mug = stock.add_product(db, "ada", "MUG-B", 10, name="Blue mug")
        stock.add_alias(db, "ada", mug, "CUP")
        stock.add_product(db, "ada", "MUG-R", 2, name="Red mug")
    return database


def send(client: FlaskClient, *lines: tuple[str, str, str, str], **shared: Any) -> Any:
    """Send the form with these lines: SKU, type, units, price of one."""
    columns = dict(
        zip(("sku", "kind", "quantity", "price"), map(list, zip(*lines, strict=True)), strict=True)
    )
    return client.post("/sales/new", data={"once": ONCE, "seller": "fair", **columns, **shared})


def on_hand(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {row.sku: row.on_hand for row in db.execute(select(products))}


def sold(database: Database) -> list[tuple[str, str, int, str | None]]:
    return sorted((row.model, row.variant, row.quantity, row.sku) for row in ledger(database))


def test_several_lines_are_saved_at_once_and_once(admin: FlaskClient, shop: Database) -> None:
    lines = [("MUG-B", "sku", "3", "7.50"), ("", "1", "2", ""), ("", "sku", "", ""), ("cup", "", "1", "7,5")]

    first = send(admin, *lines, currency="gbp", notes="Maker fair")
    second = send(admin, *lines, currency="gbp", notes="Maker fair")

    assert (first.status_code, second.status_code) == (303, 303)
    assert sold(shop) == [
        ("Blue mug", "", 1, "cup"),
        ("Blue mug", "", 3, "MUG-B"),
        ("Fire", "24pin", 2, None),
    ]
    prices = {(row.sku, row.price_minor, row.currency, row.notes, row.seller) for row in ledger(shop)}
    assert prices == {
        ("MUG-B", 750, "GBP", "Maker fair", "fair"),
        ("cup", 750, "GBP", "Maker fair", "fair"),
        (None, None, None, "Maker fair", "fair"),
    }
    assert on_hand(shop) == {"MUG-B": 6, "MUG-R": 2}


def test_the_toast_takes_all_lines_back(admin: FlaskClient, shop: Database) -> None:
    send(admin, ("MUG-B", "sku", "3", ""), ("", "1", "2", ""))
    page = admin.get("/sales").text

    undo = re.search(r'action="(/sales/new/take-back\?ids=[^"]*)"', page)
    assert undo is not None
    admin.post(undo[1])

    assert ledger(shop) == []
    assert on_hand(shop) == {"MUG-B": 10, "MUG-R": 2}


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        (("MUG-R", "sku", "3", ""), "Only 2 of MUG-R are available."),
        (("ODD", "1", "1", ""), "No product has the SKU ODD: nothing was taken out of stock."),
    ],
)
def test_a_warning_is_said_before_saving_and_can_be_overruled(
    admin: FlaskClient, shop: Database, line: tuple[str, str, str, str], warned: str
) -> None:
    asked = send(admin, line)
    nothing = ledger(shop)
    taken = send(admin, line, oversell="y")

    assert (asked.status_code, data_values(asked.text, "warning")) == (409, [warned])
    assert nothing == []
    assert (taken.status_code, len(ledger(shop))) == (303, 1)


def test_two_lines_of_one_product_need_what_both_take(admin: FlaskClient, shop: Database) -> None:
    answer = send(admin, ("MUG-R", "sku", "1", ""), ("mug-r", "sku", "2", ""))

    assert answer.status_code == 409
    assert data_values(answer.text, "warning") == ["Only 2 of mug-r are available."]
    assert ledger(shop) == []


@pytest.mark.parametrize(
    ("line", "shared", "wrong"),
    [
        (("ODD", "sku", "1", ""), {}, ["kind-0"]),
        (("", "sku", "1", ""), {}, ["kind-0"]),
        (("MUG-B", "sku", "", "1"), {"currency": "GBP"}, ["quantity-0"]),
        (("MUG-B", "sku", "1", "cheap"), {"currency": "GBP"}, ["price-0"]),
        (("MUG-B", "sku", "1", "-1"), {"currency": "GBP"}, ["price-0"]),
        (("MUG-B", "sku", "1", "NaN"), {"currency": "GBP"}, ["price-0"]),
        (("MUG-B", "sku", "1", "1"), {"currency": ""}, ["price-0"]),
        (("MUG-B", "sku", "1", "1"), {"currency": "pounds"}, ["price-0", "currency"]),
        (("MUG-B\x01", "1", "1", ""), {}, ["sku-0"]),
        (("", "sku", "", ""), {}, ["sku-0"]),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    admin: FlaskClient,
    shop: Database,
    line: tuple[str, str, str, str],
    shared: dict[str, str],
    wrong: list[str],
) -> None:
    answer = send(admin, line, **shared)

    assert (answer.status_code, field_errors(answer.text)) == (422, wrong)
    assert ledger(shop) == []


def test_looking_up_saves_nothing_and_says_what_is_known(admin: FlaskClient, shop: Database) -> None:
    page = send(admin, ("CUP", "sku", "1", ""), check="1")

    assert page.status_code == 200
    assert data_values(page.text, "found") == ["CUP"]
    assert re.search(r"Blue mug · .+ Blue mug · 10\b", page.text)
    assert ledger(shop) == []


def test_more_lines_keep_what_was_typed(admin: FlaskClient, shop: Database) -> None:
    page = send(admin, ("CUP", "sku", "4", ""), more="1").text

    assert len(data_values(page, "line")) == 5
    assert 'value="CUP"' in page


def test_skus_and_aliases_are_suggested(admin: FlaskClient, shop: Database) -> None:
    page = admin.get("/sales/new").text

    assert re.findall(r'<option value="(MUG-B|cup|MUG-R)">([^<]*)<', page) == [
        ("MUG-B", "Blue mug"),
        ("MUG-R", "Red mug"),
        ("cup", "Blue mug"),
    ]


def test_where_types_decide_a_sku_without_a_rule_needs_a_type(admin: FlaskClient, shop: Database) -> None:
    with shop.transaction() as db:
        product_types.set_counting(db, "ada", "types")

    refused = send(admin, ("MUG-B", "sku", "1", ""))
    taken = send(admin, ("MUG-B", "1", "1", ""))

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert sold(shop) == [("Fire", "24pin", 1, "MUG-B")]


def test_a_deleted_sale_comes_back_with_its_price(admin: FlaskClient, shop: Database) -> None:
    send(admin, ("MUG-B", "sku", "1", "7.50"), currency="GBP")
    before = ledger(shop)

    admin.post("/sales/1/delete")
    page = admin.post("/sales/1/restore", follow_redirects=True).text

    assert flashed(page)[-1] == "success"
    assert ledger(shop) == before


def test_a_price_is_changed_and_taken_off(admin: FlaskClient, shop: Database) -> None:
    send(admin, ("MUG-B", "sku", "1", "7.50"), currency="GBP")
    sent = {"kind": "as-it-is", "quantity": "1", "seller": "fair", "sku": "MUG-B", "currency": "EUR"}

    admin.post("/sales/1", data={**sent, "price": "8"})
    changed = [(row.price_minor, row.currency) for row in ledger(shop)]
    admin.post("/sales/1", data={**sent, "price": ""})

    assert changed == [(800, "EUR")]
    assert [(row.price_minor, row.currency) for row in ledger(shop)] == [(None, None)]


def test_the_api_takes_a_sku_alone(api: FlaskClient, shop: Database) -> None:
    taken = api.post("/api/sales", json={"sku": "MUG-B", "quantity": 2})
    refused = api.post("/api/sales", json={"sku": "ODD", "quantity": 2})

    assert (taken.status_code, refused.status_code) == (200, 422)
    assert sold(shop) == [("Blue mug", "", 2, "MUG-B")]


def test_no_line_of_a_long_form_is_lost_in_silence(admin: FlaskClient, shop: Database) -> None:
    lines = [("", "1", "1", "")] * 51

    refused = send(admin, *lines)
    taken = send(admin, *lines[:50])

    assert (refused.status_code, field_errors(refused.text)) == (422, ["sku-50"])
    assert (taken.status_code, len(ledger(shop))) == (303, 50)


@pytest.mark.parametrize("price", ["1,234", "1.234", "1_000", "1e3", "1,234.50"])
def test_a_price_that_could_mean_two_things_is_refused(
    admin: FlaskClient, shop: Database, price: str
) -> None:
    answer = send(admin, ("MUG-B", "sku", "1", price), currency="GBP")

    assert (answer.status_code, field_errors(answer.text)) == (422, ["price-0"])


def test_a_form_that_was_taken_back_is_corrected_and_sent_again(admin: FlaskClient, shop: Database) -> None:
    send(admin, ("MUG-B", "sku", "3", ""), ("MUG-R", "sku", "1", ""))
    admin.post("/sales/new/take-back?ids=1,2")

    send(admin, ("MUG-B", "sku", "2", ""), ("MUG-R", "sku", "1", ""))

    assert sold(shop) == [("Blue mug", "", 2, "MUG-B"), ("Red mug", "", 1, "MUG-R")]
    assert on_hand(shop) == {"MUG-B": 8, "MUG-R": 1}


def test_taken_back_twice_nothing_is_put_back_twice(admin: FlaskClient, shop: Database) -> None:
    send(admin, ("MUG-B", "sku", "3", ""))

    answers = [admin.post("/sales/new/take-back?ids=1,1").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert on_hand(shop)["MUG-B"] == 10
