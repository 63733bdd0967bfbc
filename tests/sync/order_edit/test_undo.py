"""A change of status is undone from its toast: in the store first, and only while nothing else changed it."""

import html
import re

from flask.testing import FlaskClient

from tests.connected import recorded
from tests.fake_services.woocommerce import FakeStore
from tests.page import flashed
from tests.sync.order_edit.test_amend import there
from writer.db import Database


def undo_address(page: str) -> str:
    """Return the address that the toast's button Undo posts to."""
    [address] = re.findall(r'action="([^"]*/status/undo[^"]*)"', page)
    return html.unescape(address)


def test_a_status_comes_back_in_the_store_and_here(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    shipped = admin.post("/orders/1/status?view=to-ship&n=3", data={"status": "completed"})
    page = admin.get(shipped.location).text
    undone = admin.post(undo_address(page))

    assert undone.location == "/orders/1?view=to-ship&n=3"
    assert there(store, db).status == "processing"
    assert (recorded(db).status, recorded(db).to_ship) == ("processing", 2)


def test_what_was_changed_meanwhile_is_not_undone(db: Database, store: FakeStore, admin: FlaskClient) -> None:
    answer = admin.post("/orders/1/status", data={"status": "completed"}, follow_redirects=True)
    admin.post("/orders/1/status", data={"status": "cancelled"})
    admin.get("/orders/1")

    again = admin.post(undo_address(answer.text), follow_redirects=True)

    assert flashed(again.text) == ["danger"]
    assert there(store, db).status == "cancelled"


def test_an_undo_that_the_store_refuses_says_so(db: Database, store: FakeStore, admin: FlaskClient) -> None:
    answer = admin.post("/orders/1/status", data={"status": "completed"}, follow_redirects=True)
    store.take_down()

    again = admin.post(undo_address(answer.text), follow_redirects=True)
    store.bring_up()

    assert flashed(again.text) == ["danger"]
    assert recorded(db).status == "completed"


def test_the_same_status_again_cannot_be_undone(store: FakeStore, admin: FlaskClient) -> None:
    answer = admin.post("/orders/1/status", data={"status": "processing"}, follow_redirects=True)

    assert "/status/undo" not in answer.text


def test_the_main_button_does_what_an_order_waits_for(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    admin.post("/orders/1/status", data={"status": "on-hold"})

    seen = []
    for _ in range(3):
        buttons = main_buttons(admin.get("/orders/1").text)
        seen += buttons
        for status in buttons:
            admin.post("/orders/1/status", data={"status": status})

    assert seen == ["processing", "completed"]
    assert there(store, db).status == "completed"


def main_buttons(page: str) -> list[str]:
    """Return the statuses that main buttons of the page set."""
    return re.findall(r'name="status" value="([^"]+)"><button type="submit" class="btn btn-main"', page)
