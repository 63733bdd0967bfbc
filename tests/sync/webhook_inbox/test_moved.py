"""A store that has another address: held, known again by its secret or its orders, moved by one button."""

import json

import pytest
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.hub import Hub
from tests.makers import WEBHOOK_SECRET
from tests.page import data_values
from writer.db.schema.audit import audit_entries
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.stores import registry
from writer.stores.registry import Keyring, Vault
from writer.stores.woocommerce.signing import signature

pytestmark = pytest.mark.hub(stores=2, items={"X": 100}, counted=["X"])
OWN_SECRET = "a secret of this store alone"


@pytest.fixture
def keyless(hub: Hub) -> None:
    """Both stores deliver webhooks and have no REST keys."""
    with hub.database.transaction() as db:
        db.execute(update(stores).values(consumer_key_encrypted=None, base_url=None))


def source(hub: Hub, store: int = 1) -> str:
    return registry.normalised(hub.fakes[store - 1].url)


def move(hub: Hub, store: int = 1) -> str:
    """Let a store answer at another address, from now on; return the address its webhooks name."""
    fake = hub.fakes[store - 1]
    fake.state.url = fake.url.replace("127.0.0.1", "localhost")
    return source(hub, store)


def give_own_secret(hub: Hub, store: int) -> None:
    with hub.database.transaction() as db:
        registry.set_secret(db, Keyring(hub.vault, WEBHOOK_SECRET), "ada", store, OWN_SECRET)
    for hook in hub.fakes[store - 1].state.webhooks.values():
        hook.secret = OWN_SECRET


def press(browser: FlaskClient, address: str, store: int) -> int:
    data = {"source": address, "store_id": str(store)}
    return browser.post("/webhook-inbox/moved", data=data).status_code


def known_as(browser: FlaskClient) -> list[str]:
    """Return which stores the held sources are said to be."""
    return data_values(browser.get("/activity").text, "known-as")


@pytest.mark.usefixtures("keyless")
def test_a_store_that_sends_known_orders_from_another_address_is_moved_and_nothing_counts_twice(
    hub: Hub, admin: FlaskClient
) -> None:
    known = hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    new = move(hub)
    hub.fakes[0].set_status(known, "completed")
    hub.fakes[0].place_order([("X", 3)])
    assert set(hub.deliver()) == {200}
    assert (hub.sold(), known_as(admin)) == (2, ["1"])

    assert press(admin, new, 1) == 303

    assert (hub.sold(), hub.on_hand()) == (5, 95)
    assert {row.store_id for row in hub.rows(orders)} == {1}
    assert {row.store_id for row in hub.rows(deliveries)} == {1}
    assert (hub.store(1).source, len(hub.rows(stores))) == (new, 2)
    assert "unknown source" not in hub.open_notices()


@pytest.mark.usefixtures("keyless")
def test_a_store_is_known_by_its_own_secret_before_it_sends_any_known_order(
    hub: Hub, admin: FlaskClient
) -> None:
    give_own_secret(hub, 2)
    move(hub, 2)
    hub.fakes[1].place_order([("X", 1)])

    hub.deliver()

    assert known_as(admin) == ["2"]
    of_store = [data_values(admin.get(f"/stores/{number}").text, "known-as") for number in (1, 2)]
    assert of_store == [[], ["2"]]


@pytest.mark.usefixtures("keyless")
def test_what_comes_from_the_new_address_afterwards_is_counted_at_once(hub: Hub, admin: FlaskClient) -> None:
    give_own_secret(hub, 1)
    new = move(hub)
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()
    press(admin, new, 1)

    hub.fakes[0].place_order([("X", 4)])
    hub.deliver()

    assert hub.sold() == 5


def test_a_strangers_orders_say_nothing(hub: Hub, admin: FlaskClient) -> None:
    move(hub)
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()

    assert known_as(admin) == []
    assert press(admin, source(hub), 1) == 409
    assert hub.sold() == 0


