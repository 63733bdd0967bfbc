"""The admin page of the ledger."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.page import data_values, field_errors, flashed, is_empty
from tests.sales.ledger.conftest import NOON
from writer.db import Database
from writer.lib.store_scope import EVERYTHING
from writer.sales.ledger import actions, post, queries
from writer.sales.ledger.queries import Filters
from writer.sales.product_types import types
from writer.web.csv_export import harmless


def add(database: Database, **given: Any) -> int:
    smallest = {"model": "Fire", "variant": "24pin", "quantity": 1, "seller": "ada"}
    with database.transaction() as db:
        return actions.add(db, "bob", "form", {**smallest, **given})


def post_order_sale(database: Database, order_line: int, **given: Any) -> int:
    values: dict[str, Any] = {
        "model": "Fire",
        "variant": "24pin",
        "quantity": 2,
        "seller": "shop",
        "notes": "",
    }
    with database.transaction() as db:
        return post(db, order_line_id=order_line, store_id=1, sku=None, date=NOON, **{**values, **given})


def form(page: TestResponse, **changed: str) -> dict[str, str]:
    """The fields of a sale's form as a browser would send them, of the first line, some of them changed."""
    inner = re.search(r'<form[^>]*class="sale-form.*?</form>', page.text, re.S)
    assert inner is not None
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", inner.group()):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and name[1] != "oversell":
            found.setdefault(name[1], value[1] if value else "")
    select = re.search(r"(?s)<select.*?</select>", inner.group())
    assert select is not None
    chosen = re.search(r'<option selected value="([^"]*)"', select.group())
    first = re.search(r'<option value="([^"]*)"', select.group())
    picked = chosen or first
    assert picked is not None
    return {**found, "kind": picked.group(1), **changed}


def new_form(client: FlaskClient, **changed: str) -> dict[str, str]:
    """The form of a new sale of one Fire 24pin, some of it changed."""
    return form(client.get("/sales/new"), **{"kind": "1", **changed})


def ledger(database: Database) -> list[Any]:
    with database.reading() as db:
        return list(queries.list_sales(db, EVERYTHING, Filters(), 100, 0, None))


def test_an_empty_ledger_says_so_and_leads_to_the_form(admin: FlaskClient) -> None:
    page = admin.get("/sales").text

    assert is_empty(page)
    assert 'href="/sales/new"' in page
    assert new_form(admin)["seller"] == "piers.rocks"


def test_the_page_shows_total_breakdown_and_chart(admin: FlaskClient, database: Database) -> None:
    add(database, quantity=1200)
    add(database, quantity=34, model="Ice")

    page = admin.get("/sales/total").text

    assert data_values(page, "total") == ["1234"]
    assert data_values(page, "part") == ["1200", "34"]
    assert page.count('<svg class="chart"') == 2


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_the_chart_is_by_the_period_that_is_asked_for(admin: FlaskClient, period: str) -> None:
    assert data_values(admin.get(f"/sales/total?by={period}").text, "period") == [period]


def test_an_unknown_period_is_days(admin: FlaskClient) -> None:
    assert data_values(admin.get("/sales/total?by=century").text, "period") == ["day"]


