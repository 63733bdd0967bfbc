"""The line of what happened to an order: store, stock, money and people in the order of time."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_line, make_order_body
from tests.hub import running_hub
from tests.makers import grant_every_store
from tests.page import data_values, text_of
from writer.db import Database
from writer.db.schema.orders import order_events
from writer.lib.store_scope import EVERYTHING
from writer.orders.browse import queries
from writer.orders.browse.books import list_movements
from writer.orders.browse.timeline import Happening, list_happenings
from writer.orders.record import get_order
from writer.stock import movements

pytestmark = pytest.mark.postgres

LATER = {"date_modified_gmt": "2026-11-21T10:00:00"}


def happenings(database: Database, order_id: int = 1) -> list[Happening]:
    """What happened to an order, oldest first."""
    with database.reading() as db:
        order = get_order(db, EVERYTHING, order_id)
        found = list_happenings(
            db,
            EVERYTHING,
            order,
            queries.list_events(db, EVERYTHING, order_id),
            queries.list_refunds(db, EVERYTHING, order_id),
            list_movements(db, order_id),
        )
    return found[::-1]


def sentences(database: Database) -> list[str]:
    return [happening.sentence for happening in happenings(database)]


def test_an_order_is_placed_paid_and_counted(client: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "FIRE24", on_hand=10, at=datetime(2026, 11, 1, tzinfo=UTC))
    deliver(client, make_order_body(payment_method_title="Credit card"))

    assert sentences(database) == [
        "Ordered by Ada Lovelace in shop.example",
        "Paid £24.00 by Credit card",
        "2 units left your stock, 2 count as sold",
    ]


def test_a_change_of_status_says_what_it_counted_and_who_made_it(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(line_items=[make_line(quantity=1)]))
    deliver(client, make_order_body(line_items=[make_line(quantity=1)], status="cancelled", **LATER))
    with database.transaction() as db:
        db.execute(
            update(order_events).where(order_events.c.status == "cancelled").values(cause="changed by ada")
        )

    [last] = [found for found in happenings(database) if found.sentence == "Cancelled"]
    assert (last.detail, last.by) == ("1 unit no longer counts as sold · by ada", "person")


def test_what_changes_nothing_is_technical(client: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body())
    deliver(client, make_order_body(customer_note="Ring twice", **LATER))
    deliver(client, make_order_body(customer_note="Ring twice", **LATER))

    found = [happening for happening in happenings(database) if happening.is_technical]

    assert [(each.sentence, each.path) for each in found] == [
        ("Read again; nothing else to count", "/webhook-inbox/2"),
        ("Repeat: order.updated of the store", "/webhook-inbox/3"),
    ]


def test_an_event_from_before_its_units_were_kept_is_told_by_its_sentence(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    with database.transaction() as db:
        db.execute(update(order_events).values(sold=None, taken=None, sentence="Counted of old."))

    assert "Counted of old." in sentences(database)


def test_refunds_and_notes_stand_in_the_line(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    refund = [{"id": 5, "reason": "chipped", "total": "-3.50"}]
    deliver(client, make_order_body(refunds=refund, **LATER))

    answer = admin.post("/orders/1/staff-notes?status=processing", data={"text": "Fire it again"})

    assert answer.location == "/orders/1?status=processing#happened"
    found = {each.sentence: (each.detail, each.by) for each in happenings(database)}
    assert found["Refunded £3.50"] == ("chipped", "now")
    assert found["Fire it again"] == ("ada · only staff see this", "person")


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_a_note_that_cannot_be_kept_is_refused(client: FlaskClient, admin: FlaskClient, text: str) -> None:
    deliver(client, make_order_body())

    page = admin.post("/orders/1/staff-notes", data={"text": text}, follow_redirects=True).text

    assert data_values(page, "flash") == ["warning"]


def test_nobody_notes_on_an_order_he_may_not_see(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())

    before = staff.post("/orders/1/staff-notes", data={"text": "Mine?"}).status_code
    grant_every_store(database)
    after = staff.post("/orders/1/staff-notes", data={"text": "Mine."}).status_code

    assert (before, after) == (404, 303)


def test_the_stores_that_took_the_new_counts_are_named(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(app, monkeypatch, how_many=2) as hub:
        hub.add_item("FIRE24", 10)
        hub.push()
        order = hub.fakes[0].place_order([("FIRE24", 3)])
        hub.deliver()
        hub.push()
        assert order.id

        shown = text_of(admin.get("/orders/1").text)

    assert "FIRE24: 7" in shown
