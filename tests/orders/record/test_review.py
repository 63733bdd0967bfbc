"""A line that cannot be counted waits for a person, who says on its order's page what it counts with."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.ledger import order_id, posted, totals
from tests.page import data_values, flashed
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.orders import order_lines
from writer.people import notices


def held_order(client: FlaskClient, database: Database, quantity: object = "1.5") -> tuple[int, str]:
    """Record order 1001 with a line that cannot be counted; return its id and where to review it."""
    deliver(client, make_order_body(line_items=[make_line(quantity=quantity)]))
    with database.reading() as db:
        line = db.execute(select(order_lines.c.id, order_lines.c.order_id)).one()
    return line.order_id, f"/orders/{line.order_id}/lines/{line.id}/review"


def test_a_held_line_asks_for_its_quantity(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    held, review = held_order(client, database)

    assert len(data_values(admin.get(f"/orders/{held}").text, "review")) == 1
    assert review in admin.get(f"/orders/{held}").text
    assert ">Review<" in admin.get("/orders").text


def test_a_reviewed_line_counts_with_the_quantity_entered(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    held, review = held_order(client, database)

    page = admin.post(review, data={"quantity": "3"}, follow_redirects=True).text

    assert flashed(page) == ["success"]
    assert data_values(page, "happened")[0] == "person"
    assert review not in page
    assert totals(database) == {("Fire", "24pin"): 3}
    with database.reading() as db:
        assert notices.list_notices(db) == []
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


def test_a_held_line_that_was_removed_waits_for_nobody(client: FlaskClient, database: Database) -> None:
    held_order(client, database)

    deliver(client, make_order_body(date_modified_gmt="2026-11-20T11:00:00", line_items=[]))

    with database.reading() as db:
        assert notices.list_notices(db) == []