def test_a_sale_is_added_by_the_form(admin: FlaskClient, database: Database) -> None:
    sent = new_form(admin, quantity="3", notes="fair", date="2025-11-20T10:00")

    answer = admin.post("/sales", data=sent, follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    sale = ledger(database)[0]
    assert (sale.model, sale.variant, sale.quantity, sale.notes) == ("Fire", "24pin", 3, "fair")
    assert (sale.source, sale.seller, sale.date.isoformat()) == (
        "form",
        "piers.rocks",
        "2025-11-20T10:00:00+00:00",
    )


def test_a_form_sent_twice_adds_one_sale_and_says_so(admin: FlaskClient, database: Database) -> None:
    sent = new_form(admin)
    admin.post("/sales", data=sent)

    answer = admin.post("/sales", data=sent, follow_redirects=True)

    assert flashed(answer.text) == ["success", "info"]
    assert len(ledger(database)) == 1


def test_two_forms_add_two_sales(admin: FlaskClient, database: Database) -> None:
    for _ in range(2):
        admin.post("/sales", data=new_form(admin))

    assert len(ledger(database)) == 2


@pytest.mark.parametrize("once", [{}, {"once": ""}, {"once": "\0"}])
def test_a_script_that_sends_no_form_token_adds_each_time(
    admin: FlaskClient, database: Database, once: dict[str, str]
) -> None:
    for _ in range(2):
        admin.post("/sales", data={"kind": "1", "quantity": "1", **once})

    assert len(ledger(database)) == 2


def test_the_next_form_offers_the_type_sold_last(admin: FlaskClient) -> None:
    admin.post("/sales", data=new_form(admin, kind="4"))

    assert form(admin.get("/sales/new"))["kind"] == "4"


@pytest.mark.wording("/sales/new")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"quantity": ""}, "Enter how many units."),
        ({"quantity": "0"}, "Must be a whole number from 1 to 100000."),
        ({"quantity": "1.5"}, "Not a valid integer value."),
        ({"quantity": "9" * 5000}, "Not a valid integer value."),
        ({"kind": "99"}, "Not a valid choice."),
        ({"seller": "a" * 101}, "100 characters"),
        ({"notes": "a\x01"}, "control characters"),
        ({"notes": "a" * 1001}, "1000 characters"),
        ({"sku": "a" * 101}, "100 characters"),
        ({"date": "soon"}, "Not a valid datetime value."),
        ({"date": "2999-01-01T00:00"}, "Must not be more than a day ahead."),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_adds_nothing(
    admin: FlaskClient, database: Database, changed: dict[str, str], sentence: str
) -> None:
    answer = admin.post("/sales", data=new_form(admin, **changed))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert ledger(database) == []


def test_a_refused_form_can_be_mended_and_sent_again(admin: FlaskClient, database: Database) -> None:
    refused = admin.post("/sales", data=new_form(admin, quantity="0", notes="fair"))

    admin.post("/sales", data=form(refused, quantity="2"))

    assert [(sale.quantity, sale.notes) for sale in ledger(database)] == [(2, "fair")]


def test_a_sale_is_edited(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database, notes="fair", date=NOON)

    answer = admin.post(
        f"/sales/{sale_id}?seller=ada",
        data=form(admin.get(f"/sales/{sale_id}"), quantity="7", kind="4"),
    )

    assert (answer.status_code, answer.location) == (303, "/sales?seller=ada")
    sale = ledger(database)[0]
    assert (sale.variant, sale.quantity, sale.notes, sale.date) == ("28pin", 7, "fair", NOON)


def test_saving_a_sale_unchanged_changes_nothing(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO sales (id, model, variant, quantity, notes, date_added)"
                " VALUES (7, 'Old', 'x', -3, 'two\nlines', '2026-11-20 12:00:00.5')"
            )
        )

    answer = admin.post("/sales/7", data=form(admin.get("/sales/7"), notes="twolines"))

    assert answer.status_code == 303
    with database.reading() as db:
        assert queries.get_sale(db, EVERYTHING, 7).updated_at is None
        assert queries.get_sale(db, EVERYTHING, 7).notes == "two\nlines"


def test_an_edit_that_cannot_be_changes_nothing(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database, quantity=2)

    answer = admin.post(
        f"/sales/{sale_id}", data=form(admin.get(f"/sales/{sale_id}"), quantity="0", notes="new")
    )

    assert (answer.status_code, field_errors(answer.text)) == (422, ["quantity"])
    assert (ledger(database)[0].quantity, ledger(database)[0].notes) == (2, "")


def test_a_deleted_sale_is_offered_back_once_and_comes_back(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database, quantity=3, notes="fair")
    before = ledger(database)

    after = admin.post(f"/sales/{sale_id}/delete?q=fair", follow_redirects=True)

    assert flashed(after.text) == ["success"]
    assert f'action="/sales/{sale_id}/restore?q=fair"' in after.text
    assert ledger(database) == []
    assert "/restore" not in admin.get("/sales").text
    back = admin.post(f"/sales/{sale_id}/restore?q=fair", follow_redirects=True)
    assert flashed(back.text) == ["success"]
    assert ledger(database) == before


