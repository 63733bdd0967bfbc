"""The page of the sync, and "sync now" over real HTTP."""

import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.connected import connect_store
from tests.fake_services.woocommerce import FakeStore
from tests.makers import grant_every_store
from tests.page import cells, data_values, flashed
from writer.db import Database
from writer.db.schema.order_import import sync_runs
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.stores.registry import Keyring
from writer.sync.order_import import runs


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore("Kiln") as found:
        found.add_product("FIRE24", 12)
        yield found


def wait_for_end(db: Database) -> None:
    """Return when no run is under way any more."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with db.reading() as connection:
            open_runs = connection.execute(select(sync_runs.c.id).where(sync_runs.c.ended_at.is_(None))).all()
        if not open_runs and not runs.is_running(db):
            return
        time.sleep(0.05)
    raise AssertionError("the run did not end")


@pytest.mark.wording("/order-import")
def test_page_without_stores_says_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/order-import").text

    assert "No store yet" in page
    assert "No run yet" in page


def test_sync_now_reads_what_no_webhook_told(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.place_order([("FIRE24", 2)])

    answer = admin.post("/order-import", follow_redirects=True)
    wait_for_end(db)

    assert flashed(answer.text) == ["success"]
    page = admin.get("/order-import").text
    assert data_values(page, "part") == ["Kiln done"]
    assert cells(page, "Begun by") == ["ada"]
    with db.reading() as connection:
        assert len(connection.execute(select(orders)).all()) == 1


def test_a_second_run_at_once_is_refused_kindly(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")

    with db.only_one(runs.LOCK):
        answer = admin.post("/order-import", follow_redirects=True)

    assert flashed(answer.text) == ["info"]
    assert data_values(answer.text, "part") == []


def test_a_failing_store_is_told_so(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.faults.broken = True

    admin.post("/order-import")
    wait_for_end(db)

    page = admin.get("/order-import/state").text
    assert data_values(page, "part") == ["Kiln failed"]
    assert cells(page, "State")[0].startswith("Failing ")


def test_a_store_that_is_not_read_says_why(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    store_id = connect_store(db, ring, store, "Kiln")
    with db.transaction() as connection:
        connection.execute(update(stores).where(stores.c.id == store_id).values(is_active=False))

    assert cells(admin.get("/order-import").text, "State")[0].startswith("Not read ")


def test_staff_see_and_sync_granted_stores_alone(
    db: Database, ring: Keyring, store: FakeStore, staff: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.place_order([("FIRE24", 1)])

    staff.post("/order-import")
    wait_for_end(db)
    before = staff.get("/order-import").text
    grant_every_store(db)
    staff.post("/order-import")
    wait_for_end(db)
    after = staff.get("/order-import").text

    assert "Kiln" not in before
    assert data_values(after, "part") == ["Kiln done"]


def test_the_part_that_refreshes_has_no_frame(admin: FlaskClient) -> None:
    assert 'data-refresh="/order-import/state"' in admin.get("/order-import").text
    assert "<html" not in admin.get("/order-import/state").text


def test_syncing_without_any_store_says_so(admin: FlaskClient) -> None:
    answer = admin.post("/order-import", follow_redirects=True)

    assert flashed(answer.text) == ["warning"]
