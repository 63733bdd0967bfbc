"""The list of orders: saved views, days, sorting, the part that refreshes itself, its export, grants."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.many import add_orders, add_stores
from tests.page import cells, data_values, text_of
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING
from writer.orders.browse import export, listing, shown
from writer.orders.browse.filters import OrderFilters

pytestmark = pytest.mark.postgres


LATER = "2026-11-29T12:00:00"


@pytest.fixture(autouse=True)
def _four_orders(app: Flask) -> None:
    """Record 2001 to 2004, each made a day after the one before."""
    made = [("2001", "processing", "30.00"), ("2002", "on-hold", "10.00")]
    made += [("2003", "processing", "20.00"), ("2004", "cancelled", "40.00")]
    for day, (number, status, total) in enumerate(made, 10):
        body = make_order_body(
            id=int(number),
            status=status,
            total=total,
            date_created_gmt=f"2026-11-{day}T12:00:00",
            line_items=[make_line(sku=f"FIRE24-{number}")],
        )
        deliver(app.test_client(), body)


@pytest.mark.parametrize("query", ["", "?sort=oldest", "?page=2", "?sort=changed", "?q=2004"])
def test_an_order_recorded_of_the_last_day_there_is_breaks_no_list(
    admin: FlaskClient, db: Database, query: str
) -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    with db.transaction() as connection:
        connection.execute(
            update(orders).where(orders.c.number == "2004").values(created_at=last, changed_at=last)
        )

    page, part = admin.get(f"/orders{query}"), admin.get(f"/api/v1/orders{query}")

    assert (page.status_code, part.status_code) == (200, 200)
    assert ">#2004</a>" in page.text


def numbers(client: FlaskClient, query: str) -> list[str]:
    """Return the numbers that a list shows, in its order."""
    page = client.get(f"/orders{query}").text
    page = page.split('<table class="rows">')[-1]
    known = [number for number in ("2001", "2002", "2003", "2004") if f">#{number}</a>" in page]
    return sorted(known, key=lambda number: page.index(f">#{number}</a>"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2026-11-11&to=2026-11-12", ["2003", "2002"]),
        ("?from=2026-11-13", ["2004"]),
        ("?to=2026-11-10", ["2001"]),
        ("?from=nonsense&to=2026-99-99", ["2004", "2003", "2002", "2001"]),
        ("?q=fire24&to=9999-12-31", ["2004", "2003", "2002", "2001"]),
        ("?sort=oldest", ["2001", "2002", "2003", "2004"]),
        ("?sort=highest", ["2004", "2001", "2003", "2002"]),
        ("?sort=lowest", ["2002", "2003", "2001", "2004"]),
        ("?sort=status", ["2004", "2002", "2003", "2001"]),
        ("?sort=nonsense", ["2004", "2003", "2002", "2001"]),
        ("?q=fire24-2003", ["2003"]),
        ("?q=fire24", ["2004", "2003", "2002", "2001"]),
        ("?q=lovelace&status=processing&sort=highest", ["2001", "2003"]),
        ("?q=ovelace", []),
    ],
)
def test_the_list_is_filtered_and_sorted(admin: FlaskClient, query: str, found: list[str]) -> None:
    assert numbers(admin, query) == found


def test_views_say_how_many_orders_wait_for_somebody(admin: FlaskClient) -> None:
    page = admin.get("/orders").text

    views = data_values(page, "view")
    assert views == ["To ship", "Late", "Unpaid", "Shipped", "Refunded", "All"]
    assert counts(page) == {"To ship": "2", "Late": "2", "Unpaid": "1", "All": "4"}
    assert 'data-view="All" data-count="4" aria-current="page"' in page


def counts(page: str) -> dict[str, str]:
    """Return the count of each view that has one."""
    return dict(re.findall(r'data-view="([^"]+)" data-count="(\d+)"', page))


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("to-ship", ["2003", "2001"]),
        ("late", ["2001"]),
        ("unpaid", ["2002"]),
        ("shipped", []),
        ("refunded", ["2004"]),
        ("all", ["2004", "2003", "2002", "2001"]),
        ("nonsense", ["2004", "2003", "2002", "2001"]),
    ],
)
def test_a_view_holds_the_orders_it_is_called_after(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, view: str, found: list[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 14, tzinfo=UTC))
    with database.transaction() as connection:
        connection.execute(update(orders).where(orders.c.number == "2004").values(refunded_minor=100))

    assert numbers(admin, f"?view={view}") == found


def test_a_fully_refunded_order_is_refunded_and_not_to_be_shipped(app: Flask, admin: FlaskClient) -> None:
    refunds = [{"id": 9, "reason": "", "total": "-24.00"}]
    deliver(app.test_client(), make_order_body(id=2005, status="refunded", refunds=refunds))

    assert ">#2005</a>" not in admin.get("/orders?view=to-ship").text
    page = admin.get("/orders?view=refunded").text
    assert (cells(page, "Payment"), cells(page, "Total")) == (["Refunded"], ["£0.00"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?country=gb", ["2003"]),
        ("?country=FR", []),
        ("?sku=fire24-2002", ["2002"]),
        ("?sku=fire24", []),
        ("?within=7", ["2004", "2003"]),
        ("?within=5", ["2004", "2003", "2002", "2001"]),
        ("?customer=2", ["2004", "2003", "2002", "2001"]),
        ("?customer=999", []),
        ("?view=to-ship&status=cancelled", ["2004"]),
    ],
)
def test_the_list_is_filtered_by_its_chips(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str, found: list[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 18, 20, tzinfo=UTC))
    with app.extensions["database"].transaction() as connection:
        connection.execute(update(orders).where(orders.c.number == "2003").values(ship_country="GB"))
        connection.execute(update(orders).where(orders.c.number == "2004").values(to_ship=1))

    assert numbers(admin, query) == found


def test_days_of_the_list_are_those_of_the_shop(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_zone", ZoneInfo("Pacific/Auckland"))  # noon there was the day before in UTC

    assert numbers(admin, "?from=2026-11-12&to=2026-11-12") == ["2002"]


def test_the_foot_says_how_many_there_are_and_what_they_come_to(admin: FlaskClient) -> None:
    page = admin.get("/orders?view=to-ship").text

    assert data_values(page, "total") == ["2"]
    assert "£50.00" in text_of(page.split("data-sum")[1].split("</span>")[0])


def test_a_list_is_walked_from_page_to_page_and_back(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "SIZE", 2)
    first = admin.get("/orders?sort=total").text

    second = admin.get(step(first, "next")).text
    back = admin.get(step(second, "prev")).text
    last = admin.get(step(first, "last")).text

    assert [data_values(page, "order") for page in (first, second, back, last)] == [
        ["2004", "2001"],
        ["2003", "2002"],
        ["2004", "2001"],
        ["2003", "2002"],
    ]
    assert [ranges(page) for page in (first, second, back, last)] == ["1-2", "3-4", "1-2", "3-4"]
    assert 'rel="next"' not in second
    assert 'rel="prev"' not in back


def step(page: str, rel: str) -> str:
    """Return the address that the arrow of a foot leads to."""
    return html.unescape(re.findall(rf'rel="{rel}" href="([^"]+)"', page)[0])


def ranges(page: str) -> str:
    """Return which rows of the list the foot says are shown."""
    return "-".join(re.findall(r"(\d+).(\d+) of", text_of(page))[0])


def test_a_day_of_the_list_is_gone_to(admin: FlaskClient) -> None:
    assert numbers(admin, "?on=2026-11-12") == ["2003", "2002", "2001"]
    assert numbers(admin, "?on=2026-11-12&dir=asc") == ["2003", "2004"]
    assert numbers(admin, "?on=1066-10-14") == []


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?after=2026-11-12~x",
        "?before=~",
        "?after=1~2~3&sort=status",
        "?after=9~9&sort=total",
        "?before=0001-01-01T00:00%2B14:00~1",
    ],
)
def test_a_place_that_cannot_be_read_breaks_nothing(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/orders{query}").status_code == 200


def test_columns_sort_and_turn_round(admin: FlaskClient) -> None:
    page = admin.get("/orders?view=to-ship&sort=total&dir=desc").text

    assert numbers(admin, "?view=to-ship&sort=total&dir=asc") == ["2003", "2001"]
    assert 'aria-sort="descending"><a href="/orders?view=to-ship&amp;sort=total&amp;dir=asc"' in page


def test_ticked_orders_lead_to_their_file_and_their_packing_slips(admin: FlaskClient) -> None:
    data = {"id": ["3", "1", "x", "1"]}

    file = admin.post("/orders/ticked/export", data=data)
    slips = admin.post("/orders/ticked/packing_slips", data=data)
    nothing = admin.post("/orders/ticked/export")

    assert [answer.location for answer in (file, slips, nothing)] == [
        "/orders.csv?id=3&id=1",
        "/orders/packing-slips?id=3&id=1",
        "/orders",
    ]
    assert [row["number"] for row in exported(admin, "?id=3&id=1")] == ["2001", "2003"]


def test_the_part_that_refreshes_keeps_the_filter_and_leads_back_to_the_page(admin: FlaskClient) -> None:
    page = admin.get("/orders?status=processing").text
    part = admin.get("/orders?status=processing&part=list").text

    assert 'data-refresh="/orders?status=processing&amp;part=list"' in page
    assert "<html" not in part
    assert ">#2003</a>" in part
    assert ">#2002</a>" not in part
    assert "part=list" not in part


@pytest.mark.wording("/orders")
def test_what_is_too_much_to_sort_is_said_and_still_listed(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_SORTED", 1)

    page = admin.get("/orders?from=2026-11-10&sort=highest").text

    assert "sort them by date" in page
    assert ">#2004</a>" in page


def exported(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/orders.csv{query}").text)))


def test_the_export_holds_what_the_filter_leaves_oldest_first(admin: FlaskClient) -> None:
    answer = admin.get("/orders.csv?status=processing")
    rows = exported(admin, "?status=processing")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=orders-")
    assert [row["number"] for row in rows] == ["2001", "2003"]
    assert rows[0] == {
        "number": "2001",
        "store": "shop.example",
        "woocommerce_id": "2001",
        "status": "processing",
        "date_created": "2026-11-10T12:00:00Z",
        "date_modified": "2026-11-20T10:00:01Z",
        "customer": "Ada Lovelace",
        "email": "ada@example.test",
        "currency": "GBP",
        "total": "30.00",
        "refunded": "0.00",
        "revenue": "30.00",
        "units": "2",
    }


def test_the_export_runs_nobodys_formula(app: Flask, admin: FlaskClient) -> None:
    billing = {"first_name": "=HYPERLINK(1)", "last_name": "", "email": "+x@example.test"}
    deliver(app.test_client(), make_order_body(id=2005, billing=billing))

    row = exported(admin, "?q=2005")[0]

    assert (row["customer"], row["email"]) == ("'=HYPERLINK(1)", "'+x@example.test")


def test_the_export_comes_in_pieces_that_leave_nothing_out(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_CHUNK", 2)

    assert [row["number"] for row in exported(admin)] == ["2001", "2002", "2003", "2004"]


def test_staff_see_count_and_export_orders_of_granted_stores_alone(
    staff: FlaskClient, database: Database
) -> None:
    before = (numbers(staff, ""), exported(staff), staff.get("/orders/1").status_code)
    counted = staff.get("/orders").text
    grant_every_store(database)
    after = (len(numbers(staff, "")), len(exported(staff)), staff.get("/orders/1").status_code)

    assert before == ([], [], 404)
    assert counts(counted)["All"] == "0"
    assert "shop.example" not in counted
    assert after == (4, 4, 200)


def test_an_order_leads_to_its_page_in_woocommerce(admin: FlaskClient) -> None:
    page = admin.get("/orders/1").text

    assert 'href="https://shop.example/wp-admin/post.php?post=2001&amp;action=edit"' in page


def test_an_order_that_goes_while_the_export_is_read_takes_no_other_with_it(database: Database) -> None:
    add_orders(database, add_stores(database, "a"), 1200)
    with database.transaction() as db:
        db.execute(update(orders).values(is_cached=True))
        by_time = select(orders.c.number).order_by(orders.c.created_at, orders.c.id)
        oldest = list(db.execute(by_time).scalars())
    lines = export.lines(database, EVERYTHING, OrderFilters())
    pieces = [next(lines), next(lines)]
    with database.transaction() as db:
        db.execute(update(orders).where(orders.c.number.in_(oldest[:100])).values(is_cached=False))

    pieces += lines

    rows = list(csv.reader(io.StringIO("".join(pieces))))[1:]
    assert [row[0] for row in rows] == oldest


def test_an_order_leads_to_its_neighbours_in_the_list_it_was_opened_from(admin: FlaskClient) -> None:
    opened = step_to(admin.get("/orders?sort=total&dir=desc").text, "2003")

    page = admin.get(opened).text

    assert opened == "/orders/3?nth=3&sort=total&dir=desc"
    assert position(page) == "3 of 4"
    assert step(page, "prev") == "/orders/1?sort=total&dir=desc&nth=2"
    assert step(page, "next") == "/orders/2?sort=total&dir=desc&nth=4"
    assert 'rel="prev"' not in admin.get("/orders/4").text


@pytest.mark.parametrize("nth", ["0", "5", "x", "", "99999999999"])
def test_an_order_whose_place_in_the_list_is_not_known_has_none(admin: FlaskClient, nth: str) -> None:
    page = admin.get(f"/orders/3?sort=total&dir=desc&nth={nth}").text

    assert position(page) == ""
    assert step(page, "next").startswith("/orders/2?sort=total&dir=desc")


def test_the_way_back_leads_to_the_view_an_order_was_opened_from(admin: FlaskClient) -> None:
    page = admin.get("/orders/3?view=shipped&nth=1").text

    assert re.findall(r'(?s)<nav class="crumb".*?</nav>', page)[0].count('href="/orders?view=shipped"') == 1


def test_the_next_order_takes_the_place_of_one_that_has_left_the_list(app: Flask, admin: FlaskClient) -> None:
    before = admin.get("/orders/3?view=to-ship&nth=1").text
    deliver(app.test_client(), make_order_body(id=2003, status="completed", date_modified_gmt=LATER))

    after = admin.get("/orders/3?view=to-ship&nth=1").text

    assert (position(before), step(before, "next")) == ("1 of 2", "/orders/1?view=to-ship&nth=2")
    assert (position(after), step(after, "next")) == ("", "/orders/1?view=to-ship&nth=1")


def position(page: str) -> str:
    """Return which order of how many the page says it shows; "" if it does not."""
    found = re.findall(r'<span class="crumb-next">([^<]*)<', page)
    return str(found[0]).strip() if found else ""


def step_to(page: str, number: str) -> str:
    """Return the address of an order in the list."""
    return html.unescape(re.findall(rf'href="([^"]+)">#{number}</a>', page)[0])
