"""The users page: an admin adds people, changes roles, keeps them out and lets them in."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.page import data_values, flashed
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.users import users
from writer.people.users import make_token

ADA, SAM = 1, 2


def actions_on_record(database: Database) -> list[tuple[str, str, str]]:
    columns = (audit_entries.c.actor, audit_entries.c.action, audit_entries.c.subject)
    with database.reading() as db:
        return [tuple(row) for row in db.execute(select(*columns).order_by(audit_entries.c.id))]


def shown_secret(page: str) -> str:
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found is not None
    return found[1]


def test_a_user_who_is_added_signs_in_with_the_password_shown_and_has_to_change_it(
    admin: FlaskClient, client: FlaskClient, database: Database
) -> None:
    added = admin.post("/users", data={"name": "Kim", "role": "staff"})

    answer = client.post("/sign-in", data={"name": "kim", "password": shown_secret(added.text)})
    assert added.status_code == 201
    assert answer.status_code == 303
    assert client.get("/account").location == "/password"
    assert actions_on_record(database) == [("ada", "user.create", "user kim")]


@pytest.mark.wording("/users")
@pytest.mark.parametrize(
    ("name", "role", "status", "complaint"),
    [
        ("", "staff", 422, "Enter a name."),
        ("two words", "staff", 422, "A name is 1 to 60 letters"),
        ("sam", "staff", 409, "There is a user named sam already."),
        ("kim", "owner", 422, "Not a valid choice."),
    ],
)
def test_a_user_who_cannot_be_added_is_refused_with_a_sentence(
    admin: FlaskClient, database: Database, name: str, role: str, status: int, complaint: str
) -> None:
    answer = admin.post("/users", data={"name": name, "role": role})

    assert (answer.status_code, complaint in answer.text) == (status, True)
    assert actions_on_record(database) == []


@pytest.mark.parametrize("number", [0, 2**31, 10**20 - 1])
def test_users_and_tokens_that_cannot_be_are_not_found(admin: FlaskClient, number: int) -> None:
    asked = ("users/{}", "tokens/{}", "tokens/{}/revoke")
    told = ("users/{}/activate", "users/{}/reset-password", "users/{}/role", "tokens/{}/revoke")

    answers = [admin.get(f"/{path.format(number)}") for path in asked]
    answers += [admin.post(f"/{path.format(number)}", data={"role": "staff"}) for path in told]

    assert [answer.status_code for answer in answers] == [404] * 7


def test_staff_cannot_see_or_change_users_and_tokens(staff: FlaskClient) -> None:
    asked = [staff.get("/users"), staff.get(f"/users/{ADA}"), staff.get("/tokens")]
    told = [
        staff.post("/users", data={"name": "kim", "role": "admin"}),
        staff.post(f"/users/{SAM}/role", data={"role": "admin"}),
        staff.post(f"/users/{ADA}/reset-password"),
        staff.post("/tokens", data={"name": "mine", "scope": "write"}),
    ]

    assert [answer.status_code for answer in asked + told] == [403] * 7


def test_a_role_counts_at_once(admin: FlaskClient, staff: FlaskClient, database: Database) -> None:
    admin.post(f"/users/{SAM}/role", data={"role": "admin"})

    assert staff.get("/users").status_code == 200
    assert actions_on_record(database) == [("ada", "user.set_role", "user sam")]


def test_a_deactivated_user_is_out_at_once_and_can_be_let_in_again(
    admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    admin.post(f"/users/{SAM}/deactivate")
    assert staff.get("/account").status_code == 303

    admin.post(f"/users/{SAM}/activate")

    with database.reading() as db:
        assert db.execute(select(users.c.is_active).where(users.c.id == SAM)).scalar_one()
    assert staff.get("/account").status_code == 303


@pytest.mark.parametrize("change", ["deactivate", "role"])
def test_the_last_active_admin_stays_one(admin: FlaskClient, database: Database, change: str) -> None:
    answer = admin.post(f"/users/{ADA}/{change}", data={"role": "staff"}, follow_redirects=True)

    assert "danger" in flashed(answer.text)
    assert admin.get("/users").status_code == 200
    assert actions_on_record(database) == []


def test_a_password_that_was_reset_is_shown_once_and_ends_all_sign_ins(
    admin: FlaskClient, staff: FlaskClient, client: FlaskClient
) -> None:
    page = admin.post(f"/users/{SAM}/reset-password").text

    answer = client.post("/sign-in", data={"name": "sam", "password": shown_secret(page)})
    assert answer.status_code == 303
    assert client.get("/account").location == "/password"
    assert staff.get("/account").location == "/sign-in?next=/account"


def test_a_user_page_warns_of_tokens_that_outlive_the_user(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        make_token(db, "till", "read", "sam")

    page = admin.get(f"/users/{SAM}").text

    assert data_values(page, "tokens") == ["1"]


@pytest.mark.parametrize(
    "path", ["/users/99", "/users/99/role", "/users/99/deactivate", "/users/99/reset-password"]
)
def test_a_user_who_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    answer = admin.get(path) if path == "/users/99" else admin.post(path, data={"role": "staff"})

    assert answer.status_code == 404
