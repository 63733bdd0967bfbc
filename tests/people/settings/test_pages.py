"""The page of settings, and what stands on it for whom."""

import re

from flask.testing import FlaskClient

from tests.page import facts


def test_every_setting_that_is_offered_has_a_page(admin: FlaskClient) -> None:
    page = admin.get("/settings").text

    ways = re.findall(r'<li><a href="(/[^"]*)"><span class="badge-x">', page)
    assert {"/users", "/tokens", "/audit", "/account", "/public-page"} <= set(ways)
    assert {way: admin.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


def test_staff_are_not_offered_the_pages_of_admins(staff: FlaskClient) -> None:
    page = staff.get("/settings").text.partition('id="content"')[2]

    assert 'href="/users"' not in page
    assert 'href="/tokens"' not in page
    assert 'href="/account"' in page


def test_the_settings_of_the_shop_are_shown(admin: FlaskClient) -> None:
    told = facts(admin.get("/settings").text)

    assert told["Name"] == "One ROM"
    assert told["Time zone"] == "UTC"
    assert told["Orders are kept"] == "90 days"
