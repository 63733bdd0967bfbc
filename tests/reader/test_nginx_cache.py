"""The nginx of deploy/nginx.conf before the reader: kept as long as the reader says, and no longer."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.ops import edge
from tests.ports import free_port
from tests.sales.public_page.makers import sell
from tests.serving import QuietHandler
from writer.db import Database

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]
HOST = "sales.example"


@contextmanager
def before(reader: FlaskClient, folder: Path) -> Iterator[edge.Edge]:
    """Run nginx before this reader."""
    server = make_server("127.0.0.1", 0, reader.application, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with edge.nginx(folder, server.server_port, free_port()) as found:
            yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_answer_is_kept_for_its_max_age_and_then_the_commit_is_seen(
    make_reader: Callable[..., FlaskClient], database: Database, tmp_path: Path
) -> None:
    with before(make_reader(PUBLIC_MAX_AGE="2"), tmp_path) as server:
        asked_at = time.monotonic()
        assert server.ask(HOST, "/api/sales/total").text == '{"total": 0}'
        with database.transaction() as db:
            sell(db, 5)
        kept = server.ask(HOST, "/api/sales/total").text
        assert kept == '{"total": 0}' or time.monotonic() - asked_at >= 1

        time.sleep(3.1)  # nginx counts whole seconds

        assert server.ask(HOST, "/api/sales/total").text == '{"total": 5}'


def test_health_and_errors_are_not_kept_and_writing_is_refused(
    make_reader: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    with before(make_reader(), tmp_path) as server:
        for _ in range(2):
            assert server.ask(HOST, "/health").headers["Cache-Control"] == "no-store"
            assert server.ask(HOST, "/nothing").status == 404
            assert server.ask(HOST, "/api/sales/history?by=year").status == 400
            assert server.ask(HOST, "/api/sales/total", "POST").status == 405


def test_packed_and_plain_are_kept_apart(make_reader: Callable[..., FlaskClient], tmp_path: Path) -> None:
    with before(make_reader(), tmp_path) as server:
        for _ in range(2):
            packed = server.ask(HOST, "/style.css", headers={"Accept-Encoding": "gzip"})
            plain = server.ask(HOST, "/style.css", headers={"Accept-Encoding": "identity"})

            assert packed.headers["Content-Encoding"] == "gzip"
            assert "Content-Encoding" not in plain.headers
            assert plain.text.startswith(":root")