def test_the_page_of_a_deleted_sale_offers_it_back(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database, quantity=3)
    admin.post(f"/sales/{sale_id}/delete")

    page = admin.get(f"/sales/{sale_id}")

    assert page.status_code == 410
    assert f'action="/sales/{sale_id}/restore"' in page.text


@pytest.mark.parametrize("address", ["/sales/4711", "/sales/99999999999999999999"])
def test_a_sale_that_never_was_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(address).status_code == 404
    assert admin.post(address, data={}).status_code == 404
    assert admin.post(f"{address}/delete").status_code == 404
    assert admin.post(f"{address}/restore").status_code == 404


def test_a_sale_of_an_order_links_to_it_and_cannot_be_changed(
    admin: FlaskClient, database: Database, order_line: int
) -> None:
    sale_id = post_order_sale(database, order_line)
    sent = {"kind": "1", "quantity": "9", "seller": "", "notes": ""}

    listed, shown = admin.get("/sales").text, admin.get(f"/sales/{sale_id}").text
    edited = admin.post(f"/sales/{sale_id}", data=sent)
    deleted = admin.post(f"/sales/{sale_id}/delete")

    assert re.search(r'href="/orders/1">Order 1001<', listed)
    assert 'href="/orders/1"' in shown
    assert 'class="sale-form"' not in shown
    assert (edited.status_code, deleted.status_code) == (409, 409)
    assert ledger(database)[0].quantity == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("q=FAIR", 1),
        ("model=Ice", 1),
        ("variant=24pin", 3),
        ("seller=bob", 1),
        ("source=form", 2),
        ("source=order", 1),
        ("from=2026-11-20&to=2026-11-20", 1),
        ("model=Fire&seller=ada", 1),
        ("q=nothing+like+it", 0),
    ],
)
def test_the_list_shows_what_the_filter_leaves(
    admin: FlaskClient, database: Database, order_line: int, query: str, count: int
) -> None:
    add(database, notes="fair", date=NOON - timedelta(days=3))
    add(database, model="Ice", seller="bob", date=NOON - timedelta(days=2))
    post_order_sale(database, order_line)

    page = admin.get(f"/sales?{query}")

    assert len(data_values(page.text, "sale")) == count
    assert len(list(csv.DictReader(io.StringIO(admin.get(f"/sales.csv?{query}").text)))) == count


def test_a_filter_says_how_many_units_it_leaves(admin: FlaskClient, database: Database) -> None:
    add(database, quantity=2)
    add(database, quantity=5)

    page = admin.get("/sales?seller=ada").text

    assert (data_values(page, "rows"), data_values(page, "units")) == (["2"], ["7"])


@pytest.mark.parametrize(
    ("query", "name"),
    [("from=yesterday", "from"), ("to=9999-12-31", "to"), ("q=%00", "q"), ("seller=" + "a" * 101, "seller")],
)
@pytest.mark.parametrize("address", ["/sales", "/sales.csv"])
@pytest.mark.wording("/sales?<filter>")
def test_a_filter_that_cannot_be_read_is_named(
    admin: FlaskClient, address: str, query: str, name: str
) -> None:
    answer = admin.get(f"{address}?{query}")

    assert answer.status_code == 422
    assert f"The filter {name} cannot be used." in answer.text


def test_pages_of_fifty_keep_the_filter(admin: FlaskClient, database: Database) -> None:
    for _ in range(51):
        add(database)

    first, second = admin.get("/sales?seller=ada"), admin.get("/sales?seller=ada&page=2")

    assert len(data_values(first.text, "sale")) == 50
    assert "/sales?seller=ada&amp;page=2" in first.text
    assert len(data_values(second.text, "sale")) == 1


def test_addresses_made_of_parameters_lead_nowhere_else(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database)

    answer = admin.post(f"/sales/{sale_id}/delete?_external=1&_scheme=evil&next=//evil.example")

    assert answer.location == "/sales"


