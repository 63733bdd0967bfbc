"""Listings that are no product here stand in the inbox; mapping one there can be taken back."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.everything import everything
from tests.page import data_values, flashed
from writer import stock
from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.orders import product_skus

pytestmark = pytest.mark.postgres
# What is known of the number a store shows is read again by the next push, so it is not compared.
_POINTED = (listings.c.id, listings.c.stock_product_id, listings.c.is_mapped_by_hand)


@pytest.fixture
def shop(client: FlaskClient, database: Database) -> Database:
    """A store with an order of product 10, which has no SKU and is listed; X is in the stock list."""
    deliver(client, make_order_body(line_items=[make_line(sku="", product_id=10)]))
    with database.transaction() as db:
        stock.add_product(db, "ada", "X", 10, stock_from())
        db.execute(insert(listings).values(store_id=1, product_id=10, name="Nameless", shown_quantity=10))
    return database


def stock_from() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def state(database: Database) -> list[object]:
    with database.reading() as db:
        pointed = [tuple(row) for row in db.execute(select(*_POINTED))]
        said = [tuple(row) for row in db.execute(select(product_skus.c.product_id, product_skus.c.sku))]
    return [pointed, said, everything(database)]


def settle(client: FlaskClient, **sent: str) -> str:
    data = {"source": "listings", "listing_id": "1", **sent}
    return client.post("/to-sort", data=data, follow_redirects=True).text


def test_listings_without_a_product_are_listed(admin: FlaskClient, shop: Database) -> None:
    page = admin.get("/to-sort?view=listings").text

    assert data_values(page, "entry") == ["listings"]
    assert "Nameless" in page


def test_a_listing_is_mapped_and_its_orders_leave_the_stock(admin: FlaskClient, shop: Database) -> None:
    page = settle(admin, do="product", same_as="x")

    assert flashed(page) == ["success"]
    assert state(shop)[2]["on hand"] == [8]  # type: ignore[index]  # of everything
    assert data_values(admin.get("/to-sort?view=listings").text, "entry") == []


@pytest.mark.parametrize("sent", [{"do": "product", "same_as": "X"}, {"do": "leave"}])
def test_what_was_decided_of_a_listing_is_taken_back(
    admin: FlaskClient, shop: Database, sent: dict[str, str]
) -> None:
    before = state(shop)
    settle(admin, **sent)
    assert state(shop)[0] != before[0]

    admin.post("/to-sort/decisions/1/take-back")

    assert state(shop) == before


@pytest.mark.parametrize("sent", [{"do": "product", "same_as": "X"}, {"do": "leave"}])
def test_what_is_sent_twice_is_taken_back_by_the_last_toast(
    admin: FlaskClient, shop: Database, sent: dict[str, str]
) -> None:
    before = state(shop)
    settle(admin, **sent)
    (undo,) = data_values(settle(admin, **sent), "undo")

    admin.post(undo)

    assert state(shop) == before


def test_a_listing_that_was_mapped_again_since_stays_so(admin: FlaskClient, shop: Database) -> None:
    with shop.transaction() as db:
        stock.add_product(db, "ada", "Y", 10, stock_from())
    settle(admin, do="product", same_as="X")
    admin.post("/stores/1/listings/1", data={"do": "map", "sku": "Y"})
    before = state(shop)

    page = admin.post("/to-sort/decisions/1/take-back", follow_redirects=True).text

    assert flashed(page)[-1] == "warning"
    assert state(shop) == before


def test_what_mapping_would_do_is_said_before(admin: FlaskClient, shop: Database) -> None:
    data = {"source": "listings", "listing_id": "1", "preview": "product", "same_as": "X"}

    page = admin.post("/to-sort", data=data).text

    assert "10 → 8" in page
    assert state(shop)[2]["on hand"] == [10]  # type: ignore[index]  # of everything


@pytest.mark.parametrize(
    "sent", [{"do": "product", "same_as": ""}, {"do": "product", "same_as": "NO"}, {"do": "x"}]
)
def test_a_form_that_makes_no_sense_is_refused(
    admin: FlaskClient, shop: Database, sent: dict[str, str]
) -> None:
    before = state(shop)

    answer = admin.post("/to-sort", data={"source": "listings", "listing_id": "1", **sent})

    assert answer.status_code == 422
    assert state(shop) == before


def test_a_listing_of_a_store_that_is_not_seen_is_not_found(staff: FlaskClient, shop: Database) -> None:
    before = state(shop)

    page = settle(staff, do="leave")

    assert flashed(page) == ["warning"]
    assert state(shop) == before


def change(client: FlaskClient, **sent: str) -> str:
    """Press a button of the page of the store's products."""
    return client.post("/stores/1/listings/1", data=sent, follow_redirects=True).text


@pytest.mark.parametrize("sent", [{"do": "map", "sku": "Y"}, {"do": "leave"}, {"do": "sku"}])
def test_a_mapped_listing_that_is_changed_on_its_stores_page_is_mapped_again_by_undo(
    admin: FlaskClient, shop: Database, sent: dict[str, str]
) -> None:
    with shop.transaction() as db:
        stock.add_product(db, "ada", "Y", 10, stock_from())
    settle(admin, do="product", same_as="X")
    before = state(shop)

    page = change(admin, **sent)
    assert state(shop)[:2] != before[:2]
    (undo,) = data_values(page, "undo")
    admin.post(undo)

    assert state(shop) == before


def test_what_was_sold_while_a_listing_was_left_alone_counts_when_that_is_taken_back(
    client: FlaskClient, admin: FlaskClient, shop: Database
) -> None:
    settle(admin, do="product", same_as="X")
    (undo,) = data_values(change(admin, do="leave"), "undo")
    deliver(client, make_order_body(id=78, line_items=[make_line(sku="", product_id=10)]))

    admin.post(undo)

    assert state(shop)[2]["on hand"] == [6]  # type: ignore[index]  # of everything


def test_a_mapping_by_hand_stands_in_the_history_of_decisions(admin: FlaskClient, shop: Database) -> None:
    change(admin, do="map", sku="X")
    change(admin, do="sku")

    history = admin.get("/to-sort/decisions").text

    assert history.count("/take-back") == 2
