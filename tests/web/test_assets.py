"""Style sheets, scripts and icons: kept by browsers for good, because their address names their content."""

import gzip
import re

import pytest
from flask.testing import FlaskClient

from writer.web import assets
from writer.web.icons import ICONS

pytestmark = pytest.mark.sqlite_only


def address(name: str) -> str:
    return f"/assets/{assets.load()[name].hashed_name}"


@pytest.mark.parametrize("name", ["app.css", "bootstrap.css", "page.js", "favicon.svg", "icons.svg"])
def test_an_asset_is_kept_for_good_and_needs_no_sign_in(client: FlaskClient, name: str) -> None:
    answer = client.get(address(name))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == assets.load()[name].content


def test_an_asset_is_sent_packed_to_who_reads_gzip(client: FlaskClient) -> None:
    answer = client.get(address("app.css"), headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == assets.load()["app.css"].content


@pytest.mark.parametrize("path", ["/assets/app.css", "/assets/app.0123456789.css", "/assets/..%2fapp.py"])
def test_any_other_name_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_page_names_only_assets_that_there_are(admin: FlaskClient) -> None:
    named = set(re.findall(r'(?:href|src)="(/assets/[^"#]+)', admin.get("/account").text))

    assert {client_path: admin.get(client_path).status_code for client_path in named} == dict.fromkeys(
        named, 200
    )
    assert len(named) >= 5


def test_the_sprite_has_the_icons_of_pages_and_no_others() -> None:
    sprite = assets.load()["icons.svg"].content.decode()

    assert set(re.findall(r'<symbol[^>]* id="([^"]+)"', sprite)) == ICONS
    assert len(sprite) < 40_000


def test_an_icon_that_is_not_sent_cannot_be_used() -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        assets.icon_address("no-such-icon")
