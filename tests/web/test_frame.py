"""The frame: which area is open, the look that a user chose, toasts, the banner, the page of all parts."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers import make_config, sign_in_as
from writer.app import create_app
from writer.db import Database
from writer.web import toasts

pytestmark = pytest.mark.sqlite_only
PARTS = Path(__file__).parent.parent.parent / "writer" / "web" / "templates"


def here(page: str) -> set[str]:
    """Return the addresses in the menus that are marked as the page that is shown."""
    return set(re.findall(r'<a href="([^"]+)" aria-current="page"', page))


@pytest.mark.parametrize("path", ["/orders", "/stock", "/to-sort", "/to-sort/rules", "/users", "/account"])
def test_the_menu_marks_the_page_that_is_shown_and_no_other(admin: FlaskClient, path: str) -> None:
    assert path in here(admin.get(path).text)
    assert len({found for found in here(admin.get(path).text) if found.count("/") > 0}) <= 2


def test_staff_are_not_offered_the_pages_of_admins(staff: FlaskClient) -> None:
    page = staff.get("/account").text

    assert 'href="/users"' not in page
    assert 'href="/audit"' in page


def test_a_chosen_look_is_kept_and_given_up_again(admin: FlaskClient) -> None:
    answer = admin.post("/account/theme", data={"theme": "dark", "next": "/stock"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/stock")
    assert 'data-theme="dark"' in admin.get("/account").text
    admin.post("/account/theme", data={"theme": ""})
    assert "data-theme" not in admin.get("/account").text


def test_another_look_is_refused_and_nobody_is_sent_elsewhere(admin: FlaskClient) -> None:
    assert admin.post("/account/theme", data={"theme": "pink"}).status_code == 422
    answer = admin.post("/account/theme", data={"theme": "dark", "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_a_toast_can_be_taken_back(app: Flask) -> None:
    with app.test_request_context("/"):
        toasts.say("12 units were received.", undo="/stock/1/take-back?movement=7")
        toasts.say("Saved.")

        assert toasts.pending() == [
            toasts.Toast("success", "12 units were received.", "/stock/1/take-back?movement=7"),
            toasts.Toast("success", "Saved.", None),
        ]


@pytest.fixture
def with_kit(database: Database) -> FlaskClient:
    app = create_app(make_config(DATABASE_URL=database.url, BANNER="Demo", SHOW_KIT="1"))
    return sign_in_as(app, "ada")


def test_the_banner_stands_on_every_page(with_kit: FlaskClient, admin: FlaskClient) -> None:
    assert ' class="banner"' in with_kit.get("/account").text
    assert ' class="banner"' not in admin.get("/account").text


def test_the_kit_shows_every_part(with_kit: FlaskClient) -> None:
    template = (PARTS / "kit.html").read_text()
    parts = {
        name
        for file in ("_parts.html", "_list.html", "_detail.html", "_form.html")
        for name in re.findall(r"{% macro (\w+)\(", (PARTS / file).read_text())
    } - {"csrf", "post_form", "step"}

    assert with_kit.get("/kit").status_code == 200
    assert {name for name in parts if not re.search(rf"\b{name}\(", template)} == set()


def test_the_kit_is_for_developers_alone(admin: FlaskClient) -> None:
    assert admin.get("/kit").status_code == 404
