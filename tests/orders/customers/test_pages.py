"""The pages that erase a customer: by e-mail, and from the page of an order."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from tests.delivering import deliver, make_order_body
from tests.page import data_values, flashed
from writer.db import Database
from writer.db.schema.orders import orders
from writer.db.schema.webhook_inbox import deliveries


def kept(db: Database) -> tuple[str | None, str | None, bytes | None]:
    """Return name, e-mail and the delivery's body kept of the one order."""
    with db.reading() as connection:
        order = connection.execute(select(orders)).one()
        body = connection.execute(select(deliveries.c.body)).scalar_one()
    return order.customer_name, order.customer_email, body


def told(db: Database) -> str:
    """Return all that is told of orders, in deliveries and in the audit trail."""
    with db.reading() as connection:
        tables = ("orders", "order_events", "deliveries", "audit_entries")
        return repr([list(connection.execute(text(f"SELECT * FROM {name}"))) for name in tables])


def test_a_customer_is_erased_by_mail(app: Flask, db: Database, admin: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    data = {"email": " ADA@example.test ", "confirmed": "1"}
    answer = admin.post("/customers/erase", data=data, follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    name, email, body = kept(db)
    assert (name, email) == (None, None)
    assert b"ada@example.test" not in (body or b"")
    assert "Lovelace" not in admin.get("/orders").text


@pytest.mark.wording("/customers/erase")
def test_before_a_customer_is_erased_it_is_said_from_what(
    app: Flask, db: Database, admin: FlaskClient
) -> None:
    for number, source in ((1, "shop"), (2, "shop"), (3, "other")):
        deliver(app.test_client(), make_order_body(id=number), source=f"https://{source}.example/")
        admin.post("/webhook-inbox/accept", data={"source": f"{source}.example"})
    before = told(db)

    answer = admin.post("/customers/erase", data={"email": "ada@example.test"})

    assert answer.status_code == 200
    assert "3 orders of this customer will name nobody" in answer.text
    assert [part in answer.text for part in ("2 in shop.example", "1 in other.example")] == [True, True]
    assert told(db) == before


def test_an_address_that_deliveries_alone_name_is_said_to_be_so(
    app: Flask, db: Database, admin: FlaskClient
) -> None:
    deliver(app.test_client(), make_order_body())
    later = make_order_body(id=2)
    deliver(app.test_client(), later, source="https://staging.example/")
    with db.transaction() as connection:
        connection.execute(update(orders).values(customer_email=None))

    page = admin.post("/customers/erase", data={"email": "ada@example.test"}).text

    assert data_values(page, "orders") == ["0"]


def test_a_customer_is_erased_by_order(app: Flask, db: Database, admin: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    answer = admin.post("/orders/1/erase", follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    assert kept(db)[:2] == (None, None)


@pytest.mark.parametrize(("email", "status"), [("", 422), ("nobody@example.test", 404)])
def test_whom_nobody_knows_is_said(admin: FlaskClient, email: str, status: int) -> None:
    answer = admin.post("/customers/erase", data={"email": email})
    confirmed = admin.post("/customers/erase", data={"email": email, "confirmed": "1"})

    assert [answer.status_code, confirmed.status_code] == [status, status]
    assert "email-error" in answer.text


@pytest.mark.parametrize("order_id", [7, 2**40])
def test_an_order_that_is_not_there_is_not_erased(admin: FlaskClient, order_id: int) -> None:
    assert admin.post(f"/orders/{order_id}/erase").status_code == 404


def test_staff_erase_nobody(app: Flask, db: Database, staff: FlaskClient) -> None:
    deliver(app.test_client(), make_order_body())

    answers = [
        staff.get("/customers/erase").status_code,
        staff.post("/customers/erase", data={"email": "ada@example.test", "confirmed": "1"}).status_code,
        staff.post("/orders/1/erase").status_code,
    ]

    assert answers == [403, 403, 403]
    assert kept(db)[0] == "Ada Lovelace"
