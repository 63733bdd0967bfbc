"""What an order to ship needs is kept: where to, a note, the payment, every amount."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Row, select, update

from tests.delivering import captured, deliver, make_line, make_order_body
from tests.makers import WEBHOOK_SECRET
from writer.db import Database
from writer.db.schema.orders import order_lines, orders
from writer.orders.record import Address, Charge, load_address, load_charges, take_out_of_cache
from writer.sync import order_import

pytestmark = pytest.mark.postgres

BILLED = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.test",
    "phone": "01632 960001",
    "address_1": "12 St James's Square",
    "city": "London",
    "postcode": "SW1Y 4JH",
    "country": "GB",
}
SHIPPED = {"first_name": "Mary", "company": "Kiln", "address_1": "5 Rue du Four", "country": "FR"}
PERSONAL = (
    "ship_to",
    "ship_country",
    "phone",
    "customer_note",
    "transaction_id",
    "customer_name",
    "customer_email",
    "raw",
)


def full(**changes: Any) -> dict[str, Any]:
    """An order with everything a store sends of one."""
    return make_order_body(
        total="34.48",
        total_tax="5.58",
        discount_total="2.00",
        customer_note="Please ring twice.",
        payment_method_title="Credit card",
        transaction_id="pi_123",
        shipping_lines=[{"id": 3, "method_title": "Tracked 48", "total": "3.50", "total_tax": "0.70"}],
        fee_lines=[
            {"id": 4, "name": "Gift wrap", "total": "3.40"},
            {"id": 5, "name": "Thanks", "total": "-0.40"},
        ],
        line_items=[make_line(subtotal="24.00", total="22.00", total_tax="4.40")],
        **{"billing": BILLED, "shipping": {}, **changes},
    )


def order(database: Database) -> Row[Any]:
    with database.reading() as db:
        return db.execute(select(orders)).one()


def line(database: Database) -> Row[Any]:
    with database.reading() as db:
        return db.execute(select(order_lines)).one()


def test_an_order_keeps_what_shipping_it_needs(client: FlaskClient, database: Database) -> None:
    deliver(client, full())

    row = order(database)
    assert load_address(row.ship_to) == Address(
        name="Ada Lovelace",
        address_1="12 St James's Square",
        city="London",
        postcode="SW1Y 4JH",
        country="GB",
    )
    assert (row.phone, row.customer_note) == ("01632 960001", "Please ring twice.")
    assert (row.payment_title, row.transaction_id) == ("Credit card", "pi_123")
    assert load_charges(row.charges) == [
        Charge("shipping", "Tracked 48", 350),
        Charge("fee", "Gift wrap", 340),
        Charge("fee", "Thanks", -40),
    ]
    assert (row.tax_minor, row.discount_minor) == (558, 200)
    assert (line(database).subtotal_minor, line(database).total_minor, line(database).tax_minor) == (
        2400,
        2200,
        440,
    )


def test_a_shipping_address_stands_above_the_billing_address(client: FlaskClient, database: Database) -> None:
    deliver(client, full(shipping={**SHIPPED, "phone": "+33 1"}))

    row = order(database)
    assert load_address(row.ship_to) == Address(
        name="Mary", company="Kiln", address_1="5 Rue du Four", country="FR"
    )
    assert (row.phone, row.customer_name) == ("+33 1", "Ada Lovelace")
    assert row.ship_country == "FR"


def test_a_shipping_address_without_a_street_is_none(client: FlaskClient, database: Database) -> None:
    deliver(client, full(shipping={"first_name": "Ada", "last_name": "Lovelace", "country": "GB"}))

    found = load_address(order(database).ship_to)
    assert found is not None
    assert found.address_1 == "12 St James's Square"


def test_what_a_store_does_not_say_is_not_known(client: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body(billing={}))

    row = order(database)
    assert (row.ship_to, row.phone, row.customer_note, row.payment_title) == (None, None, None, None)
    assert (row.tax_minor, row.discount_minor, row.charges) == (None, None, "[]")
    assert (line(database).subtotal_minor, line(database).tax_minor) == (None, None)


def test_a_captured_order_of_a_real_store_has_its_address_and_amounts(
    client: FlaskClient, database: Database
) -> None:
    captured("s1_11_rest_set_paid")[0].post(client)

    row = order(database)
    address = load_address(row.ship_to)
    assert address is not None
    assert (address.address_1, address.country) == ("1 High Street", "GB")
    assert (row.payment_title, row.tax_minor, row.discount_minor) == ("Cash on delivery", 0, 0)
    assert [(charge.kind, charge.total_minor) for charge in load_charges(row.charges) or []] == [
        ("shipping", 350)
    ]
    assert (line(database).subtotal_minor, line(database).tax_minor) == (1500, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shipping": "12 Kiln Lane"},
        {"shipping": {"address_1": ["12"]}},
        {"billing": {"phone": True}},
        {"customer_note": {"text": "ring"}},
        {"total_tax": "a lot"},
        {"discount_total": [2]},
        {"shipping_lines": "Tracked 48"},
        {"shipping_lines": [{"method_title": "Tracked 48", "total": "free"}]},
        {"fee_lines": [{"name": "Wrap", "total": None}, "x"]},
        {"line_items": [make_line(subtotal="x")]},
        {"line_items": [make_line(total_tax={})]},
    ],
    ids=str,
)
def test_what_is_not_understood_is_never_taken_as_empty(
    client: FlaskClient, database: Database, wrong: dict[str, Any]
) -> None:
    deliver(client, full())
    before = order(database)

    answer = deliver(client, {**full(), "date_modified_gmt": "2026-11-21T10:00:00", **wrong})

    assert answer.status_code == 200
    assert order(database) == before


def test_another_address_alone_is_news(client: FlaskClient, database: Database) -> None:
    deliver(client, full())

    deliver(client, full(shipping=SHIPPED, date_modified_gmt="2026-11-21T10:00:00"))

    address = load_address(order(database).ship_to)
    assert address is not None
    assert address.company == "Kiln"


def test_a_short_message_leaves_the_details_as_they_were(client: FlaskClient, database: Database) -> None:
    deliver(client, full())
    before, line_before = order(database), line(database)

    client.post(
        "/webhooks/woocommerce/refund_or_cancel",
        json={"order_id": 1001, "status": "cancelled"},
        headers={"Authorization": f"Bearer {WEBHOOK_SECRET}"},
    )

    after = order(database)
    assert after.status == "cancelled"
    kept = (
        "ship_to",
        "ship_country",
        "phone",
        "customer_note",
        "payment_title",
        "transaction_id",
        "charges",
        "tax_minor",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (line(database).subtotal_minor, line(database).tax_minor) == (
        line_before.subtotal_minor,
        line_before.tax_minor,
    )


def test_an_order_that_leaves_the_cache_names_nobody(client: FlaskClient, database: Database) -> None:
    deliver(client, full(shipping=SHIPPED))

    with database.transaction() as db:
        take_out_of_cache(db, [1])

    row = order(database)
    assert [getattr(row, name) for name in PERSONAL] == [None] * len(PERSONAL)
    assert (row.tax_minor, row.to_ship) == (558, 0)


def test_an_order_recorded_before_details_were_kept_gets_them_from_its_raw_data(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, full())
    as_recorded, line_recorded = order(database), line(database)
    _forget_details(database)

    filled = order_import.read_details(database, lambda: False)

    assert filled == 1
    assert order(database) == as_recorded
    assert line(database) == line_recorded
    assert order_import.read_details(database, lambda: False) == 0
    assert deliver(client, full()).get_json()["outcome"] == "repeat"


def test_raw_data_that_is_not_understood_leaves_an_order_without_details(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, full())
    _forget_details(database)
    with database.transaction() as db:
        db.execute(update(orders).values(raw='{"id": 1001}'))

    assert order_import.read_details(database, lambda: False) == 1

    row = order(database)
    assert (row.charges, row.tax_minor, row.ship_to) == ("[]", None, None)
    assert order_import.read_details(database, lambda: False) == 0


def _forget_details(database: Database) -> None:
    """Leave an order as the revision before details left it."""
    names = (
        "ship_to",
        "ship_country",
        "phone",
        "customer_note",
        "payment_title",
        "transaction_id",
        "charges",
    )
    with database.transaction() as db:
        nothing: dict[str, Any] = dict.fromkeys((*names, "tax_minor", "discount_minor"))
        db.execute(update(orders).values(snapshot_hash="of the revision before", **nothing))
        db.execute(update(order_lines).values(subtotal_minor=None, tax_minor=None))
