"""What a page says when there is nothing on it yet, to an admin and to staff."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("path", "ways_on"),
    [
        ("/sales", ['href="/stores/connect"']),
        ("/orders", ['href="/stores/connect"']),
        ("/order-import", ['href="/stores/connect"']),
        ("/activity", ['class="btn btn-main" href="/stores"']),
        ("/stock", ['href="/stock/new"', 'href="/stocktake/csv"']),
    ],
)
def test_an_empty_page_has_its_way_on(admin: FlaskClient, path: str, ways_on: list[str]) -> None:
    empty = admin.get(path).text.split('class="empty"', 1)[1]

    assert [way for way in ways_on if way not in empty] == []


@pytest.mark.parametrize("path", ["/sales", "/", "/orders", "/order-import", "/activity", "/stock"])
def test_staff_are_not_sent_where_only_admins_go(staff: FlaskClient, path: str) -> None:
    page = staff.get(path).text

    assert "/stores/connect" not in page
    assert "onnect a store" not in page
    assert "connect one" not in page.lower()
