"""The pages about pushing: failures, a store's health and listings, drift; each button and what it does."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.hub import Hub
from tests.makers import grant_every_store, sign_in_as
from tests.page import cells, data_values, facts, flashed, is_empty
from writer.db.schema.audit import audit_entries
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import failures, stores
from writer.lib import clock
from writer.people.users import grants, queries
from writer.stores.listings import check_all
from writer.stores.registry import failures as failure_rows

pytestmark = pytest.mark.hub(stores=2, items={"X": 10, "Y": 10})


@pytest.fixture
def admin(app: Flask, hub: Hub) -> FlaskClient:
    """Ada signs in at the hub's time."""
    return sign_in_as(app, "ada")


@pytest.fixture
def staff(app: Flask, hub: Hub) -> FlaskClient:
    """Sam, who is granted store 1."""
    with hub.database.transaction() as db:
        user = queries.find_user(db, "sam")
        assert user is not None
        grants.grant(db, "ada", grants.Owner(user_id=user.id), [1])
    return sign_in_as(app, "sam")


def ask_about_drift(hub: Hub, store: int = 1, shows: int = 20) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="ask"))
    hub.let_drift(store, shows)


OPEN = "/activity?kind=failure&outcome=open"


def let_fail(hub: Hub, store: int = 2) -> None:
    """A store is down while something is to be told to it."""
    hub.fakes[store - 1].faults.down = True
    hub.sell_here(1)
    hub.push()


def test_without_failures_the_page_says_so(admin: FlaskClient) -> None:
    assert is_empty(admin.get(OPEN).text)


@pytest.mark.wording("/stock-sync/<id>")
def test_a_failure_is_shown_with_why_how_often_and_when_next(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)
    hub.tick(120)
    hub.push()

    listed, page = admin.get(OPEN).text, admin.get("/stock-sync/1").text

    assert "Could not push stock, 2 times" in listed
    assert "The store cannot be reached" in page
    assert facts(page)["How often"] == "2 times"
    assert facts(page)["Next try"].startswith("in ")


def test_retry_now_lets_the_next_push_try_although_it_would_wait(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)
    hub.fakes[1].faults.clear()
    hub.push()
    assert hub.fakes[1].stock("X") == 10

    answer = admin.post("/stock-sync/1/retry", follow_redirects=True)
    hub.push()

    assert flashed(answer.text) == ["success"]
    assert hub.fakes[1].stock("X") == 9
    assert is_empty(admin.get(OPEN).text)
    assert [row.ended_by for row in hub.rows(failures)] == ["answered again"]
    assert not is_empty(admin.get("/activity?kind=failure&outcome=resolved").text)


