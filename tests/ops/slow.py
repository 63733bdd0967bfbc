"""A small application under the services' worker class, and clients that take their time with it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ports import free_port
from writer.config import ROOT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PIECE = bytes(range(256)) * 256
PIECES = 320  # 20 MB: more than the kernel takes for a client that reads nothing
THREADS = 2
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
# What a client sends of a request before it stalls.
STALLS = {
    "idle": b"",
    "headers": HEAD + b"X-Long: ",
    "body": HEAD + b"Content-Length: 100\r\n\r\nabc",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "download": b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
}


class Large:
    """20 MB in pieces; counts how often it was closed."""

    closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return (PIECE for _ in range(PIECES))

    def close(self) -> None:
        Large.closed += 1


def broken_later() -> Iterator[bytes]:
    yield PIECE
    raise RuntimeError("broken")


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer how long the body was; other things at a few addresses."""
    path, length = environ["PATH_INFO"], len(environ["wsgi.input"].read())
    if path == "/broken":
        raise RuntimeError("broken")
    if path in ("/large", "/broken/later"):
        start_response("200 OK", [("Content-Length", str(len(PIECE) * PIECES))])
        return Large() if path == "/large" else broken_later()
    body = str({"/pid": os.getpid(), "/closed": Large.closed}.get(path, length)).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@dataclass
class Served:
    """The application as it runs."""

    process: "subprocess.Popen[bytes]"
    port: int

    def connect(self, sent: bytes = b"", receive_bytes: int | None = None) -> socket.socket:
        """Connect and send this; `receive_bytes` limits what the client's kernel takes for it."""
        client = socket.socket()
        client.settimeout(60)
        if receive_bytes is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.connect(("127.0.0.1", self.port))
        client.sendall(sent)
        return client

    def ask(self, path: str = "/", body: bytes | None = None) -> tuple[int, bytes]:
        """Send an honest request; return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET" if body is None else "POST", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


@contextmanager
def serving(folder: Path, *settings: str) -> Iterator[Served]:
    """Run the application with so many lines of settings; it has ended afterwards."""
    conf, port = folder / "conf.py", free_port()
    shared = [
        "from server import connection, framing, outbox, worker",
        "worker_class = 'server.worker.BufferingWorker'",
        f"threads = {THREADS}",
        "control_socket_disable = True",
        "graceful_timeout = 600",
    ]
    conf.write_text("\n".join([*shared, *settings]))
    command = [sys.executable, "-m", "gunicorn", "-c", str(conf), "--bind", f"127.0.0.1:{port}"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([*command, "tests.ops.slow:app"], cwd=ROOT, stdout=log, stderr=log)
    served = Served(process, port)
    try:
        _wait(served, folder / "log")
        yield served
    finally:
        served.stop()


def _wait(served: Served, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            served.ask()
            return
        except OSError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def read_all(client: socket.socket) -> bytes:
    """Return what a client is sent until the server ends."""
    found = bytearray()
    while data := client.recv(1_000_000):
        found += data
    return bytes(found)
