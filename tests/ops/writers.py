"""The real writer under gunicorn on a database of the test's own, and clients that deliver orders to it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import create_engine, text

from tests.delivering import URL, make_line, make_order_body
from tests.makers import WEBHOOK_SECRET, make_environment
from tests.ports import free_port
from writer.config import ROOT
from writer.ops.processes import children
from writer.stores.woocommerce.signing import signature

START_TIMEOUT_S = 90


class Writer:
    """One writer; `start` and `kill` it as often as you like."""

    def __init__(self, database_url: str, log: Path) -> None:
        self.port = free_port()
        self.log = log
        self.environment = {**os.environ, **make_environment(DATABASE_URL=database_url)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = [sys.executable, "-m", "gunicorn", "-c", "writer/gunicorn.conf.py"]
        command += ["--bind", f"127.0.0.1:{self.port}", "writer.app:create_app()"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.status("/health") != 200:
            assert time.monotonic() < deadline, self.log.read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, its worker first: nothing gets to finish."""
        assert self.process is not None
        for pid in [*children(self.process.pid), self.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and return when it has."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=40)

    def status(self, path: str) -> int:
        """Return the status a GET is answered with; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


@contextmanager
def running(database_url: str, log: Path) -> Iterator[Writer]:
    """Yield a writer that answers; it has ended afterwards."""
    writer = Writer(database_url, log)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def order(number: int, quantity: int = 2) -> bytes:
    """The body of a paid order with one line; FIRE24 unless told otherwise."""
    return json.dumps(make_order_body(id=number, line_items=[make_line(quantity=quantity)])).encode()


class Client:
    """One sender of deliveries, which keeps its connection while the writer does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> int:
        """Deliver a signed body; return the status, 0 where no answer came."""
        headers = {
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": "https://shop.example/",
            "X-WC-Webhook-Topic": "order.created",
            "X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, body),
        }
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request("POST", URL, body, headers)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.close()
            return 0

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def deliver_all(
    port: int, numbers: Iterable[int], clients: int, tries: int, on_answer: Callable[[int], None]
) -> dict[int, list[int]]:
    """Deliver one order for each number, each until it is answered 200 or was tried `tries` times.

    Returns the statuses each order was answered with; `on_answer` is called with each as it comes.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in numbers:
        waiting.put(number)
    answers: dict[int, list[int]] = defaultdict(list)

    def work() -> None:
        client = Client(port)
        with suppress(Empty):
            while True:
                number = waiting.get_nowait()
                for _ in range(tries):
                    answers[number].append(client.post(order(number)))
                    on_answer(answers[number][-1])
                    if answers[number][-1] == 200:
                        break
                    time.sleep(0.05)
        client.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(answers)


def ledger(database_url: str) -> dict[int, tuple[int, int]]:
    """Return {order: (rows, units)} of what the orders have put into the ledger."""
    query = (
        "SELECT o.external_id, count(*), sum(s.quantity) FROM sales s"
        " JOIN order_lines l ON l.id = s.order_line_id JOIN orders o ON o.id = l.order_id"
        " GROUP BY o.external_id"
    )
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    engine.dispose()
    return {int(number): (count, units) for number, count, units in rows}


def total(database_url: str) -> int:
    """Return the public total."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT coalesce(sum(count), 0) FROM public_types")).scalar_one()
    engine.dispose()
    return int(found)
