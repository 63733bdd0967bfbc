"""Pages that connect a store: what they refuse, what they start, and who may."""

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.connected import add_product, listed, store_row
from tests.delivering import deliver, make_order_body
from tests.fake_services.woocommerce import FakeStore
from tests.page import data_values, field_errors, flashed
from writer import orders
from writer.db import Database
from writer.lib import clock
from writer.stores.listings import refresh
from writer.stores.registry import Keyring, contact, jobs, registry
from writer.stores.woocommerce import read_order
from writer.sync.stock_push import outcome, plan

pytestmark = pytest.mark.usefixtures("reads_once")


@pytest.fixture
def store(store: FakeStore) -> FakeStore:
    store.add_product("X-1", 5)
    return store


@pytest.fixture
def read_store_id(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> int:
    """The store, after its mappings were refreshed."""
    refresh(db, ring.vault, store_id)
    return store_id


def wait(app: Flask, store_id: int) -> jobs.Job:
    """Return the store's job once it is done."""
    for _ in range(3000):
        job: jobs.Job | None = app.extensions["jobs"].find(store_id)
        if job is not None and job.is_done:
            return job
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def form(store: FakeStore, **changes: str) -> dict[str, str]:
    return {"base_url": store.url, "key": store.key, "secret": store.secret, **changes}


STEP_QUERIES = ("?step=webhooks", "?step=counts")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


# Address and keys


def test_store_that_answers_is_saved_and_its_steps_are_shown(
    admin: FlaskClient, db: Database, store: FakeStore
) -> None:
    answer = admin.post("/stores/connect", data=form(store, site_id="a"), follow_redirects=True)

    assert "success" in flashed(answer.text)
    assert "unencrypted" in answer.text
    row = store_row(db, 1)
    assert (row.name, row.site_id, row.base_url) == ("Shop A", "a", store.url)
    assert store.secret not in answer.text


@pytest.mark.wording("/stores/connect")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"base_url": ""}, "Enter the address of the shop."),
        ({"base_url": "ftp://x"}, "The address must begin with https:// or http://."),
        ({"key": "a b"}, "Paste the consumer key as WooCommerce showed it."),
        ({"secret": "ck_1"}, "This is the other one"),
        ({"site_id": "a b"}, "Use letters, digits"),
    ],
)
def test_unusable_field_is_named_and_nothing_is_saved(
    admin: FlaskClient, db: Database, store: FakeStore, changes: dict[str, str], sentence: str
) -> None:
    answer = admin.post("/stores/connect", data=form(store, **changes))

    assert answer.status_code == 422
    assert sentence in answer.text
    with db.reading() as connection:
        assert plan.list_due_stores(connection) == []
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM stores").scalar_one() == 0


def test_store_that_refuses_says_why_and_keeps_what_was_typed(admin: FlaskClient, store: FakeStore) -> None:
    key = store.read_only_key

    answer = admin.post("/stores/connect", data=form(store, key=key.key, secret=key.secret))

    assert answer.status_code == 422
    assert field_errors(answer.text) == ["key"]
    assert f'value="{key.key}"' in answer.text


def test_same_store_twice_is_refused(admin: FlaskClient, store: FakeStore, store_id: int) -> None:
    answer = admin.post("/stores/connect", data=form(store))

    assert (answer.status_code, field_errors(answer.text)) == (422, ["base_url"])


def test_new_keys_are_tried_and_the_name_stays(
    admin: FlaskClient, db: Database, store: FakeStore, store_id: int
) -> None:
    before = store_row(db, store_id)
    key = store.new_key()

    page = admin.get(f"/stores/{store_id}/keys")
    admin.post(f"/stores/{store_id}/keys", data=form(store, key=key.key, secret=key.secret))

    after = store_row(db, store_id)
    assert f'value="{store.url}"' in page.text
    assert store.key not in page.text
    assert after.name == "Shop A"
    assert after.consumer_key_encrypted != before.consumer_key_encrypted


# The steps


@pytest.mark.wording("/stores/<id>/connect")
def test_steps_of_a_new_store_say_what_comes_next(admin: FlaskClient, store_id: int) -> None:
    pages = [admin.get(f"/stores/{store_id}/connect{query}").text for query in ("", *STEP_QUERIES)]

    assert [data_values(page, "step") for page in pages] == [["products"], ["webhooks"], ["counts"]]
    assert "matched to the stock list by SKU" in words(pages[0])
    assert "so orders are imported by polling only" in words(pages[1])
    assert "Nothing is written to this store" in words(pages[2])


