"""The doctor: what is wrong with a store's webhooks is said, and one call sets it right."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug import Response
from werkzeug.serving import make_server

from tests.connected import store_row
from tests.delivering import deliver, make_order_body
from tests.fake_services.woocommerce import FakeStore
from tests.makers import WEBHOOK_SECRET
from tests.ports import free_port
from writer.db import Database
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.people import notices
from writer.stores import webhook_setup
from writer.stores.registry import Keyring, queries
from writer.stores.webhook_setup import actions, client
from writer.stores.webhook_setup.examine import examine, refusal

URL = "https://hub.example/api/woocommerce/webhook"
HOME = "https://shop.example"


def hook(topic: str, url: str = URL, status: str = "active") -> dict[str, Any]:
    return {"id": 1, "topic": topic, "delivery_url": url, "status": status}


def all_hooks(**changes: Any) -> list[dict[str, Any]]:
    return [hook(topic, **changes) for topic in webhook_setup.TOPICS]


@pytest.fixture
def store(store: FakeStore) -> FakeStore:
    store.add_product("FIRE24", 10)
    return store


def open_notices(db: Database) -> list[str]:
    with db.reading() as connection:
        return [notice.sentence for notice in notices.list_notices(connection)]


# What is wrong


def test_all_webhooks_in_order_is_nothing_to_say() -> None:
    assert examine(all_hooks(), URL, HOME) == []


@pytest.mark.parametrize(
    ("hooks", "words"),
    [
        (all_hooks()[1:], "order.created is missing"),
        ([hook("order.created", status="disabled"), *all_hooks()[1:]], "order.created is disabled"),
        ([hook("order.created", status="paused"), *all_hooks()[1:]], "order.created is paused"),
        (
            [hook("order.created", "https://old.example/api/woocommerce/webhook"), *all_hooks()[1:]],
            "order.created is sent to https://old.example/api/woocommerce/webhook instead of",
        ),
        ([hook("order.created", "https://books.example/hook"), *all_hooks()[1:]], "order.created is missing"),
    ],
)
def test_one_webhook_out_of_order_is_named(hooks: list[dict[str, Any]], words: str) -> None:
    sentences = examine(hooks, URL, HOME)

    assert len(sentences) == 1
    assert words in sentences[0]


def test_one_active_webhook_of_two_is_enough() -> None:
    assert examine([hook("order.created", status="disabled"), *all_hooks()], URL, HOME) == []


def test_same_address_may_be_written_differently() -> None:
    assert examine(all_hooks(url="https://HUB.example:443/api/woocommerce/webhook/"), URL, HOME) == []


@pytest.mark.parametrize(
    ("url", "home", "words"),
    [
        ("https://hub.example/x", HOME, None),
        ("https://hub.example:8080/x", HOME, None),
        ("https://hub.example:8107/x", HOME, "port 8107"),
        ("http://192.168.1.5/x", HOME, "private address"),
        ("http://127.0.0.1/x", HOME, "private address"),
        ("http://[::1]/x", HOME, "private address"),
        ("http://hub.local/x", HOME, "private address"),
        ("http://hub/x", HOME, "private address"),
        ("http://127.0.0.1:8107/x", "http://127.0.0.1:8107", None),
        ("http://127.0.0.1:8107/x", "http://127.0.0.1", "port 8107"),
        ("nonsense", HOME, "cannot be read"),
    ],
)
def test_address_that_wordpress_refuses_is_named(url: str, home: str, words: str | None) -> None:
    found = refusal(url, home)

    assert found is None if words is None else words in (found or "")


@pytest.mark.parametrize(
    ("public_url", "url"),
    [
        (None, None),
        ("https://hub.example", URL),
        ("https://hub.example/api/woocommerce/webhook", URL),
        ("https://example.org/hub", "https://example.org/hub/api/woocommerce/webhook"),
    ],
)
def test_stores_deliver_below_the_public_address(public_url: str | None, url: str | None) -> None:
    assert webhook_setup.delivery_url(public_url) == url


# Looking


def test_d13_disabled_webhook_is_noticed(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_order_webhooks(URL)
    store.add_webhook("product.updated", URL)
    store.state.webhooks[2].status = "disabled"

    sentences = webhook_setup.check(db, ring.vault, store_id, URL)

    assert len(sentences) == 1
    assert "disabled" in sentences[0]
    assert queries.webhook_problems(store_row(db, store_id)) == sentences
    assert "disabled" in open_notices(db)[0]


def test_well_store_closes_its_notice(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> None:
    webhook_setup.check(db, ring.vault, store_id, URL)
    store.add_order_webhooks(URL)
    store.add_webhook("product.updated", URL)

    webhook_setup.check(db, ring.vault, store_id, URL)

    assert queries.webhook_problems(store_row(db, store_id)) == []
    assert open_notices(db) == []


def test_without_public_address_no_webhook_is_missed(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.calls.clear()

    assert "by polling" in webhook_setup.check(db, ring.vault, store_id, None)[0]
    assert open_notices(db) == []
    assert len(store.calls) == 0


def test_store_never_looked_at_says_nothing(db: Database, store_id: int) -> None:
    assert queries.webhook_problems(store_row(db, store_id)) is None


# Setting right


def test_missing_webhooks_are_made_with_a_secret_of_their_own(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    assert webhook_setup.mend(db, ring, "ada", store_id, URL) == []

    hooks = store.state.webhooks.values()
    assert [found.topic for found in hooks] == list(webhook_setup.TOPICS)
    assert {found.delivery_url for found in hooks} == {URL}
    secret = next(iter(hooks)).secret
    assert len(secret) >= 40
    with db.reading() as connection:
        assert actions.current_secret(connection, ring, store_id) == secret


def test_made_webhooks_deliver_and_are_believed(
    app: Flask, db: Database, ring: Keyring, store: FakeStore, store_id: int, writer_server: str
) -> None:
    webhook_setup.mend(db, ring, "ada", store_id, f"{writer_server}/api/woocommerce/webhook")

    store.place_order([("FIRE24", 2)])
    answers = store.deliver()

    assert {delivery.status for delivery in answers} == {200}
    with db.reading() as connection:
        assert len(connection.execute(select(orders)).all()) == 1


def test_given_secret_is_used(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> None:
    webhook_setup.mend(db, ring, "ada", store_id, URL, "a-secret-that-was-chosen")

    assert {found.secret for found in store.state.webhooks.values()} == {"a-secret-that-was-chosen"}


def test_short_secret_is_refused_and_changes_nothing(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    with pytest.raises(Invalid):
        webhook_setup.mend(db, ring, "ada", store_id, URL, "short")

    assert store.state.webhooks == {}


def test_disabled_webhook_is_activated_and_none_is_doubled(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    webhook_setup.mend(db, ring, "ada", store_id, URL)
    store.state.webhooks[1].status = "disabled"

    assert webhook_setup.mend(db, ring, "ada", store_id, URL) == []

    assert len(store.state.webhooks) == 5
    assert store.state.webhooks[1].status == "active"


def test_webhook_made_by_hand_changes_to_the_secret_of_the_store(
    app: Flask, db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_order_webhooks(URL, secret=WEBHOOK_SECRET)

    webhook_setup.mend(db, ring, "ada", store_id, URL)

    assert WEBHOOK_SECRET not in {found.secret for found in store.state.webhooks.values()}
    late = deliver(app.test_client(), make_order_body(), source=store.url, secret=WEBHOOK_SECRET)
    assert late.status_code == 200  # what was signed before is good for a day


def test_webhooks_of_other_programs_are_left_alone(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    other = store.add_webhook("order.created", "https://books.example/hook", secret="theirs-alone-really")

    webhook_setup.mend(db, ring, "ada", store_id, URL)

    assert (other.delivery_url, other.secret) == ("https://books.example/hook", "theirs-alone-really")
    assert len(store.state.webhooks) == 6


def test_address_that_a_private_shop_may_be_told_to_use_is_still_said_after_mending(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    sentences = webhook_setup.mend(
        db, ring, "ada", store_id, "https://hub.example:8107/api/woocommerce/webhook"
    )

    assert len(sentences) == 1
    assert "port 8107" in sentences[0]
    assert len(store.state.webhooks) == 5
    assert store_row(db, store_id).webhooks_checked_at <= clock.now()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response("<h1>Not found</h1>", 404), "answered by something else (status 404)"),
        (Response("Welcome", 200), "answered by something else (status 200)"),
        (Response('["pong"]', 200, content_type="application/json"), "answered by something else"),
        (Response("", 301, {"Location": "https://hub.example/"}), "answers with a redirect"),
    ],
)
def test_nothing_is_made_for_an_address_where_something_else_answers(
    db: Database, ring: Keyring, store: FakeStore, store_id: int, answer: Response, words: str
) -> None:
    with serving(answer) as address:
        sentences = webhook_setup.mend(db, ring, "ada", store_id, f"{address}{webhook_setup.PATH}")

    assert len(sentences) == 1
    assert words in sentences[0]
    assert (store.state.webhooks, queries.webhook_problems(store_row(db, store_id))) == ({}, sentences)
    assert open_notices(db)[0].startswith(f"Shop A: {sentences[0]}")


@contextmanager
def serving(answer: Response) -> Iterator[str]:
    """Yield an address at which everything is answered so."""
    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_address_without_a_host_is_named_and_one_that_is_out_of_reach_is_not_held_against() -> None:
    unknown = client.problem_of(f"https://nowhere.invalid{webhook_setup.PATH}")
    silent = client.problem_of(f"http://127.0.0.1:{free_port()}{webhook_setup.PATH}")

    assert unknown is not None
    assert "no host of the name" in unknown
    assert silent is None


def test_webhooks_that_were_made_for_an_earlier_address_are_said_and_removed(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    old, other = (
        "https://hub.example/old/api/woocommerce/webhook",
        "https://else.example/api/woocommerce/webhook",
    )
    webhook_setup.mend(db, ring, "ada", store_id, old)
    store.add_webhook("order.created", other)
    for hook in list(store.state.webhooks.values()):
        made = store.add_webhook(hook.topic, URL)
        made.name = f"onerom-sales {hook.topic}" if hook.delivery_url == old else made.name

    said = webhook_setup.check(db, ring.vault, store_id, URL)
    left = webhook_setup.mend(db, ring, "ada", store_id, URL)

    assert said == [f"An earlier set of webhooks is still sent to {old}. The button removes it."]
    assert left == []
    addresses = {hook.delivery_url for hook in store.state.webhooks.values()}
    assert addresses == {URL, other}


def test_nothing_is_made_for_an_address_that_wordpress_refuses(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(base_url=HOME))
    store.calls.clear()

    sentences = webhook_setup.mend(db, ring, "ada", store_id, "http://192.168.1.4/api/woocommerce/webhook")

    assert len(sentences) == 1
    assert "private address" in sentences[0]
    assert (store.state.webhooks, len(store.calls)) == ({}, 0)
