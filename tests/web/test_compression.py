"""Which answers are compressed, and that they are the same."""

import gzip

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.sqlite_only
READS_GZIP = {"Accept-Encoding": "gzip, deflate"}


def test_a_page_is_sent_packed_to_who_reads_gzip(admin: FlaskClient) -> None:
    answer = admin.get("/shown/nowhere", headers=READS_GZIP)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert b"<!doctype html>" in gzip.decompress(answer.data)
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0"])
def test_a_page_is_sent_as_it_is_to_who_does_not(admin: FlaskClient, accepted: str) -> None:
    answer = admin.get("/shown/nowhere", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert "<!doctype html>" in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_opens_is_sent_as_it_is(admin: FlaskClient, site: str) -> None:
    """So that the length of what it chose tells nothing about what else stands on the page."""
    answer = admin.get("/search?q=ada", headers={**READS_GZIP, "Sec-Fetch-Site": site})

    assert "Content-Encoding" not in answer.headers
    assert "<!doctype html>" in answer.text


def test_what_is_small_is_sent_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/api/nowhere", headers=READS_GZIP).headers
