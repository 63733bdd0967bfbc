"""What every answer of the reader has, whatever the route: age, tag, CORS, packing, errors in one shape."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from tests.sales.public_page.makers import sell
from writer.db import Database
from writer.lib.error_codes import ERROR_CODES

TYPES = {
    "/": "text/html; charset=utf-8",
    "/api/sales/total": "application/json",
    "/api/sales/by-type": "application/json",
    "/api/sales/history": "application/json",
    "/api/sales/badge.json": "application/json",
    "/api/sales/badge.svg": "image/svg+xml",
    "/api/sales/chart.svg": "image/svg+xml",
    "/feed.xml": "application/atom+xml; charset=utf-8",
    "/embed.js": "text/javascript; charset=utf-8",
    "/style.css": "text/css; charset=utf-8",
    "/openapi.json": "application/json",
}
# Nothing here is about the database; totals, history, privacy and feed are tested on each.
pytestmark = pytest.mark.sqlite_only
each_route = pytest.mark.parametrize("path", TYPES)


@each_route
def test_an_answer_has_its_type_and_may_be_kept(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)

    assert answer.status_code == 200
    assert answer.content_type == TYPES[path]
    age = 300 if "badge" in path else 60
    assert answer.headers["Cache-Control"] == f"public, max-age={age}, stale-while-revalidate=600"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answer.headers.get("Vary", "")


@each_route
def test_what_is_known_is_answered_304_and_once_it_changed_anew(
    reader: FlaskClient, database: Database, path: str
) -> None:
    first = reader.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')

    for known in [tag, f"W/{tag}", f'"other", {tag}', "*"]:
        answer = reader.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert "Content-Type" not in answer.headers
    with database.transaction() as db:
        sell(db, 2000, date=datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    changed = reader.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert changed == (path not in ("/embed.js", "/style.css", "/openapi.json"))


@each_route
def test_head_has_the_headers_of_get_and_no_body(reader: FlaskClient, path: str) -> None:
    for _ in range(2):  # made, and kept
        head, get = reader.head(path), reader.get(path)

        assert head.data == b""
        assert dict(head.headers) == dict(get.headers)
        assert int(head.headers["Content-Length"]) == len(get.data)


@each_route
def test_options_says_that_only_reading_is_allowed(reader: FlaskClient, path: str) -> None:
    answer = reader.options(
        path, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )

    assert (answer.status_code, answer.data) == (204, b"")
    assert {verb.strip() for verb in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [*TYPES, "/health"])
def test_t06_no_method_that_writes_is_taken(reader: FlaskClient, path: str, method: str) -> None:
    answer = reader.open(path, method=method, json={"model": "Fire", "variant": "24pin", "quantity": 1})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert_problem(answer.data, 405)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/sales",
        "/api/sales/recent",
        "/sign-in",
        "/public",
        "/users",
        "/api/sales/total/",
        "/api//sales/total",
        "/api/sales//total?style=exact",
        "/a%00b",
        "/é",
    ],
)
def test_t06_what_is_not_public_is_not_there(reader: FlaskClient, path: str, method: str) -> None:
    answer = reader.open(path, method=method)

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert_problem(answer.data, 404)


def assert_problem(body: bytes, status: int) -> None:
    told = json.loads(body)
    assert told["status"] == status
    assert {"type", "title", "detail"} <= set(told)
    assert ERROR_CODES[told["code"]].status == status


@each_route
def test_what_is_long_is_packed_for_those_who_can_unpack(reader: FlaskClient, path: str) -> None:
    plain = reader.get(path)
    packed = reader.get(path, headers={"Accept-Encoding": "br, gzip;q=0.8"})
    refused = reader.get(path, headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert refused.data == plain.data
    if len(plain.data) <= 700:
        assert "Content-Encoding" not in packed.headers
        assert "Vary" not in packed.headers
        return
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert reader.get(path, headers=known).status_code == 304


def test_only_the_origins_named_may_read_where_some_are_named(
    make_reader: Callable[..., FlaskClient],
) -> None:
    reader = make_reader(CORS_ORIGINS="https://a.example, http://b.example:8080")

    for _ in range(2):
        named = reader.get("/api/sales/total", headers={"Origin": "http://b.example:8080"})
        other = reader.get("/api/sales/total", headers={"Origin": "https://evil.example"})
        none = reader.get("/api/sales/total")

        assert named.headers["Access-Control-Allow-Origin"] == "http://b.example:8080"
        assert "Access-Control-Allow-Origin" not in other.headers
        assert "Access-Control-Allow-Origin" not in none.headers
        assert {answer.headers["Vary"] for answer in (named, other, none)} == {"Origin"}


def test_the_ages_come_from_settings(make_reader: Callable[..., FlaskClient]) -> None:
    reader = make_reader(PUBLIC_MAX_AGE="5", PUBLIC_BADGE_MAX_AGE="900", PUBLIC_STALE="0")

    assert reader.get("/").headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=0"
    badge = reader.get("/api/sales/badge.json")
    assert badge.headers["Cache-Control"] == "public, max-age=900, stale-while-revalidate=0"
    assert badge.get_json()["cacheSeconds"] == 900


def test_health_is_never_kept(reader: FlaskClient) -> None:
    answer = reader.get("/health")

    assert answer.get_json() == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/api/sales/badge.svg", "/api/sales/chart.svg"])
def test_pages_and_images_run_nothing(reader: FlaskClient, path: str) -> None:
    policy = reader.get(path).headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy
    assert "unsafe" not in policy
