"""The pages of stock: the list, one product explained, and the forms that move it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.delivering import deliver, make_line, make_order_body
from tests.page import cells, data_values, field_errors, flashed
from tests.stock.movements.products import make_product, moves, on_hand, product
from writer.db import Database, insert_row
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stock import movements

TOKEN = "0123456789abcdef" * 2


def text_of(page: str) -> str:
    """The text of a page without its tags, in single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1]).split())


def list_in_store(database: Database, push_state: str = "on", **values: Any) -> None:
    """A listing of product X in a store named shop."""
    row = product(database)
    with database.transaction() as db:
        address = {"name": "shop", "source": "https://shop.example/"}
        store = insert_row(db, stores, **address, created_at=row.counted_from, push_state=push_state)
        listed = {"product_id": 7, "stock_product_id": row.id, "handled_version": row.version, **values}
        insert_row(db, listings, store_id=store, **listed)


def test_the_list_tells_the_count_and_how_long_it_lasts(admin: FlaskClient, database: Database) -> None:
    row = make_product(database, on_hand=40, set_aside=4, name="A box")
    with database.transaction() as db:
        movements.sell(db, "ada", row, 6)

    page = admin.get("/stock").text

    # 30 available, 6 sold in the one day it is counted.
    numbers = [cells(page, label)[0] for label in ("On hand", "Set aside", "Available", "Days left")]
    assert numbers == ["34", "4", "30", "5 days"]


@pytest.mark.parametrize(
    ("values", "shown", "state"),
    [
        ({"shown_quantity": 10}, "10", "current"),
        ({"shown_quantity": None}, "?", "current"),
        ({"shown_quantity": 9, "handled_version": 0}, "9", "updating"),
        ({"shown_quantity": 9, "needs_check": True}, "9", "updating"),
        ({"shown_quantity": 9, "problem": "stopped"}, "9", "failed"),
        ({"shown_quantity": 9, "is_gone": True, "problem": "gone"}, "9", "gone"),
        ({"shown_quantity": 9, "push_state": "off"}, "9", "off"),
    ],
)
def test_a_product_tells_what_a_store_shows(
    admin: FlaskClient, database: Database, values: dict[str, Any], shown: str, state: str
) -> None:
    make_product(database)
    list_in_store(database, **values)

    page = admin.get("/stock/1").text

    assert data_values(page, "shown") == [shown]
    assert data_values(page, "listing") == [state]


def test_the_list_says_which_store_somebody_should_look_at(admin: FlaskClient, database: Database) -> None:
    make_product(database)
    make_product(database, "Y")
    list_in_store(database, shown_quantity=9, problem="stopped")

    assert cells(admin.get("/stock").text, "Stores") == ["shop", "not listed"]


def test_the_list_is_filtered_by_state_and_text(admin: FlaskClient, database: Database) -> None:
    make_product(database, "LOW", on_hand=1, reorder_point=1)
    make_product(database, "OLD", is_active=False)
    row = make_product(database, "OVER", on_hand=0)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 1, may_oversell=True)

    shown = {
        query: data_values(admin.get(f"/stock{query}").text, "product")
        for query in (
            "",
            "?view=running-out",
            "?view=running-out&sort=sku",
            "?view=unlisted",
            "?view=inactive",
            "?state=low",
            "?state=oversold",
            "?state=inactive",
            "?state=all",
            "?q=ov",
            "?state=?",
        )
    }

    assert shown == {
        "": ["LOW", "OVER"],
        "?view=running-out": ["OVER", "LOW"],
        "?view=running-out&sort=sku": ["LOW", "OVER"],
        "?view=unlisted": ["LOW", "OVER"],
        "?view=inactive": ["OLD"],
        "?state=low": ["LOW"],
        "?state=oversold": ["OVER"],
        "?state=inactive": ["OLD"],
        "?state=all": ["LOW", "OLD", "OVER"],
        "?q=ov": ["OVER"],
        "?state=?": ["LOW", "OVER"],
    }
    assert data_values(admin.get("/stock").text, "count") == ["2", "2", "1", "2", "1"]


def test_a_product_that_runs_out_before_more_can_arrive_is_marked(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database, on_hand=20, lead_time_days=14)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 2)

    page = admin.get("/stock").text

    assert cells(page, "Days left") == ["9 days"]
    assert data_values(page, "due") == ["true"]


