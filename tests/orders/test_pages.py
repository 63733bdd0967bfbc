"""The pages of orders: the list, one order with all that came of it, a held line put right."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.delivering import captured, deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.ledger import posted, totals
from writer import audit, stock
from writer.db import Database
from writer.schema.audit import audit_entries
from writer.schema.orders import order_lines, orders


def order_id(database: Database, number: str = "1001") -> int:
    with database.reading() as db:
        return int(db.execute(select(orders.c.id).where(orders.c.number == number)).scalar_one())


def held_order(client: FlaskClient, database: Database, quantity: object = "1.5") -> tuple[int, str]:
    """Record order 1001 with a line that cannot be counted; return its id and where to review it."""
    deliver(client, make_order_body(line_items=[make_line(quantity=quantity)]))
    with database.reading() as db:
        line = db.execute(select(order_lines.c.id, order_lines.c.order_id)).one()
    return line.order_id, f"/orders/{line.order_id}/lines/{line.id}/review"


def test_an_empty_list_says_what_to_do(admin: FlaskClient) -> None:
    assert "No order yet." in admin.get("/orders").text


def test_the_list_shows_an_order_with_what_it_posted(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body(id=77, line_items=[make_line(quantity=41)]))

    page = admin.get("/orders").text

    for shown in ("77", "shop.example", "processing", "Ada Lovelace", "24.00 GBP", "41"):
        assert f">{shown}<" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["2003", "2002", "2001"]),
        ("?status=on-hold", ["2002"]),
        ("?q=2003", ["2003"]),
        ("?q=%232003", ["2003"]),
        ("?q=GRACE", ["2001"]),
        ("?q=linus%40example", ["2002"]),
        ("?q=%25", []),
        ("?q=%00", ["2003", "2002", "2001"]),
        ("?store=1", ["2003", "2002", "2001"]),
        ("?store=99", []),
        ("?store=99999999999999999999", ["2003", "2002", "2001"]),
        ("?status=processing&page=7", ["2003", "2001"]),
    ],
)
def test_the_list_is_filtered(client: FlaskClient, admin: FlaskClient, query: str, found: list[str]) -> None:
    people = [("2001", "Grace"), ("2002", "Linus"), ("2003", "Ada")]
    for hour, (number, name) in enumerate(people):
        status = "on-hold" if number == "2002" else "processing"
        billing = {"first_name": name, "last_name": "", "email": f"{name.lower()}@example.test"}
        date = f"2026-11-20T0{hour + 1}:00:00"
        deliver(
            client,
            make_order_body(id=int(number), status=status, billing=billing, date_created_gmt=date),
        )

    page = admin.get(f"/orders{query}").text

    assert [number for number in ("2003", "2002", "2001") if f">{number}</a>" in page] == found
    assert sorted(found, key=lambda number: page.index(f">{number}</a>")) == found


def test_a_long_list_is_paged(client: FlaskClient, admin: FlaskClient) -> None:
    for number in range(3001, 3053):
        deliver(client, make_order_body(id=number))

    second = admin.get("/orders?page=2").text

    assert "of 52 orders" in second
    assert second.count("/orders/") == 2


def test_an_order_shows_its_lines_its_rows_of_the_ledger_and_why(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    deliver(client, make_order_body(status="cancelled", date_modified_gmt="2026-11-20T10:00:02"))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert "Fire 24pin" in page
    assert "SKU FIRE24" in page
    assert ">+2<" in page
    assert ">-2<" in page
    assert "&#39;processing&#39; counts as paid: 2 units due; posted +2 Fire 24pin." in page
    assert "&#39;cancelled&#39; is no sale: 0 units due; posted -2 Fire 24pin." in page
    assert "delivery 2" in page
    assert f"/deliveries?order={order_id(database)}" in page


def test_an_order_shows_its_refunds(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    refunds = [{"id": 9, "reason": "dented", "total": "-3.50"}]
    deliver(client, make_order_body(refunds=refunds))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert "dented" in page
    assert "3.50 GBP" in page
    assert "not read" in page


def test_what_the_store_holds_out_stands_beside_what_we_do(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        stock.add_product(db, "ada", "FIRE24")
    line = make_line(meta_data=[{"key": "_reduced_stock", "value": "5"}])
    deliver(client, make_order_body(line_items=[line]))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert "The store holds out another number than we do" in page


def test_a_line_of_an_ignored_sku_says_so(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(line_items=[make_line(sku="GIFT")]))
    before = admin.get(f"/orders/{order_id(database)}").text

    admin.post("/rules/ignored", data={"sku": "gift"})

    assert ">nothing yet<" in before
    assert ">ignored<" in admin.get(f"/orders/{order_id(database)}").text


def test_raw_data_is_for_admins_and_escaped(
    client: FlaskClient, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(customer_note="<script>alert(1)</script>"))
    grant_every_store(database)
    path = f"/orders/{order_id(database)}"

    assert "customer_note" in admin.get(path).text
    assert "<script>alert" not in admin.get(path).text
    assert "customer_note" not in staff.get(path).text


@pytest.mark.parametrize("number", ["0", "9", "2147483648", "99999999999999999999"])
def test_an_order_that_is_not_there_is_not_found(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/orders/{number}").status_code == 404


def test_every_captured_order_has_a_page(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    for delivery in captured():
        delivery.post(client)
    with database.reading() as db:
        ids = list(db.execute(select(orders.c.id)).scalars())

    assert len(ids) > 15
    for found in ids:
        assert admin.get(f"/orders/{found}").status_code == 200


def test_a_held_line_asks_for_its_quantity(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    held, review = held_order(client, database)

    assert "only whole units are counted" in admin.get(f"/orders/{held}").text
    assert review in admin.get(f"/orders/{held}").text
    assert ">review<" in admin.get("/orders").text


def test_a_reviewed_line_counts_with_the_quantity_entered(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    held, review = held_order(client, database)

    page = admin.post(review, data={"quantity": "3"}, follow_redirects=True).text

    assert "The line is reviewed." in page
    assert "review by ada" in page
    assert review not in page
    assert totals(database) == {("Fire", "24pin"): 3}
    with database.reading() as db:
        assert audit.list_notices(db) == []
        note = db.execute(select(audit_entries).where(audit_entries.c.action == "order.review_line")).one()
    assert (note.actor, note.subject) == ("ada", f"order {held}")


@pytest.mark.parametrize("quantity", ["", "-1", "1.5", "100001", "many", "99999999999999999999"])
def test_an_unusable_quantity_is_refused_beside_its_field(
    client: FlaskClient, admin: FlaskClient, database: Database, quantity: str
) -> None:
    _, review = held_order(client, database)

    answer = admin.post(review, data={"quantity": quantity})

    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert posted(database) == []


def test_a_line_reviewed_twice_is_counted_once(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    _, review = held_order(client, database)
    admin.post(review, data={"quantity": "3"})

    assert admin.post(review, data={"quantity": "4"}).status_code == 409
    assert posted(database) == [3]


def test_a_line_of_another_order_is_not_reviewed(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    _, review = held_order(client, database)
    deliver(client, make_order_body(id=1002))
    other = review.replace(f"/orders/{order_id(database)}/", f"/orders/{order_id(database, '1002')}/")

    assert admin.post(other, data={"quantity": "3"}).status_code == 404


@pytest.mark.parametrize("status", ["cancelled", "failed", "refunded", "trash"])
def test_a_reviewed_line_counts_no_longer_when_its_order_sells_nothing(
    client: FlaskClient, admin: FlaskClient, database: Database, status: str
) -> None:
    _, review = held_order(client, database)
    admin.post(review, data={"quantity": "3"})
    line = make_line(quantity="1.5")

    deliver(
        client, make_order_body(status=status, line_items=[line], date_modified_gmt="2026-11-20T11:00:00")
    )

    assert posted(database) == [3, -3]


def test_a_reviewed_line_keeps_its_count_through_a_status_that_counts(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    _, review = held_order(client, database)
    admin.post(review, data={"quantity": "3"})
    line = make_line(quantity="1.5")

    deliver(
        client,
        make_order_body(status="completed", line_items=[line], date_modified_gmt="2026-11-20T11:00:00"),
    )

    assert posted(database) == [3]


def test_a_held_line_of_a_cancelled_order_counts_as_nothing(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(status="cancelled", line_items=[make_line(quantity="1.5")]))
    with database.reading() as db:
        line = db.execute(select(order_lines.c.id, order_lines.c.order_id)).one()

    grant_every_store(database)

    staff.post(f"/orders/{line.order_id}/lines/{line.id}/review", data={"quantity": "3"})

    with database.reading() as db:
        assert db.execute(select(order_lines.c.quantity, order_lines.c.sold_due)).one() == (3, 0)
        assert db.execute(select(func.count()).select_from(order_lines)).scalar_one() == 1
    assert posted(database) == []