def test_retrying_a_listing_looks_at_it_again(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[1].set_managed("X", False)
    hub.sell_here(1)
    hub.push()
    hub.fakes[1].set_managed("X", True)
    hub.fakes[1].set_stock("X", 10)
    hub.push()
    assert hub.fakes[1].stock("X") == 10

    admin.post("/stock-sync/1/retry")
    hub.push()

    assert hub.fakes[1].stock("X") == 9
    assert hub.rows(failures)[0].ended_by == "pushed"


def test_retrying_what_is_over_says_so_and_changes_nothing(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)
    admin.post("/stock-sync/1/give-up")
    before = hub.rows(failures)

    answer = admin.post("/stock-sync/1/retry", follow_redirects=True)

    assert flashed(answer.text) == ["success", "warning"]
    assert hub.rows(failures) == before


def test_giving_up_on_a_store_pauses_it(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)

    admin.post("/stock-sync/1/give-up")

    assert hub.store(2).push_state == "paused"
    assert str(hub.store(2).pause_reason).startswith("ada gave up: The store cannot be reached")
    assert hub.rows(failures)[0].ended_by == "given up by ada"


def test_giving_up_on_a_listing_leaves_it_until_its_count_changes(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[1].set_managed("X", False)
    hub.sell_here(1)
    hub.push()
    with hub.database.transaction() as db:
        db.execute(update(listings).values(needs_check=True))

    admin.post("/stock-sync/1/give-up")
    hub.push()
    assert [row.ended_by for row in hub.rows(failures)] == ["given up by ada"]
    hub.sell_here(1)
    hub.push()

    assert hub.store(2).push_state == "on"
    assert [row.ended_at is None for row in hub.rows(failures)] == [False, True]


def test_the_failures_of_one_store_can_be_looked_at_alone(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)

    pages = [admin.get(f"{OPEN}&store={number}").text for number in (1, 2)]
    assert [is_empty(page) for page in pages] == [True, False]
    assert admin.get(f"{OPEN}&store=nonsense&show=nonsense&days=x").status_code == 200


def test_many_failures_are_shown_page_by_page(hub: Hub, admin: FlaskClient) -> None:
    now = clock.now()
    values = {"store_id": 1, "sentence": "no", "times": 1, "first_at": now, "last_at": now}
    with hub.database.transaction() as db:
        db.execute(failures.insert(), [{**values, "what": f"work {number}"} for number in range(60)])

    first = admin.get(OPEN).text
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)

    assert len(data_values(first, "entry")) == 50
    assert len(data_values(admin.get(html.unescape(older)).text, "entry")) == 10


def test_staff_see_and_retry_the_failures_of_their_stores_alone(hub: Hub, staff: FlaskClient) -> None:
    let_fail(hub, store=2)

    assert is_empty(staff.get(OPEN).text)
    assert staff.get("/stock-sync/1").status_code == 404
    assert staff.post("/stock-sync/1/retry").status_code == 404
    assert staff.get("/stores/2/stock-sync").status_code == 404
    assert staff.get("/stores/1/stock-sync").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/stock-sync/1/give-up",
        *(f"/stores/1/{part}" for part in ("stock-sync/pause", "stock-sync/resume", "stock-sync/confirm")),
    ],
)
def test_what_stops_or_lets_go_is_for_admins(hub: Hub, staff: FlaskClient, path: str) -> None:
    let_fail(hub, store=1)

    assert staff.post(path).status_code == 403
    assert "/give-up" not in staff.get("/stock-sync/1").text


def test_the_page_of_a_healthy_store_says_that_all_is_well(hub: Hub, admin: FlaskClient) -> None:
    hub.sell_here(1)
    hub.push()

    page = admin.get("/stores/1/stock-sync").text

    assert facts(page)["State"] == "Up to date"
    assert facts(page)["To update"].startswith("0 of 2 ")
    assert len({*cells(page, "State")}) == 1
    assert facts(page)["Last contact"] != "never"


def test_a_listing_that_waits_says_what_it_shows_and_should_show(hub: Hub, admin: FlaskClient) -> None:
    let_fail(hub)

    page = admin.get("/stores/2/stock-sync?show=waiting").text

    assert (cells(page, "Should show"), cells(page, "Shows"), ">Y</a>" in page) == (["9"], ["10"], False)
    assert facts(page)["To update"].startswith("1 of 2 ")
    assert "Last error" in facts(page)


def test_listings_are_found_by_sku(hub: Hub, admin: FlaskClient) -> None:
    page = admin.get("/stores/1/stock-sync?q=y").text

    assert (">Y</a>" in page, ">X</a>" in page) == (True, False)
    assert cells(admin.get("/stores/1/stock-sync?q=100%25").text, "Should show") == []


