"""What is too large or malformed is answered by both services as they run, and the client reads it."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.servers import gunicorn
from tests.bench.servers import running as running_server
from tests.delivering import URL
from tests.ops.slow import read_all
from tests.ops.writers import running
from tests.ports import free_port

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]
SIX_MB = bytes(6_000_000)
CHUNKED = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def port(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of the writer or the reader, whichever the test asks for."""
    if request.param == "writer":
        with running(database_url, tmp_path / "log") as writer:
            yield writer.port
    else:
        port = free_port()
        with running_server(gunicorn("reader.app:app", port), port, DATABASE_URL=database_url):
            yield port


@pytest.mark.parametrize(
    ("port", "path", "status"), [("writer", URL, 413), ("reader", "/health", 405)], indirect=["port"]
)
def test_who_sends_six_megabytes_without_asking_reads_the_refusal(port: int, path: str, status: int) -> None:
    # It reads nothing before it has sent all.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, SIX_MB)

    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize("port", ["writer"], indirect=True)
def test_six_megabytes_in_chunks_are_refused_too(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    pieces = (SIX_MB[:100_000] for _ in range(60))
    connection.request("POST", URL, pieces, encode_chunked=True, headers={"Transfer-Encoding": "chunked"})

    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("port", ["writer", "reader"], indirect=True)
@pytest.mark.parametrize("request_line", [f"POST {URL}", "GET /health"])
def test_a_malformed_chunk_is_a_bad_request(port: int, request_line: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(f"{request_line} HTTP/1.1\r\n{CHUNKED}xyz\r\nabc\r\n0\r\n\r\n".encode())

        assert read_all(client).startswith(b"HTTP/1.1 400 ")
