"""The pages of deliveries: those of the list of activity, one of them, replaying it, accepting a source."""

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.delivering import captured, deliver, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.ledger import posted, totals
from tests.page import cells, data_values, facts, flashed, is_empty
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.people import notices

STAGING = "https://staging.example/"


def listed(page: str) -> int:
    """Return how many deliveries a page lists."""
    return data_values(page, "entry").count("delivery")


def forget_bodies(database: Database) -> None:
    with database.transaction() as db:
        db.execute(update(deliveries).values(body=None))


def test_an_empty_list_says_where_to_look(admin: FlaskClient) -> None:
    assert is_empty(admin.get("/activity?kind=delivery").text)


def test_the_list_shows_what_came_of_each_delivery(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body(id=77))
    deliver(client, make_order_body(id=77))

    page = admin.get("/activity?kind=delivery").text

    assert cells(page, "Store") == ["shop.example", "shop.example"]
    assert cells(page, "Result") == ["Repeat", "Recorded"]
    assert page.count('href="/orders/1"') == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("&outcome=recorded", 2),
        ("&outcome=held", 0),
        ("&outcome=nonsense", 3),
        ("&q=1002", 1),
        ("&q=%231002", 1),
        ("&q=100", 0),
        ("&q=%00", 3),
        ("&order=1", 2),
        ("&order=99999999999999999999", 3),
        ("&order=7", 0),
        ("&days=1", 3),
        ("&store=1", 3),
        ("&store=2", 0),
        ("&after=nonsense~delivery~x", 3),
    ],
)
def test_the_list_is_filtered(client: FlaskClient, admin: FlaskClient, query: str, count: int) -> None:
    deliver(client, make_order_body(id=1001))
    deliver(client, make_order_body(id=1001))
    deliver(client, make_order_body(id=1002))

    assert listed(admin.get(f"/activity?kind=delivery{query}").text) == count


def test_a_deletion_is_found_by_the_number_of_its_order(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body(id=1001, number="A-7"))
    deliver(client, {"id": 1001}, topic="order.deleted")

    assert listed(admin.get("/activity?q=A-7").text) == 2


def test_a_long_list_is_paged(client: FlaskClient, admin: FlaskClient) -> None:
    for number in range(1, 53):
        deliver(client, make_order_body(id=number))

    first = admin.get("/activity?kind=delivery").text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = admin.get(html.unescape(older)).text

    assert (listed(first), listed(second)) == (50, 2)
    assert 'rel="next"' not in second


def test_a_delivery_shows_what_came_and_its_body_to_admins_alone(
    client: FlaskClient, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(customer_note="<script>alert(1)</script>"))
    grant_every_store(database)

    seen_by_admin, seen_by_staff = admin.get("/webhook-inbox/1").text, staff.get("/webhook-inbox/1").text

    for page in (seen_by_admin, seen_by_staff):
        assert "order.updated" in page
        assert "Counted +2 Fire 24pin" in page
    assert "customer_note" in seen_by_admin
    assert "<script>alert" not in seen_by_admin
    assert "customer_note" not in seen_by_staff


