"""Stores as JSON, and on the command line: the list tells no secret, a refresh tells what it came to."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.connected import add_product, connect_store, listed
from tests.fake_services.woocommerce import FakeStore
from tests.makers import grant_every_store, make_environment
from writer import config as configuration
from writer.commands import check_stores
from writer.db import Database
from writer.stores import webhook_setup
from writer.stores.registry import Keyring

pytestmark = pytest.mark.usefixtures("reads_once")


@pytest.fixture
def store(store: FakeStore) -> FakeStore:
    store.add_product("X-1", 5)
    store.add_product("Y-1", 6)
    return store


@pytest.fixture
def store_id(db: Database, ring: Keyring, store: FakeStore, api: FlaskClient) -> int:
    add_product(db, "x-1", 7)
    found = connect_store(db, ring, store)
    grant_every_store(db)
    return found


def test_list_tells_what_is_there_and_no_secret(
    api: FlaskClient, db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    webhook_setup.check(db, ring.vault, store_id, "https://hub.example/api/woocommerce/webhook")
    api.post(f"/api/v1/stores/{store_id}/refresh-mappings")

    answer = api.get("/api/v1/stores")

    entry = answer.get_json()["entries"][0]
    assert (entry["id"], entry["name"], entry["push_state"]) == (store_id, "Shop A", "off")
    assert (entry["listed"], entry["matched"], entry["unmatched"]) == (2, 1, 1)
    assert "order.created is missing" in entry["doctor"][0]
    assert store.key not in answer.text
    assert "encrypted" not in answer.text


def test_refresh_of_one_store_tells_what_it_came_to(
    api: FlaskClient, db: Database, store: FakeStore, store_id: int
) -> None:
    answer = api.post(f"/api/v1/stores/{store_id}/refresh-mappings")

    assert answer.get_json() == {
        "id": store_id,
        "name": "Shop A",
        "items": 2,
        "matched": 1,
        "newly_matched": 1,
        "unmatched": 1,
        "missing": 0,
        "error": None,
    }
    assert set(listed(db, store_id)) == {"X-1", "Y-1"}


def test_refresh_of_all_stores_names_the_one_in_trouble(
    api: FlaskClient, db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    with FakeStore("Shop B") as other:
        connect_store(db, ring, other)
        grant_every_store(db)
        other.faults.keys_revoked = True

        entries = api.post("/api/v1/stores/refresh-mappings").get_json()["entries"]

    assert [(entry["name"], entry["items"], entry["error"] is None) for entry in entries] == [
        ("Shop A", 2, True),
        ("Shop B", 0, False),
    ]


@pytest.mark.parametrize(
    ("fault", "value", "status"),
    [("keys_revoked", True, 409), ("deactivated", True, 409), ("broken", True, 503), ("down", True, 503)],
)
def test_store_in_trouble_is_a_problem_with_a_sentence(
    api: FlaskClient, store: FakeStore, store_id: int, fault: str, value: bool, status: int
) -> None:
    setattr(store.faults, fault, value)

    answer = api.post(f"/api/v1/stores/{store_id}/refresh-mappings")

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json()["detail"].startswith(("The store", "There is"))


def test_refresh_under_way_is_a_conflict(api: FlaskClient, db: Database, store_id: int) -> None:
    with db.only_one(f"refresh-{store_id}"):
        answer = api.post(f"/api/v1/stores/{store_id}/refresh-mappings")

    assert answer.status_code == 409


@pytest.mark.parametrize("number", ["0", "99", "99999999999"])
def test_unknown_store_is_not_found(api: FlaskClient, number: str) -> None:
    assert api.post(f"/api/v1/stores/{number}/refresh-mappings").status_code == 404


def test_refresh_needs_a_write_token(client: FlaskClient, reader_token: str) -> None:
    answer = client.post(
        "/api/v1/stores/refresh-mappings", headers={"Authorization": f"Bearer {reader_token}"}
    )

    assert answer.status_code == 403


# On the command line


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["stores", *arguments])
    return result.exit_code, result.output


def test_command_lists_the_stores(app: Flask, store_id: int) -> None:
    status, output = run(app, "list")

    assert status == 0
    assert output.split("\t")[:3] == [str(store_id), "-", "Shop A"]


def test_command_refreshes_all_stores(app: Flask, store_id: int) -> None:
    status, output = run(app, "refresh-mappings")

    assert (status, output) == (0, "Shop A: 2 products and variations, 1 matched (1 newly), 1 unmatched.\n")


def test_command_lists_mappings_with_stock(app: Flask, store: FakeStore, store_id: int) -> None:
    status, output = run(app, "refresh-mappings", "--store", str(store_id), "--list", "--stock")

    x, y = store.product("X-1").id, store.product("Y-1").id
    assert status == 0
    assert output.splitlines()[1:] == [f"{x}\tX-1\tx-1\t5\t7\tX-1", f"{y}\tY-1\tunmatched\t6\t-\tY-1"]


def test_command_ends_with_1_where_a_store_fails(app: Flask, store: FakeStore, store_id: int) -> None:
    store.faults.broken = True

    status, output = run(app, "refresh-mappings")

    assert status == 1
    assert "error of its own" in output


def test_command_knows_which_stores_there_are(app: Flask) -> None:
    assert run(app, "refresh-mappings", "--store", "9") == (1, "Error: There is no such store.\n")
    assert run(app, "refresh-mappings") == (0, "No store has REST keys.\n")


# The doctor's round


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    environment = make_environment(DATABASE_URL=database_url, WRITER_PUBLIC_URL="https://hub.example")
    monkeypatch.setattr(configuration, "environment", lambda: environment)
    return environment


def test_round_says_what_is_wrong_with_each_store(
    settings: dict[str, str], store_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_stores.main() == 0

    assert "Shop A: The webhook order.created is missing." in capsys.readouterr().out


def test_round_ends_with_1_where_a_store_cannot_be_asked(
    settings: dict[str, str], store: FakeStore, store_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    store.faults.down = True

    assert check_stores.main() == 1
    assert check_stores.main() == 0

    assert "is left alone until" in capsys.readouterr().out


def test_round_without_stores_or_while_one_is_under_way_does_nothing(
    settings: dict[str, str], db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_stores.main() == 0
    with db.only_one("check stores"):
        assert check_stores.main() == 0

    assert capsys.readouterr().out == (
        "No store has REST keys.\ncheck stores: already running. Nothing was done.\n"
    )


def test_round_with_a_wrong_setting_says_so(
    settings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings["WRITER_PUBLIC_URL"] = "hub"

    assert check_stores.main() == 2
    assert "WRITER_PUBLIC_URL" in capsys.readouterr().err
