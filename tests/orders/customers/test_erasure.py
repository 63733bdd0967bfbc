"""Erasing a customer: what named him is gone from wherever it was kept, and nothing brings it back."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from tests.delivering import deliver, make_line, make_order_body
from tests.hub import running_hub
from tests.orders.record.ledger import totals
from writer.db import Database
from writer.db.schema import metadata
from writer.db.schema.orders import order_refunds, orders
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.logs import JsonLines
from writer.lib.store_scope import EVERYTHING
from writer.orders.record import add_staff_note
from writer.stores.registry import settings
from writer.sync.webhook_inbox import actions, redact

pytestmark = pytest.mark.postgres

WHO = ("Zelda", "Quillon", "zelda@quill.test", "12 Kiln Lane", "01632 960001")
PERSON = {"first_name": "Zelda", "last_name": "Quillon", "email": "Zelda@Quill.test"}
PERSON |= {"address_1": "12 Kiln Lane", "phone": "01632 960001"}


def erase(admin: FlaskClient, email: str = "zelda@quill.test") -> str:
    return admin.post("/customers/erase", data={"email": email, "confirmed": "1"}, follow_redirects=True).text


def told(database: Database) -> str:
    """Everything in every table, as text."""
    with database.reading() as db:
        rows = [list(db.execute(text(f"SELECT * FROM {name}"))) for name in _tables()]
    return repr(rows).lower()


def _tables() -> list[str]:
    return [table.name for table in metadata.sorted_tables]


def is_named(database: Database) -> bool:
    return any(part.lower() in told(database) for part in WHO)


def bodies(database: Database) -> list[bytes | None]:
    with database.reading() as db:
        return list(db.execute(select(deliveries.c.body).order_by(deliveries.c.id)).scalars())


@pytest.fixture
def erased(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body(billing=PERSON, refunds=[{"id": 5, "reason": "Zelda", "total": "-1.00"}]))
    assert is_named(database)
    erase(admin)
    assert not is_named(database)


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize(
    "changes",
    [
        {"refunds": [{"id": 5, "reason": "Zelda", "total": "-1.00"}]},
        {"date_modified_gmt": "2026-11-20T09:00:00", "status": "pending"},
        {"date_modified_gmt": "2026-11-21T09:00:00", "status": "completed"},
        {
            "date_modified_gmt": "2026-11-21T09:00:00",
            "refunds": [{"id": 6, "reason": "Zelda", "total": "-2"}],
        },
        {"status": "checkout-draft"},
    ],
    ids=["repeat", "stale", "newer", "another refund", "draft"],
)
def test_no_later_delivery_brings_a_customer_back(
    client: FlaskClient, database: Database, changes: dict[str, Any]
) -> None:
    answer = deliver(client, make_order_body(billing=PERSON, **changes))

    assert answer.status_code == 200
    assert not is_named(database)
    assert bodies(database) == [None, None]


@pytest.mark.usefixtures("erased")
def test_a_new_order_of_the_same_customer_is_kept_with_his_name(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=2, billing=PERSON))

    assert is_named(database)


def test_what_waits_to_be_counted_forgets_whom_it_names_and_counts_all_the_same(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=7, status="failed", billing={}))
    line = make_line(meta_data=[{"key": "Engraving", "value": "For Zelda"}])
    body = make_order_body(billing=PERSON, line_items=[line], customer_note="Zelda")
    deliver(client, body, source="https://staging.example/")
    assert is_named(database)

    page = erase(admin)

    assert "erased" in page
    assert not is_named(database)
    admin.post("/webhook-inbox/accept", data={"source": "staging.example"})
    assert totals(database) == {("Fire", "24pin"): 2}
    deliver(client, {**body, "status": "completed"}, source="https://staging.example/")
    assert not is_named(database)


def test_an_address_an_order_had_before_is_erased_from_its_deliveries(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(billing=PERSON))
    new = {"first_name": "G", "last_name": "H", "email": "g@h.test"}
    deliver(client, make_order_body(billing=new, date_modified_gmt="2026-11-21T09:00:00"))

    page = erase(admin)

    assert "erased" in page
    assert not is_named(database)


def test_an_erased_customer_of_a_failed_delivery_is_not_named_when_it_is_tried_again(
    client: FlaskClient, admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("writer.sales.post", lambda *_args, **_named: 1 / 0)
        deliver(client, make_order_body(billing=PERSON))
    erase(admin)
    assert not is_named(database)

    admin.post("/webhook-inbox/1/replay")

    assert totals(database) == {("Fire", "24pin"): 2}
    assert not is_named(database)


@pytest.mark.parametrize("is_heard", [True, False], ids=["by webhook", "by the sync"])
def test_a_customer_the_store_erased_is_erased_here(
    app: Flask, monkeypatch: pytest.MonkeyPatch, is_heard: bool
) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        hub.add_item("FIRE24", 10)
        store = hub.fakes[0]
        order = store.place_order([("FIRE24", 3)], customer=PERSON)
        store.refund(order, {"FIRE24": 1}, reason="Zelda")
        hub.deliver()
        hub.poll()
        assert is_named(hub.database)
        hub.tick(60)
        store.anonymize(order)

        if is_heard:
            hub.deliver()
        hub.poll()

        assert not is_named(hub.database)
        assert hub.sold() == 2


@pytest.mark.sqlite_only
def test_nothing_of_an_erased_customer_is_left_in_the_files(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    for number in range(30):
        body = make_order_body(id=number + 1, billing=PERSON, customer_note="x" * 9000)
        deliver(client, body)
    folder = Path(str(database.engine.url.database)).parent
    assert any(b"zelda@quill.test" in file.read_bytes().lower() for file in folder.glob("sales.db*"))

    erase(admin)

    for file in folder.glob("sales.db*"):
        assert b"quillon" not in file.read_bytes().lower(), file


def test_a_logged_error_of_the_database_names_nobody(database: Database) -> None:
    row = {"customer_name": "Zelda Quillon"}
    with pytest.raises(DBAPIError) as failed, database.transaction() as db:
        db.execute(insert(orders).values(**row))
    about = (failed.type, failed.value, failed.tb)

    line = JsonLines().format(logging.LogRecord("writer", logging.ERROR, "", 0, "failed", (), about))

    assert "INSERT INTO orders" in line
    assert "Quillon" not in line


def test_an_order_without_people_still_says_what_counts() -> None:
    body = make_order_body(
        billing=PERSON,
        customer_ip_address="1.2.3.4",
        refunds=[{"id": 5, "reason": "Zelda", "total": "-1.00"}],
        line_items=[make_line(meta_data=[{"key": "_reduced_stock", "value": "2", "display_value": "Zelda"}])],
    )

    kept = redact.without_people(body)

    assert "Zelda" not in json.dumps(kept)
    assert kept["line_items"][0]["meta_data"] == [{"key": "_reduced_stock", "value": "2"}]
    assert {name: kept[name] for name in ("id", "status", "total", "order_key", "date_modified_gmt")} == {
        name: body[name] for name in ("id", "status", "total", "order_key", "date_modified_gmt")
    }
    assert kept["refunds"] == [{"id": 5, "total": "-1.00"}]


def test_address_note_and_payment_of_an_erased_order_are_gone_and_stay_so(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    shipping = {"first_name": "Otto", "address_1": "5 Rue du Four"}
    more = {"shipping": shipping, "customer_note": "For Zelda", "transaction_id": "pi_123"}
    fees = [{"id": 4, "name": "Engraved for Zelda", "total": "2.00"}]
    deliver(client, make_order_body(billing=PERSON, fee_lines=fees, **more))
    with database.transaction() as db:
        add_staff_note(db, EVERYTHING, "ada", 1, "Zelda called")

    erase(admin)
    deliver(
        client,
        make_order_body(billing=PERSON, date_modified_gmt="2026-11-21T09:00:00", fee_lines=fees, **more),
    )

    assert not is_named(database)
    assert not any(part in told(database) for part in ("otto", "rue du four", "pi_123"))
    assert "Fee" in admin.get("/orders/1").text


def test_what_waits_of_an_erased_order_keeps_what_it_charges() -> None:
    shipping = [{"id": 3, "method_title": "Tracked 48", "total": "3.50", "instance_id": "1"}]
    fee = [{"id": 4, "name": "Engraved for Zelda", "total": "2.00"}]
    body = make_order_body(billing=PERSON, shipping_lines=shipping, fee_lines=fee, total_tax="5.58")

    kept = redact.without_people(body)

    assert kept["shipping_lines"] == [{"id": 3, "method_title": "Tracked 48", "total": "3.50"}]
    assert kept["fee_lines"] == [{"id": 4, "total": "2.00"}]
    assert kept["total_tax"] == "5.58"


def test_reasons_of_refunds_of_an_erased_order_are_gone(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(
        client,
        make_order_body(billing=PERSON, refunds=[{"id": 5, "reason": "Sent to Zelda", "total": "-1.00"}]),
    )

    erase(admin)

    with database.reading() as db:
        assert list(db.execute(select(order_refunds.c.reason)).scalars()) == [""]


@pytest.mark.parametrize("is_on", [True, False], ids=["failed", "held"])
def test_what_waits_of_an_erased_customer_names_nobody(
    client: FlaskClient, admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    deliver(client, make_order_body(billing=PERSON))
    erase(admin)
    with database.transaction() as db:
        settings.switch(db, "ada", 1, is_on)
    changed = {"date_modified_gmt": "2026-11-20T10:05:00", "line_items": [make_line(quantity=3)]}

    with monkeypatch.context() as patch:
        patch.setattr("writer.sales.post", lambda *_args, **_named: 1 / 0)
        deliver(client, make_order_body(billing=PERSON, **changed))

    assert not is_named(database)
    with database.transaction() as db:
        settings.switch(db, "ada", 1, True)
        if is_on:
            actions.replay(db, 2)
    assert totals(database) == {("Fire", "24pin"): 3}
    assert not is_named(database)
