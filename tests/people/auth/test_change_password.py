"""Changing one's own password, and being made to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers import PASSWORD, sign_in_as
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.users import users

NEW = "a new and better password"


@pytest.fixture
def newcomer(fresh_client: FlaskClient) -> FlaskClient:
    """A browser in which admin/admin has signed in at a fresh install."""
    answer = fresh_client.post("/sign-in", data={"name": "admin", "password": "admin"})
    assert answer.status_code == 303
    return fresh_client


def change(client: FlaskClient, old: str, new: str, again: str | None = None) -> tuple[int, str]:
    answer = client.post("/password", data={"old": old, "new": new, "again": again or new})
    return answer.status_code, answer.text


@pytest.mark.parametrize("path", ["/sales", "/audit", "/notices", "/users", "/tokens", "/account"])
def test_with_a_password_handed_out_no_page_but_changing_it_is_reached(
    newcomer: FlaskClient, path: str
) -> None:
    answer = newcomer.get(path)

    assert answer.status_code in (303, 404)
    assert answer.location in ("/password", None)


def test_with_a_password_handed_out_the_api_is_refused(newcomer: FlaskClient) -> None:
    answer = newcomer.get("/users", headers={"Accept": "application/json"})

    assert answer.status_code == 403
    assert answer.get_json()["detail"] == "Change your password first, on the page /password."


def test_after_changing_it_everything_is_reached(newcomer: FlaskClient) -> None:
    assert change(newcomer, "admin", NEW)[0] == 303

    assert newcomer.get("/users").status_code == 200


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("short", "Use at least 12 characters."),
        ("x" * 201, "Field cannot be longer than 200 characters."),
        (PASSWORD, "Choose a password that is not the old one."),
        ("", "Choose a new password."),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_the_old_one_stays(
    admin: FlaskClient, client: FlaskClient, new: str, complaint: str
) -> None:
    status, text = change(admin, PASSWORD, new)

    assert (status, complaint in text) == (422, True)
    answer = client.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    assert answer.status_code == 303


def test_the_name_is_no_password(database: Database, app: Flask) -> None:
    with database.transaction() as db:
        db.execute(users.update().where(users.c.name == "ada").values(name="ada.lovelace"))

    status, text = change(sign_in_as(app, "ada.lovelace"), PASSWORD, "Ada.Lovelace")

    assert status == 422
    assert "Choose a password that is not the name." in text


def test_the_present_password_is_asked_for(admin: FlaskClient) -> None:
    status, text = change(admin, "something else", NEW)

    assert status == 422
    assert "This is not your current password." in text


def test_both_new_ones_must_be_the_same(admin: FlaskClient) -> None:
    status, text = change(admin, PASSWORD, NEW, NEW + "!")

    assert status == 422
    assert "This is not the same as the new password." in text


def test_changing_it_ends_all_other_sign_ins_of_this_user(
    app: Flask, admin: FlaskClient, staff: FlaskClient
) -> None:
    other = sign_in_as(app, "ada")

    change(admin, PASSWORD, NEW)

    assert admin.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert staff.get("/account").status_code == 200


def test_changing_it_is_on_record_without_the_password(admin: FlaskClient, database: Database) -> None:
    change(admin, PASSWORD, NEW)

    with database.reading() as db:
        entry = db.execute(select(audit_entries)).one()
        stored = db.execute(select(users.c.password_hash).where(users.c.name == "ada")).scalar_one()
    assert (entry.actor, entry.action, entry.before, entry.after) == (
        "ada",
        "user.change_password",
        None,
        None,
    )
    assert stored.startswith("scrypt:")
