"""The search over everything: what is found of a text, in which order, and by whom."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.makers import user_id
from tests.page import data_values, is_empty, text_of
from writer import stock
from writer.db import Database, insert_row
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.products import product_aliases, products
from writer.db.schema.stores import stores
from writer.people.users import Owner, grants
from writer.web import search
from writer.web.menu import AREAS, NEW, SETTINGS
from writer.web.search_pages import ENTRIES

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
pytestmark = pytest.mark.postgres


@pytest.fixture
def shops(database: Database) -> list[int]:
    """The shops north and south: orders 21 and 210 of Ada Lovelace in north, 21 of Grace Hopper in south."""
    with database.transaction() as db:
        ids = [
            insert_row(db, stores, name=name, source=f"{name.lower()}.example", created_at=AT)
            for name in ("North", "South")
        ]
        rows = [
            (ids[0], "210", "Ada Lovelace"),
            (ids[0], "2107", "Ada Lovelace"),
            (ids[1], "33", "Grace Hopper"),
        ]
        db.execute(insert(orders), [_order(*row) for row in rows])
        line = {"order_id": 3, "external_id": "1", "product_id": 1, "variation_id": 0, "name": "Kit"}
        db.execute(
            insert(order_lines).values(**line, sku="ICE-28", sku_key="ice-28", quantity=1, total_minor=5)
        )
    return ids


def _order(store_id: int, number: str, name: str) -> dict[str, object]:
    first, last = name.lower().split()
    return {
        "store_id": store_id,
        "external_id": number,
        "number": number,
        "status": "processing",
        "snapshot_hash": "",
        "created_at": AT,
        "currency": "GBP",
        "total_minor": 1550,
        "customer_name": name,
        "customer_email": f"{first}@example.test",
        "customer_key": name.lower(),
        "customer_turned": f"{last} {first}",
        "recorded_at": AT,
    }


@pytest.fixture
def goods(database: Database) -> None:
    """The products FIRE-24, called Fire board, also known as OLD-1, and ÖL, called Ölfarbe Blau."""
    with database.transaction() as db:
        for sku, name in (("FIRE-24", "Fire board"), ("ÖL", "Ölfarbe Blau")):
            key = stock.key(sku)
            insert_row(db, products, sku=sku, sku_key=key, name=name, counted_from=AT, on_hand=7)
        db.execute(insert(product_aliases).values(sku_key="old-1", stock_product_id=1))


def titles(page: str) -> list[str]:
    """The titles of what a page shows as found, in its order."""
    return [text_of(title) for title in re.findall(r'(?s)class="found-what"><b>(.*?)</b>', page)]


def looked_up(client: FlaskClient, text: str) -> list[str]:
    """What is shown while somebody types this."""
    answer = client.get("/search", query_string={"q": text, "part": "1"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert data_values(answer.text, "found") == [str(len(titles(answer.text)))]
    return titles(answer.text)


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("text", ["33", "#33", " 33 "])
def test_a_number_typed_in_full_leads_straight_to_the_order(admin: FlaskClient, text: str) -> None:
    answer = admin.get("/search", query_string={"q": text})

    assert (answer.status_code, answer.location) == (302, "/orders/3")


@pytest.mark.usefixtures("shops")
def test_the_order_of_this_number_comes_before_those_that_begin_so(admin: FlaskClient) -> None:
    assert looked_up(admin, "210") == ["#210", "#2107"]


def test_an_order_number_that_two_stores_have_leads_to_neither(
    admin: FlaskClient, database: Database, shops: list[int]
) -> None:
    with database.transaction() as db:
        db.execute(insert(orders).values(**_order(shops[1], "210", "Alan Turing")))

    answer = admin.get("/search?q=210")

    assert answer.status_code == 200
    assert titles(answer.text) == ["#210", "#210", "#2107"]


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lovel", ["#2107", "#210", "Ada Lovelace"]),
        ("ADA  love", ["#2107", "#210", "Ada Lovelace"]),
        ("Grace@", ["#33", "Grace Hopper"]),
        ("ice-2", ["#33"]),
        ("south.ex", ["South"]),
        ("audit lo", ["Audit log"]),
        ("xyzzy", []),
        ("%", []),
    ],
)
def test_each_kind_is_found_by_what_people_know_of_it(
    admin: FlaskClient, text: str, found: list[str]
) -> None:
    shown = looked_up(admin, text)

    assert [title for title in shown if title in found or title[0] == "#"] == found


@pytest.mark.usefixtures("shops")
def test_an_address_typed_in_full_leads_to_the_customer(admin: FlaskClient) -> None:
    answer = admin.get("/search?q=Ada@Example.test")

    assert answer.location == "/customers/2"  # no e-mail address in it, which would be in the log of requests
    assert "ada@example.test" in admin.get(answer.location).text


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("text", ["ada@example.test", "lovelace"])
def test_the_order_of_a_customer_is_two_clicks_away(admin: FlaskClient, text: str) -> None:
    found = admin.get("/search", query_string={"q": text}, follow_redirects=True)

    assert found.status_code == 200
    assert 'href="/orders/1"' in found.text
    assert admin.get("/orders/1").status_code == 200


@pytest.mark.usefixtures("shops")
def test_what_is_found_of_an_order_says_whose_it_is_and_where_it_stands(admin: FlaskClient) -> None:
    words = text_of(admin.get("/search?q=33&part=1").text)

    assert re.search(r"#33 Grace Hopper · South · .+ £15\.50", words)


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("text", ["fire-24", "OLD-1"])
def test_a_sku_or_alias_typed_in_full_leads_to_the_product(admin: FlaskClient, text: str) -> None:
    assert admin.get("/search", query_string={"q": text}).location == "/stock/1"


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("text", ["öl", "BLAU", "farbe bl"])
def test_a_product_is_found_by_any_part_of_its_name(admin: FlaskClient, text: str) -> None:
    assert looked_up(admin, text) == ["ÖL"]


def test_nobody_finds_what_is_of_a_store_that_is_not_seen(
    staff: FlaskClient, database: Database, shops: list[int]
) -> None:
    with database.transaction() as db:
        grants.grant(db, "ada", Owner(user_id=user_id(database)), shops[:1])

    assert [looked_up(staff, text) for text in ("33", "grace", "south", "ice-28")] == [[], [], [], []]
    assert looked_up(staff, "north") == ["North"]
    assert staff.get("/search?q=33").status_code == 200


def test_pages_of_admins_are_found_by_admins_alone(admin: FlaskClient, staff: FlaskClient) -> None:
    assert "Users" in looked_up(admin, "users")
    assert looked_up(staff, "users") == []


def test_cleaned_up_orders_are_not_found(admin: FlaskClient, database: Database, shops: list[int]) -> None:
    with database.transaction() as db:
        db.execute(insert(orders).values(**_order(shops[0], "77", "Alan Turing"), is_cached=False))

    assert looked_up(admin, "77") == []
    assert looked_up(admin, "alan@") == []


@pytest.mark.usefixtures("shops")
def test_more_than_is_shown_is_said_and_listed(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        db.execute(insert(orders), [_order(1, f"9{n}", "Ada Lovelace") for n in range(10, 20)])

    page = admin.get("/search?q=9").text

    assert len(titles(page)) == 6
    assert 'href="/orders?q=9"' in page


@pytest.mark.parametrize("text", ["", "  ", "\0", "#"])
def test_nothing_asked_is_nothing_found(admin: FlaskClient, text: str) -> None:
    answer = admin.get("/search", query_string={"q": text})

    assert answer.status_code == 200
    assert is_empty(answer.text)


def test_what_is_typed_is_shown_as_text(admin: FlaskClient) -> None:
    page = admin.get("/search", query_string={"q": '<b>"'}).text

    assert "<b>&#34;" not in page
    assert "&lt;b&gt;" in page


def test_a_very_long_text_is_cut(admin: FlaskClient) -> None:
    assert admin.get("/search", query_string={"q": "x" * 5000}).status_code == 200
    assert len(search.cleaned("x" * 5000)) == 200


def test_every_page_that_is_found_opens(admin: FlaskClient) -> None:
    opened = {entry.path: admin.get(entry.path).status_code for entry in ENTRIES}

    assert opened == dict.fromkeys(opened, 200)
    assert len(opened) > 25


def test_every_page_of_the_menu_is_found_by_its_name(admin: FlaskClient) -> None:
    for link in [link for area in (*AREAS, SETTINGS) for link in area.links] + NEW:
        answer = admin.get("/search", query_string={"q": link.label, "part": 1})

        assert f'href="{link.address}"' in answer.text, link.label
