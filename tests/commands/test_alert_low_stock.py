"""Low stock is told to the owner's messenger once per crossing, and trouble there stays there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.makers import make_environment
from tests.stock.movements.products import make_product, open_notices
from writer.commands import alert_low_stock
from writer.db import Database
from writer.stock import alerts, movements, products


class Messenger:
    """A messenger on this machine: what it was told, and how it answers."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 200
        messenger = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messenger.told.append(json.loads(body))
                self.send_response(messenger.status)
                self.send_header("Location", messenger.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?key=secret-part"


@pytest.fixture
def messenger() -> Iterator[Messenger]:
    made = Messenger()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def move(database: Database, quantity: int) -> None:
    with database.transaction() as db:
        movements.adjust(db, "ada", products.get(db, "X"), quantity, "test")


def test_t12_low_stock_is_told_once_per_crossing(database: Database, messenger: Messenger) -> None:
    make_product(database, on_hand=5, reorder_point=3)

    told = []
    for quantity in (-2, -1, 2, -1):
        move(database, quantity)
        told.append(alerts.tell_low(database, messenger.url))
        told.append(alerts.tell_low(database, messenger.url))

    assert told == [1, 0, 0, 0, 0, 0, 1, 0]
    assert len(messenger.told) == 2


def test_the_message_is_one_that_messengers_understand(database: Database, messenger: Messenger) -> None:
    make_product(database, on_hand=2, reorder_point=3)

    alerts.tell_low(database, messenger.url)

    text = "X is low: 2 on hand, reorder point 3."
    title = "Low stock: X"
    assert messenger.told == [{"title": title, "text": text, "message": text, "content": text}]


def test_many_products_are_one_message(database: Database, messenger: Messenger) -> None:
    for number in range(25):
        make_product(database, f"X{number:02}", on_hand=0, reorder_point=0)

    assert alerts.tell_low(database, messenger.url) == 25

    assert messenger.told[0]["title"] == "Low stock: 25 products"
    lines = messenger.told[0]["text"].splitlines()
    assert (len(lines), lines[-1]) == (21, "And 5 more.")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_messenger_that_refuses_is_noticed_and_told_again(
    database: Database, messenger: Messenger, status: int
) -> None:
    make_product(database, on_hand=0, reorder_point=0)
    messenger.status = status

    with pytest.raises(alerts.NotTold):
        alerts.tell_low(database, messenger.url)
    said = open_notices(database)["not told"]
    messenger.status = 204
    assert alerts.tell_low(database, messenger.url) == 1

    assert said.endswith(f"NOTIFY_URL: 127.0.0.1 answered {status}.")
    assert "not told" not in open_notices(database)
    assert len(messenger.told) == 2


def test_a_messenger_that_is_not_there_is_noticed_without_its_key(
    database: Database, messenger: Messenger
) -> None:
    make_product(database, on_hand=0, reorder_point=0)
    nobody = "http://127.0.0.1:9/hook?key=secret-part"

    with pytest.raises(alerts.NotTold):
        alerts.tell_low(database, nobody)

    assert "127.0.0.1 could not be reached" in open_notices(database)["not told"]
    assert "secret-part" not in open_notices(database)["not told"]


@pytest.fixture
def told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment that the script is told: a test may add to it."""
    environment = make_environment(DATABASE_URL=database_url)
    monkeypatch.setattr("writer.config.environment", lambda: environment)
    return environment


def test_without_an_address_nothing_is_told(told: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert alert_low_stock.main() == 0
    assert "NOTIFY_URL is not set" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["ntfy.sh/topic", "ftp://host/a", "https://"])
def test_what_is_no_address_is_refused_with_a_sentence(
    told: dict[str, str], capsys: pytest.CaptureFixture[str], url: str
) -> None:
    told["NOTIFY_URL"] = url

    assert alert_low_stock.main() == 2
    assert "NOTIFY_URL must be an address" in capsys.readouterr().err


def test_the_script_tells_and_says_so(
    told: dict[str, str], database: Database, messenger: Messenger, capsys: pytest.CaptureFixture[str]
) -> None:
    make_product(database, on_hand=0, reorder_point=0)
    told["NOTIFY_URL"] = messenger.url

    assert alert_low_stock.main() == 0
    assert "Told of 1 low product." in capsys.readouterr().out


def test_the_script_fails_where_the_messenger_does(
    told: dict[str, str], database: Database, messenger: Messenger, capsys: pytest.CaptureFixture[str]
) -> None:
    make_product(database, on_hand=0, reorder_point=0)
    told["NOTIFY_URL"] = messenger.url
    messenger.status = 503

    assert alert_low_stock.main() == 1
    assert "Not told: 127.0.0.1 answered 503." in capsys.readouterr().err