def test_a_listing_in_trouble_is_retried_from_the_stores_page(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[0].set_managed("X", False)
    hub.sell_here(1)
    hub.push()
    assert len(cells(admin.get("/stores/1/stock-sync?show=trouble").text, "Should show")) == 1
    hub.fakes[0].set_managed("X", True)
    hub.fakes[0].set_stock("X", 10)

    answer = admin.post("/stores/1/stock-sync/listings/1")
    hub.push()

    assert answer.location == "/stores/1/stock-sync"
    assert hub.fakes[0].stock("X") == 9
    assert admin.post("/stores/2/stock-sync/listings/1").status_code == 404


def test_push_now_compares_everything_whatever_was_waited_for(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[1].set_stock("Y", 9)  # nobody told us
    let_fail(hub)
    hub.fakes[1].faults.clear()

    admin.post("/stores/2/stock-sync/now")
    hub.push()
    hub.tick(61)
    hub.push()

    assert (hub.fakes[1].stock("X"), hub.fakes[1].stock("Y")) == (9, 10)


def test_a_store_is_paused_and_goes_on_with_what_changed(hub: Hub, admin: FlaskClient) -> None:
    admin.post("/stores/1/stock-sync/pause")
    hub.sell_here(1)
    hub.push()
    assert data_values(admin.get("/stores/1/stock-sync").text, "paused") == ["ada paused it."]
    assert hub.shown() == [10, 9]

    admin.post("/stores/1/stock-sync/resume")
    hub.push()

    assert hub.shown() == [9, 9]
    with hub.database.reading() as db:
        done = list(db.execute(select(audit_entries.c.action)).scalars())
    assert [action for action in done if action.startswith("push.")] == ["push.pause", "push.resume"]


@pytest.mark.wording("/stores/<id>/stock-sync")
@pytest.mark.parametrize(
    ("path", "sentence"),
    [("now", "This store is not pushed to."), ("pause", "This store is not pushed to.")],
)
def test_a_store_that_is_off_cannot_be_pushed_or_paused(
    hub: Hub, admin: FlaskClient, path: str, sentence: str
) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(push_state="off"))

    answer = admin.post(f"/stores/1/stock-sync/{path}", follow_redirects=True)

    assert sentence in answer.text
    assert "The stock of this store is not updated yet." in answer.text


def test_a_mass_change_goes_out_when_it_is_confirmed(hub: Hub, admin: FlaskClient) -> None:
    for number in range(12):
        hub.add_item(f"S{number}")
    for number in range(12):
        hub.sell_here(3, f"S{number}")
    hub.push()
    assert data_values(admin.get("/stores/1/stock-sync").text, "mass-change") == ["true"]

    admin.post("/stores/1/stock-sync/confirm")
    hub.push()

    assert (hub.fakes[0].stock("S3"), hub.fakes[1].stock("S3")) == (7, 10)
    assert data_values(admin.get("/stores/1/stock-sync").text, "mass-change") == []


@pytest.mark.parametrize(("choice", "shown", "action"), [("ours", 10, "enforced"), ("theirs", 20, "adopted")])
def test_a_difference_is_decided_as_the_owner_says(
    hub: Hub, admin: FlaskClient, choice: str, shown: int, action: str
) -> None:
    ask_about_drift(hub)
    page = admin.get("/stores/1/differences").text
    assert (data_values(page, "shown"), data_values(page, "expected")) == (["20"], ["10"])

    admin.post("/stores/1/differences/1", data={"do": choice})
    hub.push()

    assert hub.shown() == [shown, shown]
    (row,) = hub.rows(stock_differences)
    assert (row.action, row.decided_by) == (action, "ada")
    assert data_values(admin.get("/stores/1/differences").text, "decided-by") == ["ada"]


@pytest.mark.wording("/stores/<id>/differences")
def test_a_difference_that_waits_can_be_decided_where_it_is_listed(
    hub: Hub, admin: FlaskClient, staff: FlaskClient
) -> None:
    ask_about_drift(hub)

    page, of_staff = admin.get("/stores/1/differences").text, staff.get("/stores/1/differences").text

    assert "Ask me each time" in page
    assert "Waits for you" in page
    assert page.count('action="/stores/1/differences/1"') == 2
    assert "Waits for an admin" in of_staff
    assert 'action="/stores/1/differences/1"' not in of_staff
    assert 'href="/stores/1/differences"' in admin.get("/stores/1/stock-sync").text


def test_a_difference_is_decided_once_and_by_its_own_store(hub: Hub, admin: FlaskClient) -> None:
    ask_about_drift(hub)
    assert admin.post("/stores/2/differences/1", data={"do": "theirs"}).status_code == 404
    admin.post("/stores/1/differences/1", data={"do": "theirs"})

    answer = admin.post("/stores/1/differences/1", data={"do": "theirs"}, follow_redirects=True)

    assert flashed(answer.text) == ["success", "warning"]
    assert hub.on_hand() == 20


def test_a_difference_of_a_listing_that_became_another_product_is_not_taken_over(
    hub: Hub, admin: FlaskClient
) -> None:
    ask_about_drift(hub)
    with hub.database.transaction() as db:
        db.execute(
            update(listings).where(listings.c.id == 1).values(stock_product_id=2, confirmed_quantity=None)
        )

    answer = admin.post("/stores/1/differences/1", data={"do": "theirs"}, follow_redirects=True)

    assert flashed(answer.text) == ["warning"]
    assert (hub.on_hand("X"), hub.on_hand("Y")) == (10, 10)


def test_a_listing_that_shows_its_count_is_checked_and_does_not_wait(hub: Hub, admin: FlaskClient) -> None:
    with hub.database.transaction() as db:
        check_all(db, 1)

    page = admin.get("/stores/1/stock-sync").text

    assert cells(page, "State") == ["Being checked", "Being checked"]
    assert "/stock-sync/listings/" not in page


def test_failures_that_are_over_for_long_are_forgotten(hub: Hub) -> None:
    let_fail(hub)
    let_fail(hub, store=1)
    with hub.database.transaction() as db:
        old = clock.now() - timedelta(days=91)
        db.execute(update(failures).where(failures.c.store_id == 2).values(ended_at=old, ended_by="pushed"))

        assert failure_rows.drop_old(db) == 1

    assert [row.store_id for row in hub.rows(failures)] == [1]


@pytest.fixture
def program(hub: Hub, api: FlaskClient) -> FlaskClient:
    """A program with a write token that is granted every store."""
    grant_every_store(hub.database)
    return api


def test_a_program_that_is_not_granted_a_store_is_told_nothing_of_it(hub: Hub, api: FlaskClient) -> None:
    let_fail(hub)

    assert api.get("/api/v1/stores/2/health").status_code == 404
    told = api.get("/api/v1/failures").get_json()
    assert told == {"entries": [], "total_count": 0, "hidden": True}
    assert api.post("/api/v1/failures/1/retry").status_code == 404


def test_health_is_told_to_programs(hub: Hub, program: FlaskClient) -> None:
    let_fail(hub)

    answer = program.get("/api/v1/stores/2/health")

    body = answer.get_json()
    assert answer.status_code == 200
    assert (body["name"], body["push_state"], body["is_well"]) == ("B", "on", False)
    assert (body["listings"], body["queue"], body["open_failures"], body["failures_in_a_row"]) == (2, 1, 1, 1)
    assert body["not_before"] is not None
    assert "secret" not in answer.text
    assert program.get("/api/v1/stores/1/health").get_json()["is_well"] is True
    assert program.get("/api/v1/stores/99/health").status_code == 404
    assert program.get("/api/v1/stores/99999999999999999999/health").status_code == 404


def test_failures_are_told_to_programs_and_retried_by_them(hub: Hub, program: FlaskClient) -> None:
    let_fail(hub)

    told = program.get("/api/v1/failures?store=2").get_json()
    retried = program.post("/api/v1/failures/1/retry")
    hub.fakes[1].faults.clear()
    hub.push()

    assert (told["total_count"], told["entries"][0]["what"]) == (1, "push stock")
    assert retried.status_code == 200
    assert hub.shown() == [9, 9]
    assert program.get("/api/v1/failures").get_json()["entries"] == []
    assert (
        program.get("/api/v1/failures?state=ended").get_json()["entries"][0]["ended_by"] == "answered again"
    )
    assert program.post("/api/v1/failures/1/retry").status_code == 409
    assert program.post("/api/v1/failures/2/retry").status_code == 404