@pytest.mark.wording("/stock")
@pytest.mark.parametrize(("left", "said"), [(1, "under a day"), (0, "none left"), (3, "1 day")])
def test_the_list_says_in_words_that_little_is_left(
    admin: FlaskClient, database: Database, left: int, said: str
) -> None:
    row = make_product(database, on_hand=left + 3)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 3)

    assert cells(admin.get("/stock").text, "Days left") == [said]


def test_a_listing_whose_drift_waits_for_an_answer_is_not_said_to_be_told(
    admin: FlaskClient, database: Database
) -> None:
    make_product(database)
    list_in_store(database, shown_quantity=9, handled_version=0)
    with database.transaction() as db:
        seen = {
            "at": clock.now(),
            "expected_quantity": 10,
            "shown_quantity": 9,
            "policy": "ask",
            "action": "asked",
        }
        insert_row(db, stock_differences, listing_id=1, **seen)

    assert data_values(admin.get("/stock/1").text, "listing") == ["asked"]


def test_a_product_that_is_no_longer_sold_is_not_said_to_be_told(
    admin: FlaskClient, database: Database
) -> None:
    make_product(database, is_active=False)
    list_in_store(database, shown_quantity=9, handled_version=0)

    assert data_values(admin.get("/stock/1").text, "listing") == ["off"]


def test_what_is_cancelled_is_not_counted_as_sold(admin: FlaskClient, database: Database) -> None:
    make_product(database)
    with database.transaction() as db:
        movements.sell_by_hand(db, "ada", 1, "X", 5, clock.now())
        movements.sell_by_hand(db, "ada", 1, "X", 0, clock.now())

    assert cells(admin.get("/stock").text, "Days left") == ["–"]  # noqa: RUF001  # a dash: nobody knows


def test_a_product_explains_its_number(admin: FlaskClient, client: FlaskClient, database: Database) -> None:
    row = make_product(database, "FIRE24")
    now = clock.now().replace(microsecond=0, tzinfo=None)
    deliver(
        client,
        make_order_body(
            line_items=[make_line(quantity=3)],
            date_created_gmt=now.isoformat(),
            date_modified_gmt=now.isoformat(),
            date_paid_gmt=now.isoformat(),
        ),
    )
    with database.transaction() as db:
        movements.sell_by_hand(db, "ada", 12, "FIRE24", 2, clock.now())
        movements.receive(db, "sam", [(row, 20)], "batch 7")

    page = admin.get(f"/stock/{row.id}").text

    assert data_values(page, "on-hand") == ["25"]
    told = [cells(page, label) for label in ("What", "Units", "On hand")]
    assert list(zip(*told, strict=True)) == [
        ("Receipt", "+20", "5 → 25"),
        ("Sale", "\N{MINUS SIGN}2", "7 → 5"),
        ("Sale", "\N{MINUS SIGN}3", "10 → 7"),
        ("Stock count", "+10", "0 → 10"),
    ]
    wanted = ["receipt 1 batch 7", "sale 12, by ada", "order 1001 of shop.example", "ada first count"]
    assert [reason.startswith(cause) for reason, cause in zip(cells(page, "Reason"), wanted, strict=True)]
    assert 'href="/orders/1"' in page
    assert 'href="/sales/12"' in page


