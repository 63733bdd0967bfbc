"""Saved views: filters and sorting of the list of orders under a name, for one person alone."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers import sign_in_as
from tests.page import data_values, field_errors, flashed, is_empty
from writer.db import Database
from writer.db.schema.saved_views import saved_views
from writer.orders.saved_views import actions

pytestmark = pytest.mark.postgres

ABROAD = "view=to-ship&country=DE&sort=total&dir=asc"


def save(client: FlaskClient, name: str = "Abroad", query: str = ABROAD) -> str:
    data = {"name": name, "query": query}
    return client.post("/orders/saved-views", data=data, follow_redirects=True).text


def kept(database: Database) -> list[tuple[str, str]]:
    with database.reading() as db:
        found = select(saved_views.c.name, saved_views.c.query).order_by(saved_views.c.id)
        return [(row.name, row.query) for row in db.execute(found)]


def test_a_saved_view_stands_above_the_list_and_shows_its_orders(admin: FlaskClient) -> None:
    page = save(admin)

    assert flashed(page) == ["success"]
    assert data_values(page, "view")[-2:] == ["Abroad", "All"]
    assert 'href="/orders?view=to-ship&amp;country=DE&amp;sort=total&amp;dir=asc"' in page
    assert 'data-view="Abroad" aria-current="page"' in page


def test_a_view_keeps_neither_what_was_searched_nor_the_place_in_the_list(
    admin: FlaskClient, database: Database
) -> None:
    save(admin, query="q=ada%40example.test&customer=3&view=late&after=2026~1&n=25&page=3&part=list&evil=1")

    assert kept(database) == [("Abroad", "view=late")]


def test_a_view_of_the_same_name_is_replaced(admin: FlaskClient, database: Database) -> None:
    save(admin)
    save(admin, " Abroad ", "view=late")

    assert kept(database) == [("Abroad", "view=late")]


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_view_needs_a_name(admin: FlaskClient, database: Database, name: str) -> None:
    page = save(admin, name)

    assert field_errors(page) == ["name"]
    assert kept(database) == []


def test_a_view_is_renamed_and_deleted(admin: FlaskClient, database: Database) -> None:
    save(admin)
    admin.post("/orders/saved-views/1/rename", data={"name": "Germany"})
    renamed = kept(database)

    page = admin.post("/orders/saved-views/1/delete", follow_redirects=True).text

    assert renamed == [("Germany", ABROAD)]
    assert kept(database) == []
    assert is_empty(page)


def test_two_views_of_one_person_do_not_share_a_name(admin: FlaskClient, database: Database) -> None:
    save(admin)
    save(admin, "Late", "view=late")

    answer = admin.post("/orders/saved-views/2/rename", data={"name": "Abroad"})

    assert (answer.status_code, field_errors(answer.text)) == (422, ["name-2"])
    assert [name for name, _ in kept(database)] == ["Abroad", "Late"]


def test_a_view_is_its_owners_alone(app: Flask, admin: FlaskClient, database: Database) -> None:
    save(admin)
    other = sign_in_as(app, "sam")

    answers = [
        other.post(f"/orders/saved-views/1/{what}", data={"name": "Mine"}).status_code
        for what in ("rename", "delete")
    ]

    assert answers == [404, 404]
    assert "Abroad" not in data_values(other.get("/orders").text, "view")
    assert kept(database) == [("Abroad", ABROAD)]


def test_so_many_views_are_kept_and_no_more(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_VIEWS", 1)
    save(admin)

    page = save(admin, "Late", "view=late")

    assert field_errors(page) == ["name"]
    assert len(kept(database)) == 1


@pytest.mark.wording("/orders/saved-views")
def test_without_a_filter_there_is_nothing_to_save(admin: FlaskClient) -> None:
    page = admin.get("/orders/saved-views?page=2&q=ada").text

    assert "No saved views yet" in page
    assert 'name="query"' not in page