def test_a_secret_that_two_stores_have_says_nothing(hub: Hub, admin: FlaskClient) -> None:
    give_own_secret(hub, 1)
    give_own_secret(hub, 2)
    move(hub)
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()

    assert known_as(admin) == []


def test_only_an_admin_moves_a_store(hub: Hub, staff: FlaskClient) -> None:
    assert press(staff, source(hub), 1) == 403


def wait_for_job(hub: Hub, store: int) -> str:
    """Return how what the button began in the background ended."""
    jobs = hub.app.extensions["jobs"]
    while not jobs.find(store).is_done:
        pass
    return str(jobs.find(store).sentence)


def test_the_rest_address_of_a_moved_store_follows_with_the_keys_it_has(hub: Hub, admin: FlaskClient) -> None:
    give_own_secret(hub, 1)
    new = move(hub)
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()

    press(admin, new, 1)

    assert wait_for_job(hub, 1) == f"A is called at http://{new} from now on."
    assert hub.store(1).base_url == f"http://{new}"
    hub.poll()
    assert hub.sold() == 1


def test_a_moved_store_whose_keys_do_not_work_there_says_so_and_its_orders_count(
    hub: Hub, admin: FlaskClient
) -> None:
    give_own_secret(hub, 1)
    new = move(hub)
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()
    hub.fakes[0].faults.keys_revoked = True

    press(admin, new, 1)

    assert "enter its address, and new keys" in wait_for_job(hub, 1)
    assert (hub.sold(), hub.store(1).source) == (1, new)


def test_another_address_for_the_same_keys_takes_what_is_held_from_there(
    hub: Hub, admin: FlaskClient
) -> None:
    give_own_secret(hub, 1)
    new = move(hub)
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    assert hub.sold() == 0

    answer = admin.post("/stores/1/keys", data={"base_url": f"http://{new}", "name": "A"})

    assert answer.status_code == 303
    assert (hub.sold(), hub.store(1).source, hub.store(1).base_url) == (2, new, f"http://{new}")
    with hub.database.reading() as db:
        moves = select(audit_entries.c.action).where(audit_entries.c.action == "store.move")
        assert len(db.execute(moves).all()) == 1


@pytest.mark.usefixtures("keyless")
@pytest.mark.parametrize("named", ["https://bücher-shop.example/", "https://xn--bcher-shop-9db.example/"])
def test_a_shop_with_an_umlaut_is_the_same_whether_it_names_itself_raw_or_in_ascii(
    hub: Hub, named: str
) -> None:
    with hub.database.transaction() as db:
        db.execute(
            update(stores)
            .where(stores.c.id == 1)
            .values(source=registry.normalised("https://bücher-shop.example"))
        )
    hub.fakes[0].place_order([("X", 1)])
    for headers, body in hub.fakes[0].take_deliveries():
        # As a WSGI server hands on the header's bytes.
        hub.post(headers | {"X-WC-Webhook-Source": named.encode().decode("latin-1")}, body)

    assert hub.sold() == 1


def test_a_body_that_is_no_order_is_no_clue(hub: Hub, admin: FlaskClient) -> None:
    move(hub)
    hub.fakes[0].place_order([("X", 1)])
    for headers, _ in hub.fakes[0].take_deliveries():
        body = json.dumps([{"id": 1}]).encode()
        hub.post(headers | hub_signature(body), body)

    assert known_as(admin) == []


def hub_signature(body: bytes) -> dict[str, str]:
    return {"X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, body), "Content-Length": str(len(body))}


def test_the_vault_of_another_installation_opens_no_secret(hub: Hub) -> None:
    give_own_secret(hub, 1)
    other = Keyring(Vault([Fernet.generate_key().decode()]), WEBHOOK_SECRET)

    with hub.database.reading() as db:
        assert registry.own_signers(db, other) == {}
