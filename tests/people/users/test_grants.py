"""Which stores a user or a token may see: granted, taken back, and what that comes to for who asks."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers import sign_in_as, user_id
from tests.orders.record.many import add_stores
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.users import api_tokens
from writer.lib.errors import Invalid, NotFound
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.people import users
from writer.people.users import Owner, actions, grants

pytestmark = pytest.mark.postgres


@pytest.fixture
def shops(database: Database) -> list[int]:
    """Three stores."""
    return add_stores(database, "kiln", "wheel", "glaze")


def grant(database: Database, owner: Owner, *store_ids: int) -> None:
    with database.transaction() as db:
        grants.grant(db, "ada", owner, store_ids)


def seen(database: Database, owner: Owner) -> StoreScope:
    with database.reading() as db:
        return grants.granted(db, owner)


def listed(client: FlaskClient) -> list[str]:
    return [entry["name"] for entry in client.get("/api/v1/stores").get_json()["entries"]]


def test_staff_and_tokens_see_no_store_until_it_is_granted(
    database: Database, shops: list[int], staff: FlaskClient, api: FlaskClient, admin: FlaskClient
) -> None:
    assert listed(staff) == []
    assert listed(api) == []
    assert listed(admin) == ["glaze", "kiln", "wheel"]


def test_a_grant_holds_from_the_next_request_on(
    database: Database, shops: list[int], staff: FlaskClient
) -> None:
    sam = Owner(user_id=user_id(database, "sam"))

    grant(database, sam, shops[0], shops[1])
    both = listed(staff)
    grant(database, sam, shops[1])

    assert both == ["kiln", "wheel"]
    assert listed(staff) == ["wheel"]
    assert staff.get(f"/stores/{shops[0]}").status_code == 404
    assert staff.get(f"/stores/{shops[1]}").status_code == 200


def test_grants_of_a_token_are_its_own(database: Database, shops: list[int], api: FlaskClient) -> None:
    with database.reading() as db:
        token = Owner(token_id=db.execute(select(api_tokens.c.id)).scalar_one())

    grant(database, token, shops[2])

    assert listed(api) == ["glaze"]
    assert seen(database, Owner(user_id=user_id(database, "sam"))) == NOTHING


def test_an_admin_sees_all_stores_and_afterwards_those_granted(
    app: Flask, database: Database, shops: list[int]
) -> None:
    with database.transaction() as db:
        kim = actions.create_user(db, "kim", "a long enough password", "admin")
        grants.grant(db, "ada", Owner(user_id=kim), [shops[0]])
    browser = sign_in_as(app, "kim")

    as_admin = listed(browser)
    with database.transaction() as db:
        actions.set_role(db, "ada", kim, "staff")

    assert as_admin == ["glaze", "kiln", "wheel"]
    assert listed(browser) == ["kiln"]


def test_each_change_leaves_an_audit_row_and_no_change_none(database: Database, shops: list[int]) -> None:
    sam = Owner(user_id=user_id(database, "sam"))

    grant(database, sam, shops[0])
    grant(database, sam, shops[0])
    grant(database, sam)

    with database.reading() as db:
        rows = db.execute(select(audit_entries).order_by(audit_entries.c.id)).all()
    assert [(row.action, row.subject, row.before, row.after) for row in rows] == [
        ("user.grant", "user sam", '{"stores": []}', '{"stores": [1]}'),
        ("user.grant", "user sam", '{"stores": [1]}', '{"stores": []}'),
    ]


def test_a_store_that_is_not_there_is_refused_and_nothing_granted(
    database: Database, shops: list[int]
) -> None:
    sam = Owner(user_id=user_id(database, "sam"))

    with pytest.raises(Invalid) as refused:
        grant(database, sam, shops[0], 99)

    assert refused.value.errors == {"stores": "unknown: 99"}
    assert seen(database, sam) == NOTHING


@pytest.mark.parametrize("owner", [Owner(user_id=99), Owner(token_id=99)], ids=["user", "token"])
def test_nobody_is_granted_nothing(database: Database, shops: list[int], owner: Owner) -> None:
    with pytest.raises(NotFound):
        grant(database, owner, shops[0])


def test_a_revoked_token_is_granted_nothing_more(database: Database, shops: list[int]) -> None:
    with database.transaction() as db:
        users.make_token(db, "till", "read", "ada")
        token_id = db.execute(select(api_tokens.c.id)).scalar_one()
        db.execute(api_tokens.update().values(revoked_at=api_tokens.c.created_at))

    with pytest.raises(NotFound):
        grant(database, Owner(token_id=token_id), shops[0])


def test_an_owner_is_a_user_or_a_token() -> None:
    with pytest.raises(ValueError, match="a user's or a token's"):
        Owner()
    with pytest.raises(ValueError, match="a user's or a token's"):
        Owner(user_id=1, token_id=1)


def test_what_is_of_no_store_yet_is_for_who_sees_all() -> None:
    assert EVERYTHING.sees(None)
    assert not StoreScope(frozenset([1])).sees(None)
    assert StoreScope(frozenset([1])).sees(1)
    assert not NOTHING.sees(1)
