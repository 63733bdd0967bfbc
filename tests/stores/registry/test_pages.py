"""The pages of stores: the list, one store, its settings, its secret, switching it off and on."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import deliver, make_order_body
from tests.makers import WEBHOOK_SECRET, grant_every_store
from tests.orders.record.ledger import posted, totals
from tests.page import facts, flashed
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.stores import store_secrets, stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.people import notices

OWN = "a-secret-of-its-own"
SETTINGS = {"name": "shop.example", "paid_statuses": ""}


def store_row(database: Database) -> tuple[str, str, bool, bool]:
    with database.reading() as db:
        row = db.execute(select(stores)).one()
    return row.name, row.paid_statuses, row.counts_on_hold, row.is_active


def outcomes(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.execute(select(deliveries.c.outcome).order_by(deliveries.c.id)).scalars())


def actions_noted(database: Database) -> list[str]:
    with database.reading() as db:
        by_ada = select(audit_entries.c.action).where(audit_entries.c.actor == "ada")
        return list(db.execute(by_ada.order_by(audit_entries.c.id)).scalars())


@pytest.mark.wording("/stores")
def test_without_a_store_the_page_says_how_to_connect_one(admin: FlaskClient, staff: FlaskClient) -> None:
    page = admin.get("/stores").text

    assert "Connect one with its REST keys" in page
    assert page.partition("<main")[2].count('href="/stores/connect"') == 1
    assert "You may see no store yet: ask an admin." in staff.get("/stores").text
    assert "http://localhost/api/woocommerce/webhook" in page
    assert "Order created, Order updated, Order restored, Order deleted" in page


def test_a_store_is_listed_with_its_wrong_signatures(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body())
    deliver(client, make_order_body(), secret="wrong-wrong-wrong-wrong")

    listed, shown = admin.get("/stores").text, admin.get("/stores/1").text

    assert "shop.example" in listed
    assert facts(shown)["Wrong signatures"] == "1, last now"


@pytest.mark.parametrize("number", ["0", "9", "2147483648", "99999999999999999999"])
def test_a_store_that_is_not_there_is_not_found(admin: FlaskClient, number: str) -> None:
    for path in ("", "/secret", "/off", "/on"):
        data = {**SETTINGS, "secret": OWN}
        assert admin.post(f"/stores/{number}{path}", data=data).status_code == 404
    assert admin.get(f"/stores/{number}").status_code == 404


def test_staff_see_a_store_but_no_settings(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    grant_every_store(database)

    assert "shop.example" in staff.get("/stores/1").text
    assert 'name="secret"' not in staff.get("/stores/1").text
    for path in ("", "/secret", "/off", "/on"):
        data = {"name": "mine", "paid_statuses": "", "secret": OWN}
        assert staff.post(f"/stores/1{path}", data=data).status_code == 403
    assert store_row(database) == ("shop.example", "", False, True)


def test_a_store_is_renamed(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body())

    page = admin.post("/stores/1", data={**SETTINGS, "name": " My shop "}, follow_redirects=True).text

    assert flashed(page) == ["success"]
    assert store_row(database)[0] == "My shop"
    assert actions_noted(database) == ["store.change"]


def test_settings_saved_unchanged_leave_no_trace(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())

    admin.post("/stores/1", data=SETTINGS)

    assert actions_noted(database) == []


def test_a_status_mapped_as_paid_counts_its_orders_and_closes_the_notice(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(status="shipped", date_paid_gmt=None))
    with database.reading() as db:
        before = [notice.kind for notice in notices.list_notices(db)]

    page = admin.post(
        "/stores/1", data={**SETTINGS, "paid_statuses": "wc-Shipped, ready"}, follow_redirects=True
    ).text

    assert before == ["unmapped status"]
    assert flashed(page) == ["success"]
    assert 'value="ready, shipped"' in page
    assert totals(database) == {("Fire", "24pin"): 2}
    with database.reading() as db:
        assert notices.list_notices(db) == []


def test_orders_on_hold_count_when_the_owner_says_so_and_no_longer_when_not(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(status="on-hold"))

    admin.post("/stores/1", data={**SETTINGS, "counts_on_hold": "y"})
    admin.post("/stores/1", data=SETTINGS)

    assert posted(database) == [2, -2]


@pytest.mark.wording("/stores/<id>")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "  "}, "Must be 1 to 60 characters."),
        ({"name": "n" * 61}, "Must be 1 to 60 characters."),
        ({"name": "a\x00b"}, "Must be 1 to 60 characters."),
        ({"paid_statuses": "cancelled"}, "cancelled cannot count as paid."),
        ({"paid_statuses": "ready to go"}, "ready to go is no status"),
        ({"paid_statuses": "s" * 41}, "is no status"),
    ],
)
def test_unusable_settings_are_refused_beside_their_field(
    client: FlaskClient, admin: FlaskClient, database: Database, changes: dict[str, str], said: str
) -> None:
    deliver(client, make_order_body())

    answer = admin.post("/stores/1", data={**SETTINGS, **changes})

    assert answer.status_code == 422
    assert said in answer.text
    assert store_row(database) == ("shop.example", "", False, True)


def test_a_new_secret_is_taken_at_once_and_the_one_before_for_a_day(
    client: FlaskClient, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(client, make_order_body())
    now = clock.now()

    page = admin.post("/stores/1/secret", data={"secret": OWN}, follow_redirects=True).text
    answers = [
        deliver(client, make_order_body(), secret=secret).status_code for secret in (OWN, WEBHOOK_SECRET)
    ]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    later = [
        deliver(client, make_order_body(), secret=secret).status_code for secret in (OWN, WEBHOOK_SECRET)
    ]

    assert " good until " in facts(page)["Webhook secret"]
    assert OWN not in page
    assert (answers, later) == ([200, 200], [200, 401])


@pytest.mark.parametrize("secret", ["", "too-short", " " * 20, "s" * 201])
def test_an_unusable_secret_is_refused_and_not_shown(
    client: FlaskClient, admin: FlaskClient, database: Database, secret: str
) -> None:
    deliver(client, make_order_body())

    answer = admin.post("/stores/1/secret", data={"secret": secret})

    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert not secret.strip() or secret not in answer.text
    with database.reading() as db:
        assert db.execute(select(store_secrets)).all() == []


def test_what_a_store_delivers_while_switched_off_is_held_and_counted_later(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(id=1))
    admin.post("/stores/1/off")
    held = [deliver(client, make_order_body(id=number)).status_code for number in (2, 3)]
    off = (outcomes(database), totals(database))

    page = admin.post("/stores/1/on", follow_redirects=True).text

    assert held == [200, 200]
    assert off == (["recorded", "held", "held"], {("Fire", "24pin"): 2})
    assert flashed(page) == ["success", "success"]
    assert outcomes(database) == ["recorded", "recorded", "recorded"]
    assert totals(database) == {("Fire", "24pin"): 6}
    assert actions_noted(database) == ["store.switch", "store.switch"]


def test_switching_off_twice_leaves_one_trace(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())

    admin.post("/stores/1/off")
    admin.post("/stores/1/off")

    assert actions_noted(database) == ["store.switch"]
