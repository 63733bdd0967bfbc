"""The page of the privacy dial."""

import json

from flask.testing import FlaskClient
from sqlalchemy import text

from tests.page import data_values, field_errors, text_of
from tests.sales.public_page.makers import sell
from writer.db import Database
from writer.sales import public_page
from writer.sales.public_page import Dial

EXACT = {"rounding": "1", "opening_balance": "0"}


def test_the_page_shows_what_strangers_see(staff: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 1234, "Earth", "24pin")
        public_page.set_dial(db, "ada", Dial(rounding=100, opening_balance=1000))

    page = staff.get("/public-page").text

    assert data_values(page, "total") == ["2200"]
    assert "1,200" in page
    assert "1,234" not in page


def test_an_admin_sets_the_dial(admin: FlaskClient, database: Database) -> None:
    hidden = [json.dumps(["Ice", None]), json.dumps([None, "28pin"]), json.dumps(["Fire", "24pin"])]

    answer = admin.post(
        "/public-page",
        data={"rounding": "10", "is_delayed": "y", "opening_balance": "250", "hidden": hidden},
    )

    assert answer.status_code == 303
    with database.reading() as db:
        kinds = frozenset({("Ice", None), (None, "28pin"), ("Fire", "24pin")})
        assert public_page.get_dial(db) == Dial(10, True, False, 250, kinds)
    page = admin.get("/public-page").text
    assert page.count("checked") == 4


def test_staff_cannot_set_the_dial(staff: FlaskClient, database: Database) -> None:
    answer = staff.post("/public-page", data={**EXACT, "rounding": "1000"})

    assert answer.status_code == 403
    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()


def test_what_the_form_does_not_offer_is_not_hidden(admin: FlaskClient, database: Database) -> None:
    admin.post(
        "/public-page", data={**EXACT, "hidden": [json.dumps([None, None]), json.dumps(["Sea", None]), "x"]}
    )

    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()


def test_what_was_hidden_before_it_is_sold_stays_hidden(admin: FlaskClient, database: Database) -> None:
    hidden = frozenset({("Sea", None), (None, "40pin"), ("Air", "32pin")})
    with database.transaction() as db:
        public_page.set_dial(db, "ada", Dial(hidden=hidden))

    page = admin.get("/public-page").text
    assert page.count("checked") == 3
    admin.post(
        "/public-page", data={**EXACT, "rounding": "10", "hidden": [json.dumps(kind) for kind in hidden]}
    )

    with database.reading() as db:
        assert public_page.get_dial(db) == Dial(rounding=10, hidden=hidden)


def test_an_unusable_number_is_refused_beside_its_field(admin: FlaskClient, database: Database) -> None:
    for field, value in [
        ("opening_balance", "-1"),
        ("opening_balance", ""),
        ("opening_balance", "many"),
        ("rounding", "7"),
    ]:
        answer = admin.post("/public-page", data={**EXACT, field: value})

        assert answer.status_code == 422
        assert field_errors(answer.text) == [field]
    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()


def test_a_preview_shows_what_the_settings_would_do_and_saves_nothing(
    admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 1234, "Earth", "24pin")
        sell(db, 30, "Fire", "24pin")
    asked = {**EXACT, "rounding": "100", "hidden": json.dumps(["Earth", None])}

    part = admin.post("/public-page/preview?part=1", data=asked)
    page = admin.post("/public-page/preview", data=asked).text

    assert "<html" not in part.text
    for shown in (part.text, page):
        assert data_values(shown, "total") == ["0"]
        assert "Earth 24pin" not in text_of(shown.partition('id="preview"')[2] or shown)
    assert page.count("checked") == 1
    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()
        assert db.execute(text("SELECT count(*) FROM audit_entries")).scalar_one() == 0


def test_a_preview_of_unusable_settings_says_what_is_wrong(admin: FlaskClient) -> None:
    answer = admin.post("/public-page/preview?part=1", data={**EXACT, "opening_balance": "many"})

    assert (answer.status_code, field_errors(answer.text)) == (422, ["opening_balance"])


def test_staff_preview_nothing(staff: FlaskClient) -> None:
    assert staff.post("/public-page/preview", data=EXACT).status_code == 403
