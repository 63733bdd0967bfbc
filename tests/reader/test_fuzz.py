"""Whatever strangers send: never a 5xx, never a byte changed in the database."""

import hashlib
import io
import random
import sqlite3
import string
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema

from tests.described import problems
from tests.reader.test_manners import TYPES
from tests.sizes import size

REQUESTS = size(10_000, 200_000)
VALUES: dict[str, list[str]] = {
    "by": ["day", "week", "month", "year", ""],
    "from": ["2026-01-01", "1970-01-01", "2969-12-31", "2026-02-30", "0000-00-00", "-1", "2026-11-01"],
    "to": ["2026-11-20", "9999-12-31", "1969-12-31", "2969-12-31", "2026-11-31", "٢٠٢٦-01-01", ""],
    "tz": ["UTC", "Europe/Berlin", "Pacific/Apia", "/etc/passwd", "..", "Europe", "utc", "\x00"],
    "model": ["Fire", "Ice", "", "Sea", "%00", "' OR 1=1 --", "\ud7ff", "x" * 500],
    "variant": ["24pin", "28pin", "%FF%FE", "\U0001f525"],
    "label": ["sold", "<script>", "x" * 200, "\x1f", "🎲", '"&'],
    "style": ["short", "exact", "flat"],
    "_": ["1", "2"],
}
HEADERS: dict[str, list[str]] = {
    "HTTP_IF_NONE_MATCH": ["*", '"', '"x", W/"y"', "W/", ",,,", "\x80", '"' * 99],
    "HTTP_ACCEPT_ENCODING": ["gzip", "gzip;q=0", "br, gzip ; q=0.000", "*", ";;;", "\xff", "identity"],
    "HTTP_ORIGIN": ["https://a.example", "null", "\x00"],
    "HTTP_HOST": ["sold.example", "a b", "[::1", "x" * 300, "", "\xff", "evil\\@x", "h:99999999"],
    "HTTP_ACCEPT": ["text/html", "application/json;q=x", "\xfe"],
    "HTTP_RANGE": ["bytes=0-1", "bytes=9-"],
    "HTTP_COOKIE": ["a=b; c", "\xff"],
    "CONTENT_LENGTH": ["0", "5", "-1", "many"],
    "CONTENT_TYPE": ["application/json", "multipart/form-data", "\x00"],
    "HTTP_X_FORWARDED_FOR": ["1.2.3.4"],
    "HTTP_TRANSFER_ENCODING": ["chunked"],
}
METHODS = [
    *["GET"] * 12,
    "HEAD",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "get",
    "X",
]


def some_request(chance: random.Random) -> dict[str, Any]:
    path = chance.choice([*TYPES, "/health"])
    if chance.random() < 0.2:
        at = chance.randrange(len(path) + 1)
        junk = "".join(chr(chance.randrange(256)) for _ in range(chance.randrange(1, 6)))
        path = chance.choice([path[:at] + junk + path[at:], path[:at], path + "/", junk, "", path.upper()])
    asked = [
        f"{name}={chance.choice(VALUES[name]) if chance.random() < 0.9 else chance.choice(string.printable)}"
        for name in chance.choices(list(VALUES), k=chance.choice([0, 0, 0, 1, 2, 4]))
    ]
    query = "&".join(asked).encode().decode("latin-1")
    headers = {
        name: chance.choice(HEADERS[name])
        for name in chance.sample(list(HEADERS), chance.choice([0, 0, 1, 3]))
    }
    return {
        "REQUEST_METHOD": chance.choice(METHODS),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8106",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b'{"quantity": 1}'),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_no_request_is_answered_5xx_or_changes_a_byte(
    make_reader: Callable[..., FlaskClient], database_url: str
) -> None:
    app = make_reader(CORS_ORIGINS="https://a.example").application
    file = Path(database_url.removeprefix("sqlite:///"))
    chance = random.Random(8106)
    answers: Counter[str] = Counter()

    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        for model in ("Fire", "Ice"):
            writer.execute("INSERT INTO sales (model, variant, quantity) VALUES (?, '24pin', 700)", (model,))
        before = digests(file)
        for _ in range(REQUESTS):
            environ = some_request(chance)
            status = ""

            def start_response(told: str, headers: Any, environ: Any = environ) -> Callable[[bytes], object]:
                nonlocal status
                status = told
                assert all("\n" not in value and "\r" not in value for _, value in headers), environ
                return lambda _: None

            body = b"".join(app(environ, start_response))
            assert status < "5", (environ, body)
            answers[status[:3]] += 1
        after = digests(file)

    assert after == before
    assert sum(answers.values()) == REQUESTS
    assert {"200", "204", "304", "400", "404", "405"} <= set(answers)


def digests(file: Path) -> dict[str, str]:
    return {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in (str(file), f"{file}-wal")}


@pytest.mark.slow
@pytest.mark.sqlite_only
def test_what_the_reader_says_of_itself_is_true(reader: FlaskClient) -> None:
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Accept-Encoding": "identity"},  # schemathesis does not unpack what WSGI answers
            "generation": {"max-examples": size(10, 50), "database": "none"},
            # Dates can be right each by itself and too far apart; a date's shape allows 30 February.
            # And an empty value is as none, whatever its shape should be.
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["200", "400"]},
                "negative_data_rejection": {"enabled": False},
            },
        }
    )
    schema = schemathesis.openapi.from_wsgi("/openapi.json", reader.application, config=config)

    events = list(from_schema(schema).execute())

    assert [problem for event in events for problem in problems(event)] == []
