"""The settings of a store's stock sync as JSON: shown, changed by an admin, refused by name."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.makers import PASSWORD, grant_every_store
from writer.db import Database


@pytest.fixture
def ada(client: FlaskClient, db: Database) -> FlaskClient:
    """A program with an admin's own rights."""
    told = client.post("/api/v1/auth/login", json={"username": "ada", "password": PASSWORD})
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {told.get_json()['access_token']}"
    return client


def test_rules_are_shown_with_their_defaults(ada: FlaskClient, store_id: int) -> None:
    assert ada.get(f"/api/v1/stores/{store_id}/rules").get_json() == {
        "buffer": 0,
        "difference_policy": "enforce",
        "restocks_refunds": True,
        "manages_stock": False,
        "poll_interval_s": 15,
    }


def test_what_is_left_out_stays(ada: FlaskClient, store_id: int) -> None:
    ada.put(f"/api/v1/stores/{store_id}/rules", json={"buffer": 2})

    answer = ada.put(f"/api/v1/stores/{store_id}/rules", json={"poll_interval_s": 30})

    assert answer.status_code == 200
    assert (answer.get_json()["buffer"], answer.get_json()["poll_interval_s"]) == (2, 30)
    assert ada.get("/api/v1/stores").get_json()["entries"][0]["poll_interval_s"] == 30


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"poll_interval_s": 4}, "poll_interval_s"),
        ({"poll_interval_s": 3601}, "poll_interval_s"),
        ({"buffer": -1}, "buffer"),
        ({"difference_policy": "x"}, "difference_policy"),
        ({"interval": 15}, "interval"),
    ],
)
def test_unusable_rules_are_refused_by_name(
    ada: FlaskClient, store_id: int, rules: dict[str, Any], field: str
) -> None:
    answer = ada.put(f"/api/v1/stores/{store_id}/rules", json=rules)

    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_only_an_admin_changes_rules(api: FlaskClient, db: Database, store_id: int) -> None:
    grant_every_store(db)

    assert api.get(f"/api/v1/stores/{store_id}/rules").status_code == 200
    assert api.put(f"/api/v1/stores/{store_id}/rules", json={"buffer": 2}).status_code == 403
