"""How stores fare on Home and in every list of stores: well only where nobody need look."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from tests.hub import Hub
from tests.makers import sign_in_as
from writer.db.schema.differences import stock_differences
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock

pytestmark = pytest.mark.hub(stores=2)


@pytest.fixture
def hub(hub: Hub) -> Hub:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(last_contact_at=hub.now(), difference_policy="ask"))
    return hub


@pytest.fixture
def admin(app: Flask, hub: Hub) -> FlaskClient:
    """Ada signs in at the hub's time."""
    return sign_in_as(app, "ada")


def states(admin: FlaskClient) -> list[str]:
    """The word that Home says of each store."""
    found = admin.get("/").text.split('id="stores"')[1].split("</section>")[0]
    return re.findall(r'class="pill[^>]*>([^<]*)<', found)


def test_all_is_well_where_every_store_is_fine(admin: FlaskClient) -> None:
    assert states(admin) == ["Up to date", "Up to date"]


def test_a_store_switched_off_is_not_well(hub: Hub, admin: FlaskClient) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 2).values(is_active=False))

    assert states(admin) == ["Up to date", "Switched off"]


def test_numbers_that_wait_for_the_owner_are_said_on_every_page(hub: Hub, admin: FlaskClient) -> None:
    hub.let_drift(2, shows=20)
    assert len(hub.rows(stock_differences)) == 1

    pages = [admin.get(path).text for path in ("/", "/stores", "/stores/2")]

    assert states(admin) == ["Up to date", "Waits for you"]
    assert '<a href="/stores/2/differences">1 number to decide</a>' in pages[0]
    assert all("aits for you" in page for page in pages)


def test_a_listing_in_trouble_is_not_well(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[1].set_managed("X", False)
    hub.sell_here(1)
    hub.push()

    assert states(admin) == ["Up to date", "In trouble"]
    assert 'href="/stores/2/stock-sync?show=trouble">1 listing' in admin.get("/").text


def test_a_delivery_that_could_not_be_counted_needs_somebody_while_it_can_be_replayed(
    hub: Hub, admin: FlaskClient
) -> None:
    with hub.database.transaction() as db:
        failed = {"outcome": "failed", "sentence": "No.", "source": "x", "topic": "order.updated"}
        db.execute(insert(deliveries).values(store_id=2, received_at=clock.now(), body=b"{}", **failed))
    flagged = admin.get("/stores/2").text
    with hub.database.transaction() as db:
        db.execute(update(deliveries).values(body=None))

    assert 'href="/stores/2/activity?outcome=trouble"' in flagged
    assert 'href="/stores/2/activity?outcome=trouble"' not in admin.get("/stores/2").text
