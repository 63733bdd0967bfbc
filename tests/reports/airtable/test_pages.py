"""The page about Airtable: what was told, what waits, what went wrong, and the button."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import make_config, sign_in_as
from tests.page import data_values, facts, flashed, is_empty
from tests.reports.airtable.hub import Hub
from writer.app import create_app


@pytest.fixture
def open_as(hub: Hub, database_url: str) -> Iterator[Callable[..., FlaskClient]]:
    """Open the application with Airtable set up; settings given overrule that."""
    apps: list[Flask] = []

    def opened(**settings: str) -> FlaskClient:
        whole = {
            "AIRTABLE_API_KEY": hub.base.token,
            "AIRTABLE_BASE_ID": hub.base.base_id,
            "AIRTABLE_TABLES_JSON": json.dumps({"stock": "Stock", "events": "Events of stock"}),
            "AIRTABLE_URL": hub.base.url,
        }
        app = create_app(make_config(DATABASE_URL=database_url, **{**whole, **settings}))
        app.config["WTF_CSRF_ENABLED"] = False
        apps.append(app)
        return sign_in_as(app, "ada")

    yield opened
    for app in apps:
        app.extensions["database"].close()


@pytest.mark.wording("/airtable")
def test_without_settings_the_page_says_how_to_set_it_up(admin: FlaskClient) -> None:
    page = admin.get("/airtable").text

    assert "Airtable is optional and not set up." in page
    assert "Last 50 Txn Summary" in page
    assert "/airtable/push" not in page


def test_without_settings_the_button_is_refused(admin: FlaskClient) -> None:
    answer = admin.post("/airtable/push")

    assert answer.status_code == 409


def test_what_waits_is_counted_before_and_after(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()
    hub.add("X", 10)
    hub.move(-1)

    before = facts(ada.get("/airtable").text)
    hub.push()
    hub.move(-2)
    after = facts(ada.get("/airtable").text)

    assert before["Stock lines waiting"] == "1"
    assert before["Movements waiting"] == "2"
    assert before["Last success"] == "never"
    assert after["Last success"] != "never"
    assert (after["Stock lines waiting"], after["Movements waiting"]) == ("1", "3")


def test_the_button_tells_airtable_at_once(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()
    hub.add("X", 10)

    answer = ada.post("/airtable/push", follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    assert hub.line()["On Hand"] == 10


def test_the_button_works_while_airtable_is_left_alone(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()
    hub.add("X", 10)
    hub.base.answers = 500
    hub.push()
    assert data_values(ada.get("/airtable").text, "waits") == ["true"]
    hub.base.answers = None

    ada.post("/airtable/push")

    page = ada.get("/airtable").text
    assert data_values(page, "waits") == []
    assert hub.line()["On Hand"] == 10


def test_trouble_is_shown_and_the_token_is_not(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()
    hub.add("X", 10)
    hub.base.answers = 500

    answer = ada.post("/airtable/push", follow_redirects=True)

    assert flashed(answer.text) == ["warning"]
    assert answer.text.count("answered 500") == 1
    assert hub.base.token not in answer.text
    assert not is_empty(ada.get("/notices").text)


def test_a_run_under_way_is_said(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()

    with hub.database.only_one("airtable"):
        answer = ada.post("/airtable/push", follow_redirects=True)

    assert flashed(answer.text) == ["info"]


def test_an_order_is_told_with_its_store_and_number(open_as: Callable[..., FlaskClient], hub: Hub) -> None:
    ada = open_as()
    hub.add("FIRE24", 10)
    hub.tick(seconds=1)
    ordered = f"{hub.now():%Y-%m-%dT%H:%M:%S}"
    body = make_order_body(
        date_created_gmt=ordered, date_modified_gmt=ordered, date_paid_gmt=ordered, line_items=[make_line()]
    )
    assert deliver(ada, body).status_code == 200

    hub.settle()

    told = hub.base.rows("Events of stock")[-1]
    assert (told["Site"], told["Order ID"], told["Delta"]) == ("shop.example", "1001", -2)
    assert "sale -2, then 8 (order 1001, shop.example)" in hub.line("FIRE24")["Last 50 Txn Summary"]