def test_webhooks_that_arrive_are_said_though_nothing_can_look_after_them(
    app: Flask, admin: FlaskClient, store: FakeStore, store_id: int
) -> None:
    deliver(app.test_client(), make_order_body(), source=store.url)

    page = admin.get(f"/stores/{store_id}/keys").text

    assert data_values(page, "webhooks") == ["arriving"]


def test_refresh_runs_in_the_background_and_tells_how_it_ended(
    app: Flask, admin: FlaskClient, db: Database, store_id: int
) -> None:
    answer = admin.post(f"/stores/{store_id}/refresh")

    job = wait(app, store_id)
    assert answer.status_code == 303
    assert job.sentence == "Shop A: 1 products and variations, 0 matched (0 newly), 1 unmatched."
    assert "1 unmatched" in admin.get(f"/stores/{store_id}/connect").text
    assert "X-1" in listed(db, store_id)


def test_running_job_is_shown_and_no_second_one_begins(
    app: Flask, admin: FlaskClient, store: FakeStore, store_id: int
) -> None:
    store.faults.slow_s = 3
    admin.post(f"/stores/{store_id}/refresh")

    page = admin.get(f"/stores/{store_id}/connect").text
    second = admin.post(f"/stores/{store_id}/check", follow_redirects=True).text

    assert 'http-equiv="refresh"' in page
    assert flashed(second) == ["warning"]
    store.faults.slow_s = 0
    wait(app, store_id)


def test_job_that_fails_says_why(
    app: Flask, admin: FlaskClient, db: Database, store: FakeStore, store_id: int
) -> None:
    store.faults.broken = True

    admin.post(f"/stores/{store_id}/refresh")

    job = wait(app, store_id)
    assert (job.category, "error of its own" in job.sentence) == ("danger", True)
    assert store_row(db, store_id).next_call_at is not None


