"""The reader on a real hot standby of PostgreSQL: what is committed on the primary shows there soon."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.postgres import REPLICATED, programs, server, standby
from writer.db.migrate import migrate

pytestmark = [
    pytest.mark.skipif("TEST_POSTGRES_URL" not in os.environ, reason="about PostgreSQL alone"),
    pytest.mark.postgres,
]
SOLD = "INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 5)"
SOON_S = 20  # the standby's process that receives ends a moment after the primary


@pytest.fixture
def primary() -> Iterator[ExitStack]:
    """What stops the primary when it is closed; `primary_url` is where it is."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def primary_url(primary: ExitStack) -> str:
    found = programs()
    assert found is not None
    url = primary.enter_context(server(found, REPLICATED))
    migrate(url)
    return url


@pytest.fixture
def reader(primary_url: str, make_reader: Callable[..., FlaskClient]) -> Iterator[FlaskClient]:
    """A reader of the standby."""
    bin_folder: Any = programs()
    with standby(bin_folder, primary_url) as url:
        yield make_reader(DATABASE_URL=url)


def commit(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(statement)


def total(reader: FlaskClient) -> int:
    return int(reader.get("/api/sales/total").get_json()["total"])


def wait_until(condition: Callable[[], bool], within_s: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s
        time.sleep(0.01)
    return time.monotonic() - began


def test_a_commit_shows_on_the_standby_and_the_reader_goes_on_without_the_primary(
    primary: ExitStack, primary_url: str, reader: FlaskClient, record_property: Callable[[str, Any], None]
) -> None:
    assert total(reader) == 0
    assert reader.get("/health").get_json() == {"status": "ok"}

    commit(primary_url, SOLD)
    record_property("shown_after_s", wait_until(lambda: total(reader) == 5, within_s=10))

    primary.close()
    wait_until(lambda: reader.get("/health").get_json()["status"] == "degraded", SOON_S)
    assert "primary database is away" in reader.get("/health").get_json()["detail"]
    answer = reader.get("/api/sales/total")
    assert answer.get_json() == {"total": 5}
    assert "Warning" not in answer.headers
