"""Many orders marked as shipped over real HTTP, each in its store first, and taken back."""

from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.fake_services.woocommerce import FakeStore
from tests.makers import grant_every_store
from tests.page import data_values, flashed
from writer.db import Database
from writer.db.schema.orders import orders
from writer.stores.registry import Keyring, contact
from writer.sync.order_edit import shipping
from writer.sync.order_import import Reader


@pytest.fixture
def store(db: Database, ring: Keyring, store: FakeStore) -> FakeStore:
    """The connected store with three orders to ship, recorded as 1 to 3."""
    for _ in range(2):
        store.place_order([("FIRE24", 1)])
    with contact(db, ring.vault, 1, "read orders") as client:
        Reader(db, client, 1).poll()
    store.calls.clear()
    return store


def there(store: FakeStore, db: Database) -> list[str]:
    """Return the statuses of the orders in the store."""
    with db.reading() as connection:
        ids = connection.execute(select(orders.c.external_id).order_by(orders.c.id)).scalars().all()
    return [store.state.orders[int(order_id)].status for order_id in ids]


def here(db: Database) -> list[str]:
    with db.reading() as connection:
        return list(connection.execute(select(orders.c.status).order_by(orders.c.id)).scalars())


def mark(client: FlaskClient, *ids: int, back: str = "view=to-ship") -> str:
    data = {"id": [str(order_id) for order_id in ids], "back": back}
    return client.post("/orders/mark-shipped", data=data, follow_redirects=True).text


def undo_of(page: str) -> str:
    """Return the address that the page's Undo posts to."""
    return next(
        address.replace("&amp;", "&")
        for address in (part.split('"')[0] for part in page.split('action="'))
        if address.startswith("/orders/mark-shipped/undo")
    )


def test_ticked_orders_are_completed_in_the_store_and_here(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    page = mark(admin, 1, 3)

    assert flashed(page) == ["success"]
    assert there(store, db) == ["completed", "processing", "completed"]
    assert here(db) == ["completed", "processing", "completed"]
    assert store.calls.count("PUT") == 2


def test_marking_as_shipped_is_taken_back(db: Database, store: FakeStore, admin: FlaskClient) -> None:
    page = mark(admin, 1, 3)

    admin.post(undo_of(page))

    assert there(store, db) == ["processing"] * 3
    assert here(db) == ["processing"] * 3


def test_an_order_that_changed_since_is_not_taken_back(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    page = mark(admin, 1, 2)
    admin.post("/orders/2/status", data={"status": "refunded"})

    answer = admin.post(undo_of(page), follow_redirects=True)

    assert data_values(answer.text, "outcome") == ["done", "refused"]
    assert here(db) == ["processing", "refunded", "processing"]


def test_of_each_order_it_is_said_whether_it_was_changed(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    admin.post("/orders/2/status", data={"status": "cancelled"}, follow_redirects=True)

    page = mark(admin, 1, 2, 3)

    assert data_values(page, "outcome") == ["done", "refused", "done"]
    assert here(db) == ["completed", "cancelled", "completed"]
    assert unquote(undo_of(page)) == "/orders/mark-shipped/undo?order=1-processing&order=3-processing"


def test_what_is_shipped_already_is_not_sent_again(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    mark(admin, 1)
    store.calls.clear()

    page = mark(admin, 1)

    assert data_values(page, "outcome") == ["refused"]
    assert store.calls.count("PUT") == 0


def test_a_store_that_is_silent_is_asked_once_and_can_be_tried_again(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    store.take_down()
    page = mark(admin, 1, 2, 3)
    store.bring_up()

    assert data_values(page, "outcome") == ["open"] * 3
    assert page.count('type="hidden" name="id"') == 3
    assert here(db) == ["processing"] * 3


def test_what_there_was_no_time_for_can_be_tried_again(
    db: Database, store: FakeStore, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "_LONGEST_S", -1.0)

    page = mark(admin, 1, 2)

    assert data_values(page, "outcome") == ["open", "open"]
    assert page.count('type="hidden" name="id"') == 2
    assert store.calls.count("PUT") == 0


def test_an_order_that_is_gone_in_the_store_stops_no_other(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    with db.transaction() as connection:
        connection.execute(update(orders).where(orders.c.id == 1).values(external_id="99999"))

    page = mark(admin, 1, 2)

    assert data_values(page, "outcome") == ["open", "done"]


def test_orders_of_stores_that_are_not_seen_are_left_alone(
    db: Database, store: FakeStore, staff: FlaskClient
) -> None:
    page = mark(staff, 1, 2)
    untouched = here(db)
    grant_every_store(db)
    mark(staff, 1)

    assert data_values(page, "outcome") == []
    assert untouched == ["processing"] * 3
    assert here(db) == ["completed", "processing", "processing"]


@pytest.mark.parametrize("ids", [(), (0,), (2**40,)])
def test_who_ticks_nothing_changes_nothing(
    db: Database, store: FakeStore, admin: FlaskClient, ids: tuple[int, ...]
) -> None:
    assert flashed(mark(admin, *ids)) == ["warning"]
    assert here(db) == ["processing"] * 3


@pytest.mark.parametrize("query", ["", "?order=", "?order=x-processing", "?order=1"])
def test_an_undo_that_names_nothing_is_refused(
    db: Database, store: FakeStore, admin: FlaskClient, query: str
) -> None:
    assert admin.post(f"/orders/mark-shipped/undo{query}").status_code == 422


def test_no_transaction_is_open_while_a_store_is_called(
    db: Database, store: FakeStore, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from writer.stores.woocommerce import client as store_client

    open_then: list[int] = []
    send = store_client.Client.put_order

    def put_order(*given: object, **named: object) -> object:
        open_then.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return send(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(store_client.Client, "put_order", put_order)
    mark(admin, 1, 2)

    assert open_then == [0, 0]


def test_a_list_that_no_address_can_name_is_no_error(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    answer = admin.post("/orders/mark-shipped", data={"id": ["1"], "back": "q=a\r\nSet-Cookie: b&sku=x\0"})

    assert answer.status_code == 303
    assert "\n" not in answer.location