def test_what_people_write_is_shown_as_text(admin: FlaskClient, database: Database) -> None:
    evil = "<script>alert(1)</script>"
    with database.transaction() as db:
        types.add_type(db, "ada", "<b>", "\"'")
    sale_id = add(database, seller=evil, notes=evil, sku=evil, model="<b>", variant="\"'")

    for address in ("/sales", "/sales?q=%3Cscript%3E", f"/sales/{sale_id}", "/product-types"):
        page = admin.get(address).text
        assert "<script>" not in page
        assert "<b>" not in page


def test_the_export_is_complete_and_harmless_in_a_spreadsheet(
    admin: FlaskClient, database: Database, order_line: int
) -> None:
    add(database, seller="=1+1", notes="+SUM(A1)", sku="@x", date=NOON)
    post_order_sale(database, order_line, quantity=-1, notes='-5 from "shop", really')

    answer = admin.get("/sales.csv")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=sales-")
    order, hand = csv.DictReader(io.StringIO(answer.text))
    assert hand == {
        "id": "1",
        "date": "2026-11-20T12:00:00Z",
        "model": "Fire",
        "variant": "24pin",
        "quantity": "1",
        "seller": "'=1+1",
        "notes": "'+SUM(A1)",
        "sku": "'@x",
        "source": "form",
        "order": "",
    }
    assert (order["quantity"], order["notes"], order["order"]) == ("-1", '\'-5 from "shop", really', "1001")


def test_staff_keep_the_ledger_too(staff: FlaskClient, database: Database) -> None:
    staff.post("/sales", data=new_form(staff))

    assert len(ledger(database)) == 1
    with database.reading() as db:
        assert db.execute(text("SELECT actor FROM audit_entries ORDER BY id DESC")).scalar() == "sam"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/sales"),
        ("POST", "/sales"),
        ("GET", "/sales/new"),
        ("POST", "/sales/new"),
        ("GET", "/sales/total"),
        ("GET", "/sales/1"),
        ("POST", "/sales/1"),
        ("POST", "/sales/1/delete"),
        ("POST", "/sales/1/restore"),
        ("GET", "/sales.csv"),
        ("GET", "/product-types"),
        ("POST", "/product-types"),
        ("POST", "/product-types/1/deactivate"),
        ("POST", "/product-types/1/delete"),
    ],
)
def test_strangers_are_sent_to_sign_in(client: FlaskClient, method: str, address: str) -> None:
    answer = client.open(address, method=method)

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_a_form_from_elsewhere_is_refused(app: Flask, admin: FlaskClient, database: Database) -> None:
    sale_id = add(database)
    app.config["WTF_CSRF_ENABLED"] = True

    answers = [
        admin.post("/sales", data={"kind": "1", "quantity": "1"}),
        admin.post(f"/sales/{sale_id}/delete"),
        admin.post("/product-types/1/deactivate"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert len(ledger(database)) == 1


def test_a_sale_of_a_type_no_longer_active_is_edited_as_it_is(admin: FlaskClient, database: Database) -> None:
    sale_id = add(database)
    admin.post("/product-types/1/deactivate")

    page = admin.get(f"/sales/{sale_id}")
    admin.post(f"/sales/{sale_id}", data=form(page, notes="new"))

    assert ">Fire 24pin (as it is)<" in page.text
    assert (ledger(database)[0].model, ledger(database)[0].notes) == ("Fire", "new")


def test_a_ledger_without_any_active_type_says_where_to_add_one(admin: FlaskClient) -> None:
    for type_id in range(1, 5):
        admin.post(f"/product-types/{type_id}/deactivate")

    assert 'href="/product-types">add' in admin.get("/sales/new").text


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_a_name_from_the_shell_leaves_the_chart_well_formed(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            text("INSERT INTO sales (model, variant, quantity) VALUES (:odd, '28pin', 2)"),
            {"odd": "Fi\x1dre"},
        )

    drawings = re.findall("(?s)<svg class=.chart.*?</svg>", admin.get("/sales/total").text)

    assert ["Fi\ufffdre" in "".join(ElementTree.fromstring(svg).itertext()) for svg in drawings] == [True] * 2
