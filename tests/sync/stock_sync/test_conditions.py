"""How stores fare on the dashboard's card and in every list of stores: well only where nobody need look."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.hub import Hub
from tests.makers import sign_in_as
from writer.db.schema.differences import stock_differences
from writer.db.schema.stores import stores

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


def card(admin: FlaskClient) -> str:
    """The words of the card about stores."""
    found = admin.get("/dashboard/cards").text.split('card-name">Stores')[1].split("</a>")[0]
    return " ".join(found.replace("</span>", "").replace('<span class="card-', "").split())


def test_all_is_well_where_every_store_is_fine(admin: FlaskClient) -> None:
    assert card(admin) == 'number">2 note">all well'


def test_a_store_switched_off_is_not_well(hub: Hub, admin: FlaskClient) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 2).values(is_active=False))

    assert card(admin) == 'number">1 of 2 fine note">1 switched off'


def test_numbers_that_wait_for_the_owner_are_said_on_every_page(hub: Hub, admin: FlaskClient) -> None:
    hub.let_drift(2, shows=20)
    assert len(hub.rows(stock_differences)) == 1

    pages = [admin.get(path).text for path in ("/dashboard", "/stores", "/stores/2")]

    assert card(admin) == 'number">1 of 2 fine note">1 waits for you'
    assert '<a class="small" href="/stores/2/stock-sync">1 number to decide.</a>' in pages[0]
    assert all("aits for you" in page for page in pages)


def test_a_listing_in_trouble_is_not_well(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[1].set_managed("X", False)
    hub.sell_here(1)
    hub.push()

    assert card(admin) == 'number">1 of 2 fine note">1 in trouble'
    assert 'class="small" href="/stores/2/stock-sync">1 listing' in admin.get("/dashboard").text
