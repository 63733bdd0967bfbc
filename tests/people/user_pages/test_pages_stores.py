"""An admin says on the pages which stores a staff user or a token sees."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers import user_id
from writer.db import Database
from writer.people.users import Owner, grants
from writer.stores.registry import registry


def add_stores(app: Flask) -> None:
    """Add shop.example (1) and other.example (2)."""
    with app.extensions["database"].transaction() as db:
        registry.register(db, "shop.example", "test")
        registry.register(db, "other.example", "test")


def seen(database: Database, owner: Owner) -> set[int]:
    with database.reading() as db:
        return set(grants.granted(db, owner).store_ids or ())


def test_a_user_sees_the_stores_that_are_ticked(app: Flask, admin: FlaskClient, database: Database) -> None:
    add_stores(app)
    sam = user_id(database)

    answer = admin.post(f"/users/{sam}/stores", data={"stores": ["2"]})

    assert answer.status_code == 303
    assert seen(database, Owner(user_id=sam)) == {2}
    assert 'id="store-2" checked' in admin.get(f"/users/{sam}").text
    assert "other.example" in admin.get("/users").text


def test_no_tick_means_no_store(app: Flask, admin: FlaskClient, database: Database) -> None:
    add_stores(app)
    sam = user_id(database)
    admin.post(f"/users/{sam}/stores", data={"stores": ["1", "2"]})

    admin.post(f"/users/{sam}/stores", data={})

    assert seen(database, Owner(user_id=sam)) == set()


def test_an_unknown_store_changes_nothing(app: Flask, admin: FlaskClient, database: Database) -> None:
    add_stores(app)
    sam = user_id(database)
    admin.post(f"/users/{sam}/stores", data={"stores": ["1"]})

    answers = [
        admin.post(f"/users/{sam}/stores", data={"stores": [wrong]}).status_code
        for wrong in ("99", "x", "-1")
    ]

    assert answers == [422, 422, 422]
    assert seen(database, Owner(user_id=sam)) == {1}


@pytest.mark.wording("/users/<id>")
def test_an_admin_is_shown_to_see_every_store(admin: FlaskClient, database: Database) -> None:
    assert "An admin sees every store." in admin.get(f"/users/{user_id(database, 'ada')}").text


def test_a_token_is_made_with_its_stores(app: Flask, admin: FlaskClient, database: Database) -> None:
    add_stores(app)

    admin.post("/tokens", data={"name": "till", "scope": "read", "stores": ["1"]})

    assert seen(database, Owner(token_id=1)) == {1}
    assert "shop.example" in admin.get("/tokens").text


def test_the_stores_of_a_token_are_changed(app: Flask, admin: FlaskClient, database: Database) -> None:
    add_stores(app)
    admin.post("/tokens", data={"name": "till", "scope": "read", "stores": ["1"]})

    answer = admin.post("/tokens/1/stores", data={"stores": ["2"]})

    assert answer.status_code == 303
    assert seen(database, Owner(token_id=1)) == {2}
    assert 'id="store-2" checked' in admin.get("/tokens/1").text


def test_staff_may_not_grant(app: Flask, staff: FlaskClient, database: Database) -> None:
    add_stores(app)

    answer = staff.post(f"/users/{user_id(database)}/stores", data={"stores": ["1"]})

    assert answer.status_code == 403
    assert seen(database, Owner(user_id=user_id(database))) == set()
