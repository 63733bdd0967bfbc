"""PostgreSQL that does not answer is said as that, by pages, by /health and by commands."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.commands.running import run_all
from tests.delivering import deliver, make_order_body
from tests.makers import make_config
from tests.ports import free_port
from writer.app import create_app
from writer.ops.cron import CRONTAB, read

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]
AWAY = "PostgreSQL does not answer"


@pytest.fixture
def away() -> str:
    """The address of a PostgreSQL that is down."""
    return f"postgresql+psycopg://onerom:secret@127.0.0.1:{free_port()}/onerom"


@pytest.fixture
def client(away: str) -> Iterator[FlaskClient]:
    """A client of a writer on it."""
    app = create_app(make_config(DATABASE_URL=away))
    yield app.test_client()
    app.extensions["database"].close()


def test_health_pages_api_and_webhooks_say_so(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["sign_in"] = "a token"
    answers = [
        client.get("/health"),
        client.get("/orders"),
        client.get("/api/v1/orders", headers={"Authorization": "Bearer a-token"}),
        deliver(client, make_order_body()),
    ]

    assert [answer.status_code for answer in answers] == [503] * 4
    assert [AWAY in answer.text for answer in answers] == [True] * 4


def test_commands_say_so_in_a_sentence(away: str) -> None:
    commands = [command for _, command in read(CRONTAB) if command.startswith("writer.commands")]

    ran = run_all(commands, away)

    told = {command: done.lines for command, done in ran.items() if done.status == 1}
    assert told == {command: [f"{AWAY}: the next run tries again."] for command in told}
    assert told.keys() == set(commands) - {"writer.commands.backup"}