def test_movements_are_paged(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        for _ in range(60):
            movements.receive(db, "ada", [(row, 1)])

    numbers = [len(data_values(admin.get(f"/stock/{row.id}?page={n}").text, "movement")) for n in (1, 2, 3)]
    assert numbers == [25, 25, 11]


def test_what_happened_before_it_was_told_says_so(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        moved = movements.Movement(row.id, -1, "sale", clock.now() - timedelta(hours=5), "shop")
        movements.record(db, [moved])

    assert data_values(admin.get(f"/stock/{row.id}").text, "late") == ["true"]


def test_a_product_is_added(admin: FlaskClient, database: Database) -> None:
    form = {"sku": "Y", "on_hand": "7", "set_aside": "2", "reorder_point": "3", "is_active": "y"}

    answer = admin.post("/stock/new", data=form, follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    added = product(database, "Y")
    assert (added.on_hand, added.set_aside, added.reorder_point, added.model) == (7, 2, 3, None)
    assert bool(added.is_active) is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("sku", "x"),
        ("on_hand", "-1"),
        ("set_aside", ""),
        ("reorder_point", "many"),
        ("name", "a" * 201),
    ],
)
def test_a_product_that_cannot_be_added_says_which_field_is_wrong(
    admin: FlaskClient, database: Database, field: str, value: str
) -> None:
    make_product(database)

    answer = admin.post("/stock/new", data={"sku": "Y", "on_hand": "1", "set_aside": "0", field: value})

    assert (answer.status_code, field_errors(answer.text)) == (422, [field])


@pytest.mark.parametrize(
    ("which", "form", "change"),
    [
        ("receive", {"receive-quantity": "5", "receive-note": "batch", "receive-once": TOKEN}, 5),
        ("adjust", {"adjust-quantity": "-2", "adjust-note": "broken", "adjust-once": TOKEN}, -2),
    ],
)
def test_a_form_sent_twice_moves_once(
    admin: FlaskClient, database: Database, which: str, form: dict[str, str], change: int
) -> None:
    row = make_product(database)

    first = admin.post(f"/stock/{row.id}/{which}", data=form, follow_redirects=True)
    second = admin.post(f"/stock/{row.id}/{which}", data=form, follow_redirects=True)

    assert [flashed(page.text) for page in (first, second)] == [["success"]] * 2
    assert data_values(second.text, "on-hand") == [str(10 + change)]
    assert moves(database) == [change]


@pytest.mark.wording("/stock/<id>")
@pytest.mark.parametrize(
    ("which", "form", "sentence"),
    [
        ("receive", {"receive-quantity": "0", "receive-once": TOKEN}, "from 1 to 1,000,000."),
        ("receive", {"receive-quantity": "", "receive-once": TOKEN}, "Enter how many units."),
        ("receive", {"receive-quantity": "5"}, ""),
        ("adjust", {"adjust-quantity": "0", "adjust-note": "a", "adjust-once": TOKEN}, "Use 1 to 1,000,000"),
        ("adjust", {"adjust-quantity": "1", "adjust-note": "", "adjust-once": TOKEN}, "Say why"),
        ("alias", {"alias-sku": "x"}, ""),
    ],
)
def test_a_form_that_cannot_be_used_moves_nothing(
    admin: FlaskClient, database: Database, which: str, form: dict[str, str], sentence: str
) -> None:
    row = make_product(database)
    path = "aliases" if which == "alias" else which

    answer = admin.post(f"/stock/{row.id}/{path}", data=form)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert on_hand(database) == 10


def test_settings_are_changed_and_the_old_sku_kept(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    form = {"settings-sku": "NEW", "settings-name": "A box", "settings-set_aside": "1"}

    answer = admin.post(f"/stock/{row.id}/settings", data=form, follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    after = product(database, "x")
    assert (after.sku, after.name, after.set_aside, bool(after.is_active)) == ("NEW", "A box", 1, False)
    assert data_values(answer.text, "alias") == ["x"]


def test_an_alias_is_added_and_forgotten(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)

    admin.post(f"/stock/{row.id}/aliases", data={"alias-sku": "X-old"})
    assert product(database, "x-OLD").id == row.id
    answer = admin.post(f"/stock/{row.id}/aliases/remove", data={"alias-sku": "x-old"}, follow_redirects=True)

    assert flashed(answer.text) == ["success", "success"]


@pytest.mark.parametrize("path", ["", "/settings", "/receive", "/adjust", "/aliases", "/aliases/remove"])
def test_a_product_that_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    form = {
        "settings-sku": "a",
        "settings-set_aside": "0",
        "receive-quantity": "1",
        "receive-once": TOKEN,
        "adjust-quantity": "1",
        "adjust-note": "a",
        "adjust-once": TOKEN,
        "alias-sku": "a",
    }

    answer = admin.post(f"/stock/99{path}", data=form) if path else admin.get("/stock/99999999999")

    assert answer.status_code == 404


def test_an_adjustment_is_taken_back_after_it_said_what_that_does(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movement_id = movements.adjust(db, "ada", row, -3, "broken")
    assert data_values(admin.get(f"/stock/{row.id}").text, "take-back") == [str(movement_id), "1"]
    asked = admin.get(f"/stock/movements/{movement_id}/take-back").text

    answer = admin.post(f"/stock/movements/{movement_id}/take-back", follow_redirects=True)

    assert data_values(asked, "effect") == ["X 7 10"]
    assert flashed(answer.text) == ["success"]
    assert moves(database) == [-3, 3]
    assert data_values(answer.text, "taken-back") == [str(movement_id)]
    assert data_values(answer.text, "takes-back") == [str(movement_id)]
    assert data_values(answer.text, "take-back") == ["1"]


def test_a_movement_of_a_receipt_is_taken_back_on_the_page_of_the_receipt(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database)
    with database.transaction() as db:
        document_id = movements.receive(db, "ada", [(row, 5)])

    answer = admin.get("/stock/movements/2/take-back")

    assert answer.location == f"/stocktake/{document_id}#take-back"


def test_what_an_order_or_a_store_moved_is_not_offered_to_be_taken_back(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movements.sell_by_hand(db, "ada", 12, "X", 2, clock.now())
        movements.record(db, [movements.Movement(row.id, -1, "drift", clock.now(), "shop")])

    assert data_values(admin.get(f"/stock/{row.id}").text, "take-back") == ["1"]
    asked = admin.post("/stock/movements/2/take-back", follow_redirects=True)
    assert (flashed(asked.text), data_values(asked.text, "refusal")) == (["warning"], ["true"])


def test_the_list_is_narrowed_to_a_store_and_to_what_none_lists(
    admin: FlaskClient, database: Database
) -> None:
    make_product(database)
    make_product(database, "Y")
    list_in_store(database, shown_quantity=10)

    shown = {
        query: data_values(admin.get(f"/stock?{query}").text, "product")
        for query in ("store=1", "store=2", "store=x", "view=unlisted")
    }

    assert shown == {"store=1": ["X"], "store=2": [], "store=x": ["X", "Y"], "view=unlisted": ["Y"]}


def test_somebody_without_that_store_does_not_see_what_it_lists(
    staff: FlaskClient, database: Database
) -> None:
    make_product(database)
    list_in_store(database, shown_quantity=10)

    shown = [
        len(data_values(staff.get(f"/stock?{query}").text, "product"))
        for query in ("store=1", "view=unlisted")
    ]

    assert shown == [0, 1]


def test_the_movements_are_narrowed_and_their_sum_is_told(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 2)
        movements.receive(db, "ada", [(row, 20)])
        movements.sell(db, "ada", row, 3)

    shown = {
        show: (len(data_values(page, "movement")), data_values(page, "total"))
        for show in ("all", "sold", "sold-30", "received", "counted", "adjusted", "x")
        for page in [admin.get(f"/stock/{row.id}?show={show}").text]
    }

    assert shown == {
        "all": (4, ["25"]),
        "sold": (2, ["-5"]),
        "sold-30": (2, ["-5"]),
        "received": (1, ["20"]),
        "counted": (1, ["10"]),
        "adjusted": (0, ["0"]),
        "x": (4, ["25"]),
    }


def test_what_a_later_count_settled_is_not_offered_to_be_taken_back(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movements.adjust(db, "ada", row, -3, "broken")
        movements.count(db, "ada", [(row.id, 6)], clock.now())
        movement_id = movements.adjust(db, "ada", row, 1, "found")

    offered = data_values(admin.get(f"/stock/{row.id}").text, "take-back")

    assert offered == [str(movement_id), str(movement_id - 1)]


def test_a_product_tells_what_it_counts_as(admin: FlaskClient, database: Database) -> None:
    make_product(database, "FIRE24-a")
    make_product(database, "mug")

    pages = [admin.get(f"/stock/{number}").text for number in (1, 2)]

    assert [data_values(page, "counts-as") for page in pages] == [["Fire 24pin"], ["itself"]]


def test_what_sold_in_thirty_days_is_the_sum_of_what_it_leads_to(
    admin: FlaskClient, database: Database
) -> None:
    row = make_product(database, on_hand=100, at=clock.now() - timedelta(days=60))
    with database.transaction() as db:
        for days, units in ((45, 7), (29, 5), (3, 2)):
            movements.sell(db, "ada", row, units, at=clock.now() - timedelta(days=days))
        movements.sell_by_hand(db, "ada", 12, "X", 4, clock.now())
        movements.sell_by_hand(db, "ada", 12, "X", 1, clock.now())

    listed = cells(admin.get("/stock").text, "Sold in 30 days")
    page = admin.get(f"/stock/{row.id}?show=sold-30").text

    assert (listed, data_values(page, "total")) == (["8"], ["-8"])
    assert len(data_values(page, "movement")) == 4


def test_a_refused_form_leads_to_no_address_that_is_not_there(admin: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        for _ in range(30):
            movements.receive(db, "ada", [(row, 1)])

    page = admin.post(f"/stock/{row.id}/receive", data={"receive-quantity": ""}).text

    assert f'href="/stock/{row.id}/receive' not in page
