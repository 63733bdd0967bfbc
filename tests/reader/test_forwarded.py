"""The page's own address where a web server stands before the reader, on this machine or another."""

from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.bench.servers import gunicorn, running
from tests.ports import free_port

pytestmark = pytest.mark.sqlite_only


def test_the_page_is_at_the_scheme_that_the_server_before_it_tells(tmp_path: Path) -> None:
    port = free_port()
    told = {
        "Host": "sold.example",
        "X-Forwarded-Proto": "https",
        "SCRIPT_NAME": "/away",
        "PATH_INFO": "/health",
    }
    database = f"sqlite:///{tmp_path}/none.db"

    with running(gunicorn("reader.app:app", port), port, DATABASE_URL=database):
        # From another address than the one gunicorn believes by itself.
        connection = HTTPConnection("127.0.0.1", port, timeout=10, source_address=("127.0.0.2", 0))
        connection.request("GET", "/", headers=told)
        page = connection.getresponse().read().decode()
        connection.close()

    assert 'src="https://sold.example/embed.js"' in page.replace("&#34;", '"')