@pytest.mark.parametrize("number", ["0", "9", "2147483648", "99999999999999999999"])
def test_a_delivery_that_is_not_there_is_not_found(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/webhook-inbox/{number}").status_code == 404
    assert admin.post(f"/webhook-inbox/{number}/replay").status_code == 404


def test_every_captured_delivery_has_a_page(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    for delivery in captured():
        delivery.post(client)
    with database.reading() as db:
        ids = list(db.execute(select(deliveries.c.id)).scalars())

    assert len(ids) > 40
    for found in ids:
        assert admin.get(f"/webhook-inbox/{found}").status_code == 200


def test_a_huge_body_is_shown_in_part(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body(customer_note="n" * 300_000))

    page = admin.get("/webhook-inbox/1").text

    assert len(page) < 250_000


def test_a_replayed_delivery_posts_nothing_again(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())

    page = admin.post("/webhook-inbox/1/replay", follow_redirects=True).text

    assert flashed(page) == ["success"]
    assert facts(page)["Processed"] == "2 times"
    assert posted(database) == [2]
    with database.reading() as db:
        noted = db.execute(select(audit_entries).where(audit_entries.c.actor == "ada")).one()
    assert (noted.action, noted.subject) == ("delivery.replay", "delivery 1")


def test_a_delivery_without_its_body_is_not_replayed(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    forget_bodies(database)

    shown = admin.get("/webhook-inbox/1").text
    page = admin.post("/webhook-inbox/1/replay", follow_redirects=True).text

    assert "/webhook-inbox/1/replay" not in shown
    assert flashed(page)[-1] == "warning"
    assert facts(page)["Size"] == "no longer kept"


def test_a_counted_delivery_of_a_store_switched_off_keeps_its_outcome(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    admin.post("/stores/1/off")

    page = admin.post("/webhook-inbox/1/replay", follow_redirects=True).text

    assert flashed(page)[-1] == "warning"
    with database.reading() as db:
        assert db.execute(select(deliveries.c.outcome)).scalar_one() == "recorded"


@pytest.mark.wording("/activity")
def test_an_unknown_source_is_held_and_accepted_as_a_store(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=1))
    deliver(client, make_order_body(id=2), source=STAGING)
    deliver(client, make_order_body(id=3), source=STAGING)
    held = admin.get("/activity?outcome=held").text

    page = admin.post("/webhook-inbox/accept", data={"source": "staging.example"}, follow_redirects=True).text

    assert "Accept staging.example as a store" in held
    assert "2 correctly signed deliveries are held" in held
    assert "If it is a copy of a store (staging), leave it" in held
    assert "staging.example is a store now, and 2 held deliveries were processed." in page
    assert totals(database) == {("Fire", "24pin"): 6}
    with database.reading() as db:
        assert notices.list_notices(db) == []
    assert "Accept staging.example" not in admin.get("/activity").text


def test_a_held_source_is_for_admins_to_see_and_accept(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=1))
    deliver(client, make_order_body(id=2), source=STAGING)

    grant_every_store(database)

    assert "staging.example" not in staff.get("/activity?outcome=held").text
    assert staff.post("/webhook-inbox/accept", data={"source": "staging.example"}).status_code == 403
    with database.reading() as db:
        assert len(db.execute(select(stores)).all()) == 1


def test_a_held_delivery_cannot_be_replayed_before_its_source_is_accepted(
    client: FlaskClient, admin: FlaskClient
) -> None:
    deliver(client, make_order_body(id=1))
    deliver(client, make_order_body(id=2), source=STAGING)

    shown = admin.get("/webhook-inbox/2").text
    page = admin.post("/webhook-inbox/2/replay", follow_redirects=True).text

    assert "/webhook-inbox/2/replay" not in shown
    assert flashed(page)[-1] == "warning"


@pytest.mark.parametrize("source", ["", "nobody.example", "a\x00b"])
def test_a_source_that_holds_nothing_cannot_be_accepted(
    admin: FlaskClient, database: Database, source: str
) -> None:
    assert admin.post("/webhook-inbox/accept", data={"source": source}).status_code == 404
    with database.reading() as db:
        assert db.execute(select(stores)).all() == []


def test_a_source_without_a_name_cannot_be_accepted(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=1))
    deliver(client, make_order_body(id=2), source=STAGING)
    admin.post("/webhook-inbox/accept", data={"source": "staging.example"})
    deliver(client, make_order_body(id=3), source="")

    page = admin.get("/activity").text

    assert data_values(page, "held-source") == [""]
    assert "/webhook-inbox/accept" not in page
    assert admin.post("/webhook-inbox/accept", data={"source": ""}).status_code == 422
    with database.reading() as db:
        assert len(db.execute(select(stores)).all()) == 2