def test_job_that_breaks_says_no_inner_thing(app: Flask) -> None:
    app.extensions["jobs"].start(1, "Breaking", lambda tell: str(1 // 0))

    job = wait(app, 1)
    assert (job.category, job.sentence) == (
        "danger",
        "It broke off because of an error here; the log says which.",
    )


def test_without_public_address_webhooks_cannot_be_made(admin: FlaskClient, store_id: int) -> None:
    answer = admin.post(f"/stores/{store_id}/webhooks")

    assert answer.status_code == 409
    assert "WRITER_PUBLIC_URL" in answer.text


@pytest.fixture
def public(app: Flask) -> None:
    """The writer has a public address."""
    app.config["ONEROM"] = replace(app.config["ONEROM"], public_url="https://hub.example")


@pytest.mark.usefixtures("public")
def test_webhooks_are_made_with_one_button(
    app: Flask, admin: FlaskClient, store: FakeStore, store_id: int
) -> None:
    admin.post(f"/stores/{store_id}/check")
    first = wait(app, store_id)

    admin.post(f"/stores/{store_id}/webhooks")

    assert (first.category, first.sentence) == ("warning", "5 things are not right, see below.")
    assert wait(app, store_id).sentence == "All webhooks are in order."
    assert len(store.state.webhooks) == 5


@pytest.mark.usefixtures("public")
def test_short_secret_is_refused(admin: FlaskClient, store: FakeStore, store_id: int) -> None:
    answer = admin.post(f"/stores/{store_id}/webhooks", data={"secret": "short"})

    assert answer.status_code == 422
    assert field_errors(answer.text) == ["webhooks-secret"]
    assert store.state.webhooks == {}


def test_rules_are_saved_and_unusable_ones_named(admin: FlaskClient, db: Database, store_id: int) -> None:
    url = f"/stores/{store_id}/rules"
    wrong = admin.post(url, data={"buffer": "-1", "difference_policy": "ask", "poll_interval_s": "15"})
    good = {"buffer": "2", "difference_policy": "ask", "manages_stock": "y", "poll_interval_s": "60"}
    right = admin.post(url, data=good)

    row = store_row(db, store_id)
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert field_errors(wrong.text) == ["buffer"]
    assert (row.buffer, row.difference_policy, row.restocks_refunds, row.manages_stock) == (
        2,
        "ask",
        False,
        True,
    )
    assert row.poll_interval_s == 60


def test_large_change_is_confirmed(admin: FlaskClient, db: Database, store_id: int) -> None:
    with db.transaction() as connection:
        outcome.hold_mass_change(connection, store_row(db, store_id), "80 of 100 listings would be set to 0.")

    page = admin.get(f"/stores/{store_id}/connect").text
    admin.post(f"/stores/{store_id}/confirm")

    assert "80 of 100 listings" in page
    row = store_row(db, store_id)
    assert (row.mass_change, row.mass_confirmed_at is not None) == (None, True)


# Mappings


def test_list_of_mappings_shows_what_is_unmatched_and_unlisted(
    admin: FlaskClient, db: Database, store: FakeStore, read_store_id: int
) -> None:
    add_product(db, "Z-9", 3)

    text = words(admin.get(f"/stores/{read_store_id}/listings?show=unmatched").text)

    assert "X-1" in text
    assert "Z-9" in text
    assert admin.get(f"/stores/{read_store_id}/listings?show=nonsense").status_code == 200


def test_listing_is_mapped_left_alone_and_matched_again(
    admin: FlaskClient, db: Database, read_store_id: int
) -> None:
    product = add_product(db, "Z-9", 3)
    listing = listed(db, read_store_id)["X-1"]
    url = f"/stores/{read_store_id}/listings/{listing.id}"
    found = []
    for data in ({"do": "map", "sku": "z-9"}, {"do": "leave"}, {"do": "sku"}):
        admin.post(url, data=data)
        row = listed(db, read_store_id)["X-1"]
        found.append((row.stock_product_id, row.is_mapped_by_hand))

    assert found == [(product, True), (None, True), (None, False)]


def test_renamed_listing_offers_its_sku_as_alias(
    admin: FlaskClient, db: Database, ring: Keyring, store: FakeStore, read_store_id: int
) -> None:
    add_product(db, "X-1")
    store.rename_sku("X-1", "X-2")
    refresh(db, ring.vault, read_store_id)
    url = f"/stores/{read_store_id}/listings"

    page = admin.get(f"{url}?show=renamed").text
    answer = admin.post(
        f"{url}/{listed(db, read_store_id)['X-2'].id}", data={"do": "alias"}, follow_redirects=True
    )

    assert 'value="alias"' in page
    assert flashed(answer.text) == ["success"]
    assert "renamed</span>" not in admin.get(url).text


@pytest.mark.wording("/stores/<id>/listings")
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"do": "map", "sku": " "}, "Enter a SKU"),
        ({"do": "map", "sku": "Q"}, "The stock list has no product Q"),
    ],
)
def test_mapping_that_cannot_be_made_says_why(
    admin: FlaskClient, db: Database, read_store_id: int, data: dict[str, str], sentence: str
) -> None:
    listing = listed(db, read_store_id)["X-1"]

    answer = admin.post(f"/stores/{read_store_id}/listings/{listing.id}", data=data, follow_redirects=True)

    assert sentence in answer.text


# Baseline


def test_opening_stock_takes_one_stores_counts_over_and_starts(
    app: Flask, admin: FlaskClient, db: Database, read_store_id: int
) -> None:
    page = words(admin.get(f"/stores/{read_store_id}/opening-stock").text)

    admin.post(
        f"/stores/{read_store_id}/opening-stock",
        data={"from": str(read_store_id), "start": str(read_store_id)},
    )

    assert re.search("X-1 .* 5", page)
    assert wait(app, read_store_id).sentence == (
        "1 SKUs are counted as Shop A shows them, 1 of them new here. They are pushed from now on to Shop A."
    )
    assert store_row(db, read_store_id).push_state == "on"


def test_who_counts_nothing_yet_is_led_to_a_stores_counts(
    admin: FlaskClient, db: Database, read_store_id: int
) -> None:
    page = admin.get(f"/stores/{read_store_id}/opening-stock").text
    data = {"from": "ours", "start": str(read_store_id)}
    answer = admin.post(f"/stores/{read_store_id}/opening-stock", data=data, follow_redirects=True)

    assert 'value="ours" disabled>' in page
    assert f'id="from-{read_store_id}" value="{read_store_id}" checked>' in page
    assert flashed(answer.text) == ["danger"]
    assert store_row(db, read_store_id).push_state == "off"


