"""The keyboard shortcuts: the page, and the part that the script shows and follows."""

import re

from flask.testing import FlaskClient


def shortcuts(page: str) -> dict[str, str]:
    """The address that each pair of keys leads to."""
    found = re.findall(r'<a href="([^"]+)" data-keys="([^"]+)">', page)
    return {keys: href for href, keys in found}


def test_every_shortcut_leads_to_a_page(admin: FlaskClient) -> None:
    told = shortcuts(admin.get("/shortcuts").text)

    assert told["g o"] == "/orders"
    assert told["g e"] == "/settings"
    assert len(told) > 8
    opened = {href: admin.get(href, follow_redirects=True).status_code for href in told.values()}
    assert opened == dict.fromkeys(told.values(), 200)


def test_no_two_shortcuts_have_the_same_keys(admin: FlaskClient) -> None:
    keys = re.findall(r'data-keys="([^"]+)"', admin.get("/shortcuts").text)

    assert len(keys) == len(set(keys))


def test_the_script_is_given_the_list_alone(admin: FlaskClient) -> None:
    part = admin.get("/shortcuts?part=1").text

    assert "<html" not in part
    assert shortcuts(part) == shortcuts(admin.get("/shortcuts").text)
