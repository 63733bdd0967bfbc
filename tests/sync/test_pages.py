"""The page of the sync, "sync now" over real HTTP, and erasing a customer."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.connected import connect_store
from tests.delivering import deliver, make_order_body
from tests.fakes.woocommerce import FakeStore
from tests.makers import grant_every_store
from writer.db import Database
from writer.schema.deliveries import deliveries
from writer.schema.orders import orders
from writer.schema.stores import stores
from writer.schema.sync import sync_runs
from writer.stores import Keyring
from writer.sync import runs


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


def test_page_without_stores_says_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/sync").text

    assert "No store yet" in page
    assert "No run yet" in page


def test_sync_now_reads_what_no_webhook_told(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.place_order([("FIRE24", 2)])

    answer = admin.post("/sync", follow_redirects=True)
    wait_for_end(db)

    assert "The orders are being read." in answer.text
    page = admin.get("/sync").text
    assert "Kiln: done" in page
    assert "ada" in page
    with db.reading() as connection:
        assert len(connection.execute(select(orders)).all()) == 1


def test_a_second_run_at_once_is_refused_kindly(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")

    with db.only_one(runs.LOCK):
        answer = admin.post("/sync", follow_redirects=True)

    assert "A run is under way already." in answer.text
    assert "No run yet" in answer.text


def test_a_failing_store_is_told_so(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.faults.broken = True

    admin.post("/sync")
    wait_for_end(db)

    page = admin.get("/sync/state").text
    assert "Kiln: failed" in page
    assert ">failing<" in page


def test_a_store_that_is_not_read_says_why(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    store_id = connect_store(db, ring, store, "Kiln")
    with db.transaction() as connection:
        connection.execute(update(stores).where(stores.c.id == store_id).values(is_active=False))

    assert "It is switched off." in admin.get("/sync").text


def test_staff_see_and_sync_granted_stores_alone(
    db: Database, ring: Keyring, store: FakeStore, staff: FlaskClient
) -> None:
    connect_store(db, ring, store, "Kiln")
    store.place_order([("FIRE24", 1)])

    staff.post("/sync")
    wait_for_end(db)
    before = staff.get("/sync").text
    grant_every_store(db)
    staff.post("/sync")
    wait_for_end(db)
    after = staff.get("/sync").text

    assert "Kiln" not in before
    assert "Kiln: done" in after


def test_the_part_that_refreshes_has_no_frame(admin: FlaskClient) -> None:
    assert 'data-refresh="/sync/state"' in admin.get("/sync").text
    assert "<html" not in admin.get("/sync/state").text


def kept(db: Database) -> tuple[str | None, str | None, bytes | None]:
    """Return name, e-mail and the delivery's body kept of the one order."""
    with db.reading() as connection:
        order = connection.execute(select(orders)).one()
        body = connection.execute(select(deliveries.c.body)).scalar_one()
    return order.customer_name, order.customer_email, body


def test_a_customer_is_erased_by_mail(app: Flask, db: Database, admin: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    answer = admin.post("/erase", data={"email": " ADA@example.test "}, follow_redirects=True)

    assert "The customer is erased from 1 order." in answer.text
    name, email, body = kept(db)
    assert (name, email) == (None, None)
    assert b"ada@example.test" not in (body or b"")
    assert "Lovelace" not in admin.get("/orders").text


def test_a_customer_is_erased_by_order(app: Flask, db: Database, admin: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    answer = admin.post("/orders/1/erase", follow_redirects=True)

    assert "The customer of this order is erased." in answer.text
    assert kept(db)[:2] == (None, None)


@pytest.mark.parametrize(("email", "status"), [("", 422), ("nobody@example.test", 404)])
def test_whom_nobody_knows_is_said(admin: FlaskClient, email: str, status: int) -> None:
    answer = admin.post("/erase", data={"email": email})

    assert answer.status_code == status
    assert "email-error" in answer.text


@pytest.mark.parametrize("order_id", [7, 2**40])
def test_an_order_that_is_not_there_is_not_erased(admin: FlaskClient, order_id: int) -> None:
    assert admin.post(f"/orders/{order_id}/erase").status_code == 404


def test_staff_erase_nobody(app: Flask, db: Database, staff: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    answers = [
        staff.get("/erase").status_code,
        staff.post("/erase", data={"email": "ada@example.test"}).status_code,
        staff.post("/orders/1/erase").status_code,
    ]

    assert answers == [403, 403, 403]
    assert kept(db)[0] == "Ada Lovelace"


def test_syncing_without_any_store_says_so(admin: FlaskClient) -> None:
    answer = admin.post("/sync", follow_redirects=True)

    assert "no store with REST keys" in answer.text