def test_opening_stock_starts_from_our_counts_and_stops(
    admin: FlaskClient, db: Database, read_store_id: int
) -> None:
    add_product(db, "X-1", 5)
    url = f"/stores/{read_store_id}"
    states = []
    for path, data in (("opening-stock", {"from": "ours", "start": str(read_store_id)}), ("stop", {})):
        admin.post(f"{url}/{path}", data=data)
        states.append(store_row(db, read_store_id).push_state)

    assert states == ["on", "off"]
    began = store_row(db, read_store_id).stock_from
    admin.post(f"{url}/start-again")
    assert (store_row(db, read_store_id).push_state, store_row(db, read_store_id).stock_from) == ("on", began)


@pytest.mark.wording("/stores/<id>/opening-stock")
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"from": "ours"}, "Choose at least one store to start."),
        ({"from": "x", "start": "1"}, "Choose which counts to start from."),
    ],
)
def test_opening_stock_that_says_too_little_is_refused(
    admin: FlaskClient, db: Database, read_store_id: int, data: dict[str, str], sentence: str
) -> None:
    answer = admin.post(f"/stores/{read_store_id}/opening-stock", data=data, follow_redirects=True)

    assert sentence in answer.text
    assert store_row(db, read_store_id).push_state == "off"


def test_store_never_read_cannot_be_started(admin: FlaskClient, db: Database, store_id: int) -> None:
    data = {"from": "ours", "start": str(store_id)}

    answer = admin.post(f"/stores/{store_id}/opening-stock", data=data, follow_redirects=True)

    assert flashed(answer.text) == ["danger"]


def test_listing_of_another_store_is_not_found(admin: FlaskClient, db: Database, read_store_id: int) -> None:
    listing = listed(db, read_store_id)["X-1"]

    answer = admin.post(f"/stores/{read_store_id + 1}/listings/{listing.id}", data={"do": "leave"})

    assert answer.status_code == 404


# Who may


def test_staff_change_nothing_about_a_connection(
    app: Flask, staff: FlaskClient, db: Database, read_store_id: int
) -> None:
    url = f"/stores/{read_store_id}"

    for path in ("keys", "webhooks", "rules", "stop", "confirm", "opening-stock"):
        assert staff.post(f"{url}/{path}").status_code == 403
    for path in ("/stores/connect", f"{url}/opening-stock"):
        assert staff.get(path).status_code == 403
    assert 'method="post" class="card-x"' not in staff.get(f"{url}/keys").text


def connect_again(admin: FlaskClient, store: FakeStore, **more: str) -> Any:
    """Connect the store as a new one, at another address."""
    store.state.url = store.url.replace("127.0.0.1", "localhost")
    data = {"base_url": store.url, "key": store.key, "secret": store.secret, **more}
    return admin.post("/stores/connect", data=data)


def record_one_order(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> None:
    store.add_product("FIRE24", 10)
    store.place_order([("FIRE24", 1)])
    with contact(db, ring.vault, store_id, "read orders") as client:
        for page in client.orders_pages(None):
            with db.transaction() as connection:
                channel = registry.channel(registry.get(connection, store_id))
                for payload in page:
                    orders.record(connection, channel, read_order(payload, clock.now()), "poll")


def test_a_known_store_at_another_address_is_not_connected_a_second_time_unasked(
    admin: FlaskClient, db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    record_one_order(db, ring, store, store_id)

    asked = connect_again(admin, store)
    moved = connect_again(admin, store, same_as=str(store_id))

    assert (asked.status_code, data_values(asked.text, "same-store")) == (422, [str(store_id)])
    assert (moved.status_code, moved.location) == (303, f"/stores/{store_id}/connect")
    row = store_row(db, store_id)
    assert (row.base_url, row.source) == (store.url, registry.normalised(store.url))


def test_a_store_that_began_as_a_copy_is_connected_when_a_person_says_so(
    admin: FlaskClient, db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    record_one_order(db, ring, store, store_id)

    answer = connect_again(admin, store, is_another="1")

    assert (answer.status_code, answer.location) == (303, f"/stores/{store_id + 1}/connect")


def test_the_present_keys_are_kept_where_none_are_entered(
    admin: FlaskClient, db: Database, store: FakeStore, store_id: int
) -> None:
    answer = admin.post(f"/stores/{store_id}/keys", data={"base_url": store.url, "name": "Kiln"})
    half = admin.post(f"/stores/{store_id}/keys", data={"base_url": store.url, "key": store.key})

    assert answer.status_code == 303
    assert store_row(db, store_id).name == "Kiln"
    assert (half.status_code, field_errors(half.text)) == (422, ["secret"])
