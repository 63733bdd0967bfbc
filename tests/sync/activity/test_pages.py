"""The pages of activity: of all stores and of one, with their views and filters."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from tests.makers import grant_every_store, user_id
from tests.page import cells, data_values, is_empty
from tests.sync.activity.happened import add_store, delivered, failed, pushed, read
from writer.db import Database
from writer.db.schema.stores import stores
from writer.db.schema.users import store_grants
from writer.lib import clock


@pytest.fixture
def store_ids(db: Database) -> list[int]:
    """Two stores; of the first there is one of each kind, and a failure of each of both."""
    now = clock.now()
    first, second = (add_store(db, name, now - timedelta(days=60)) for name in ("Kiln", "Wheel"))
    delivered(db, first, now - timedelta(minutes=4), order_number="2109")
    read(db, first, now - timedelta(minutes=3), seen=3, created=1)
    pushed(db, first, now - timedelta(minutes=2))
    failed(db, first, now - timedelta(minutes=1))
    failed(db, second, now - timedelta(days=9), ended_at=now)
    return [first, second]


def kinds(page: str) -> list[str]:
    return data_values(page, "entry")


def test_everything_is_listed_newest_first_each_with_a_way_to_its_page(
    admin: FlaskClient, store_ids: list[int]
) -> None:
    page = admin.get("/activity").text

    assert kinds(page) == ["failure", "push", "read", "delivery", "failure"]
    assert cells(page, "Result") == ["Open", "Updated", "Read", "Recorded", "Resolved"]
    for path in ("/stock-sync/1", "/order-import/1", "/webhook-inbox/1"):
        assert f'href="{path}"' in page
        assert admin.get(path).status_code == 200


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("?outcome=trouble", ["failure"]),
        ("?kind=failure", ["failure", "failure"]),
        ("?kind=failure&outcome=open&show=ended", ["failure"]),
        ("?days=7", ["failure", "push", "read", "delivery"]),
        ("?q=2109", ["delivery"]),
        ("?store=2", ["failure"]),
        (
            "?kind=nonsense&outcome=nonsense&days=nonsense&store=x",
            ["failure", "push", "read", "delivery", "failure"],
        ),
    ],
)
def test_a_filter_is_kept_in_the_address(
    admin: FlaskClient, store_ids: list[int], query: str, listed: list[str]
) -> None:
    assert kinds(admin.get(f"/activity{query}").text) == listed


def test_what_needs_somebody_is_counted_in_its_view(admin: FlaskClient, store_ids: list[int]) -> None:
    page = admin.get("/activity").text
    of_second = admin.get(f"/stores/{store_ids[1]}/activity").text

    assert data_values(page, "count") == ["1"]
    assert data_values(of_second, "count") == ["0"]


def test_a_store_has_its_own_list_and_staff_see_theirs_alone(
    admin: FlaskClient, staff: FlaskClient, db: Database, store_ids: list[int]
) -> None:
    with db.transaction() as connection:
        connection.execute(insert(store_grants).values(user_id=user_id(db), store_id=store_ids[1]))

    assert kinds(admin.get(f"/stores/{store_ids[1]}/activity").text) == ["failure"]
    assert kinds(staff.get("/activity").text) == ["failure"]
    assert kinds(staff.get(f"/activity?store={store_ids[0]}").text) == []
    assert staff.get(f"/stores/{store_ids[0]}/activity").status_code == 404
    for path in ("/stock-sync/1", "/order-import/1", "/webhook-inbox/1"):
        assert staff.get(path).status_code == 404


def test_an_empty_list_says_what_fills_it_and_a_filter_how_to_see_more(
    admin: FlaskClient, staff: FlaskClient, db: Database
) -> None:
    grant_every_store(db)

    assert [is_empty(browser.get("/activity").text) for browser in (admin, staff)] == [True, True]
    assert 'class="btn" href="/activity"' in admin.get("/activity?days=1").text


def test_the_menu_says_how_many_stores_need_somebody(
    admin: FlaskClient, db: Database, store_ids: list[int]
) -> None:
    with db.transaction() as connection:
        is_updated = {"consumer_key_encrypted": "x", "push_state": "on", "last_contact_at": clock.now()}
        connection.execute(update(stores).values(**is_updated))

    with_trouble = admin.get("/activity").text

    assert 'href="/stores">All stores<span class="count count-todo">1<' in with_trouble
