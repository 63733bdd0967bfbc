"""What the reader does when its PostgreSQL is locked, away, or ends its connections."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

pytestmark = [
    pytest.mark.skipif("TEST_POSTGRES_URL" not in os.environ, reason="about PostgreSQL alone"),
    pytest.mark.xdist_group("postgres"),  # they make a user, and users are of the whole server
    pytest.mark.postgres,
]
SOON_S = 10  # by then the reader has asked again
HELD_UP_S = 60  # as long as a few requests take that wait for a statement's own limit


@pytest.fixture
def writer(database_url: str) -> Iterator[Any]:
    with closing(psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute("INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 5)")
        yield connection


def ask(reader: FlaskClient) -> TestResponse:
    answer = reader.get("/api/sales/total")
    assert answer.json == {"total": 5}
    return answer


def is_stale(reader: FlaskClient) -> bool:
    return ask(reader).headers.get("Warning") == '110 - "Response is stale"'


def health(reader: FlaskClient) -> str:
    told: str = reader.get("/health").get_json()["status"]
    return told


def wait_until_well(reader: FlaskClient) -> None:
    until = time.monotonic() + SOON_S
    while is_stale(reader):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert health(reader) == "ok"


@pytest.mark.parametrize("statement", ["LOCK TABLE public_state", "DROP VIEW public_dial"])
def test_a_migration_leaves_the_last_answer_and_holds_no_request_up(
    reader: FlaskClient, writer: Any, statement: str
) -> None:
    assert not is_stale(reader)

    writer.execute("BEGIN")
    writer.execute(statement)
    until = time.monotonic() + HELD_UP_S
    for _ in range(20):
        assert is_stale(reader)
        assert health(reader) == "degraded"
        assert time.monotonic() < until

    writer.execute("ROLLBACK")
    wait_until_well(reader)


@pytest.fixture
def guest_address(database_url: str, writer: Any) -> Iterator[str]:
    """The address for a user who may read the public views and nothing else."""
    writer.execute("CREATE ROLE guest LOGIN")
    writer.execute("GRANT SELECT ON public_dial, public_types, public_quarters, public_days TO guest")
    yield database_url.replace("postgres@", "guest@")
    writer.execute("DROP OWNED BY guest")
    writer.execute("DROP ROLE guest")


def test_a_server_that_is_away_leaves_the_last_answer_and_what_was_never_asked_is_refused(
    guest_address: str, writer: Any, make_reader: Callable[..., FlaskClient]
) -> None:
    reader = make_reader(DATABASE_URL=guest_address)
    assert not is_stale(reader)
    name = writer.info.dbname

    writer.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    writer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guest'")

    for _ in range(5):
        assert is_stale(reader)
    assert health(reader) == "degraded"
    assert reader.get("/api/sales/history").status_code == 503
    assert make_reader(DATABASE_URL=guest_address).get("/health").status_code == 503
    writer.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    wait_until_well(reader)


def test_connections_that_the_server_ended_are_made_anew(reader: FlaskClient, writer: Any) -> None:
    assert not is_stale(reader)

    writer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    wait_until_well(reader)


def test_nothing_can_be_written_through_the_readers_connection(reader: FlaskClient, writer: Any) -> None:
    ask(reader)
    connection = reader.application.wsgi_app.source.connection  # type: ignore[attr-defined]

    for statement in ("DELETE FROM sales", "CREATE TABLE mine (x int)"):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute(statement)
