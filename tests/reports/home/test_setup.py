"""Setting up: what is done is seen by the product, the rest is ticked by hand; it can be hidden."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from tests.delivering import deliver, make_order_body
from tests.page import data_values
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.home import setup_steps
from writer.sales import product_types
from writer.stock import movements

pytestmark = pytest.mark.postgres


def steps(client: FlaskClient) -> dict[str, bool]:
    page = client.get("/").text
    done = (value == "true" for value in data_values(page, "done"))
    return dict(zip(data_values(page, "step"), done, strict=True))


@pytest.fixture(autouse=True)
def _fresh(database: Database) -> None:
    with database.transaction() as db:
        db.execute(delete(setup_steps))


def test_a_fresh_shop_has_changed_its_password_and_nothing_else(admin: FlaskClient) -> None:
    assert steps(admin) == {
        "password": True,
        "store": False,
        "types": False,
        "stock": False,
        "order": False,
        "public": False,
    }


def test_steps_are_done_by_doing_them(app: Flask, admin: FlaskClient, database: Database) -> None:
    deliver(app.test_client(), make_order_body())
    with database.transaction() as db:
        movements.add_product(db, "ada", "A", 1)
        product_types.set_counting(db, "ada", "itself")

    assert [name for name, is_done in steps(admin).items() if not is_done] == ["public"]


def test_the_last_step_is_ticked_by_hand_and_then_the_checklist_is_gone(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    test_steps_are_done_by_doing_them(app, admin, database)

    answer = admin.post("/home/setup/public")

    assert answer.headers["Location"] == "/"
    page = admin.get("/").text
    assert data_values(page, "step") == []
    assert "/home/setup/public/undo" in page
    admin.post("/home/setup/public/undo")
    assert steps(admin)["public"] is False


def test_it_can_be_hidden_and_shown_again_and_the_trail_says_who(
    admin: FlaskClient, database: Database
) -> None:
    admin.post("/home/setup/hidden")
    assert steps(admin) == {}

    admin.post("/home/setup/hidden/undo")

    assert len(steps(admin)) == 6
    with database.reading() as db:
        actions = db.execute(select(audit_entries.c.actor, audit_entries.c.action)).all()
    assert [tuple(row) for row in actions] == [("ada", "setup.tick"), ("ada", "setup.take back")]


@pytest.mark.parametrize("name", ["store", "nothing"])
def test_what_the_product_sees_by_itself_is_not_ticked(admin: FlaskClient, name: str) -> None:
    assert admin.post(f"/home/setup/{name}").status_code == 404


def test_staff_have_no_checklist(staff: FlaskClient) -> None:
    assert steps(staff) == {}
    assert staff.post("/home/setup/public").status_code == 403
