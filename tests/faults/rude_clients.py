"""Reader and writer among clients that idle, dribble and stall: what honest ones notice."""

import argparse
import http.client
import selectors
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.bench.many_orders import make_orders
from tests.bench.servers import gunicorn
from tests.bench.servers import running as running_server
from tests.makers import add_people, make_environment, session_cookie
from tests.ops.writers import Client, order, running
from tests.ports import free_port
from writer import config
from writer.app import create_app

ORDERS = 30_000  # an export of some megabytes
HONEST = 4
PACE_S = 0.05
DRIBBLE_S = 0.5
POST = b"POST /api/woocommerce/webhook HTTP/1.1\r\nHost: x\r\n"
DRIBBLES = ("headers", "body", "download")


class Rude:
    """So many clients of one port, in one thread; each that is given up comes again."""

    def __init__(self, port: int, idle: int, dribbling: int, download: bytes) -> None:
        self.port, self.download = port, download
        self.kinds = ["idle"] * idle + [DRIBBLES[n % len(DRIBBLES)] for n in range(dribbling)]
        self.given_up = 0
        self._open: dict[int, tuple[socket.socket, str]] = {}
        self._selector = selectors.DefaultSelector()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Rude":
        for kind in self.kinds:
            self._connect(kind)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for open_ in self._open.values():
            open_[0].close()

    def _connect(self, kind: str) -> None:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(5)
        with suppress(OSError):
            client.connect(("127.0.0.1", self.port))
            first = {
                "headers": POST,
                "body": POST + b"Content-Length: 4000\r\n\r\n",
                "download": self.download,
            }
            client.sendall(first.get(kind, b""))
        client.setblocking(False)
        self._open[client.fileno()] = client, kind
        if kind != "download":
            self._selector.register(client, selectors.EVENT_READ)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            for key, _ in self._selector.select(0.05):
                self._replace(key.fd)
            if time.monotonic() >= due:
                due += DRIBBLE_S
                self._dribble()

    def _dribble(self) -> None:
        for number, (client, kind) in list(self._open.items()):
            try:
                if kind == "download" and not client.recv(1):
                    self._replace(number)
                elif kind in ("headers", "body"):
                    client.send(b"X")
            except BlockingIOError:
                continue
            except OSError:
                self._replace(number)

    def _replace(self, number: int) -> None:
        client, kind = self._open.pop(number)
        with suppress(KeyError):
            self._selector.unregister(client)
        client.close()
        if not self._ended.is_set():
            self.given_up += 1
            with suppress(OSError):
                self._connect(kind)


def ask(port: int, path: str) -> bool:
    """Ask on a connection of its own; tell whether it was answered 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def measure(title: str, seconds: float, act: Callable[[int], bool]) -> None:
    """Let a few honest clients act at their pace for so long, and print what they waited."""
    took: list[float] = []
    failed: list[int] = []
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        turn = 0
        while time.monotonic() < until:
            turn += 1
            began = time.perf_counter()
            if not act(number * 1_000_000 + turn):
                failed.append(turn)
            took.append(time.perf_counter() - began)
            time.sleep(PACE_S)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, HONEST + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(took, n=100)
    print(
        f"  {title:34} {len(took):6} answered  p50 {cuts[49] * 1000:7.1f} ms  p99 {cuts[98] * 1000:7.1f} ms"
        f"  max {max(took) * 1000:7.1f} ms  failed {len(failed)}",
        flush=True,
    )


def stopped(title: str, stop: Callable[[], object]) -> None:
    """Stop a service while its rude clients hold on, and print how long that took."""
    began = time.monotonic()
    stop()
    print(f"  {title:34} stopped in {time.monotonic() - began:.1f} s", flush=True)


def against_reader(url: str, options: argparse.Namespace) -> None:
    """Run the reader among rude clients."""
    port, stack = free_port(), ExitStack()
    stack.enter_context(running_server(gunicorn("reader.app:app", port), port, DATABASE_URL=url))
    download = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with Rude(port, options.idle, options.dribbling, download) as rude:
        measure("reader: totals", options.seconds, lambda _: ask(port, "/api/sales/total"))
        stopped("reader", stack.close)
    print(f"  {'reader':34} gave up {rude.given_up} rude connections")


def against_writer(url: str, folder: Path, options: argparse.Namespace) -> None:
    """Run the writer among rude clients, some of whom download all orders."""
    name, value = session_cookie(create_app(config.load(make_environment(DATABASE_URL=url))), "ada")
    download = f"GET /orders.csv HTTP/1.1\r\nHost: x\r\nCookie: {name}={value}\r\n\r\n".encode()
    stack = ExitStack()
    writer = stack.enter_context(running(url, folder / "writer.log"))
    deliverers = threading.local()

    def deliver(number: int) -> bool:
        if not hasattr(deliverers, "client"):
            deliverers.client = Client(writer.port)
        return bool(deliverers.client.post(order(number)) == 200)

    with Rude(writer.port, options.idle, options.dribbling, download) as rude:
        print("  (all downloads begin at once: the first seconds are spent on making them)")
        measure("writer: deliveries, at first", options.seconds / 3, deliver)
        measure("writer: deliveries", options.seconds / 3, lambda number: deliver(number + 500_000))
        measure("writer: health", options.seconds / 3, lambda _: ask(writer.port, "/health"))
        stopped("writer", stack.close)
    print(f"  {'writer':34} gave up {rude.given_up} rude connections")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--dribbling", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    print(f"{options.idle} idle connections, {options.dribbling} that dribble headers, bodies and downloads")
    with tempfile.TemporaryDirectory(prefix="onerom-rude-") as name:
        url = make_orders(Path(name), ORDERS)
        add_people(url)
        against_reader(url, options)
        against_writer(url, Path(name), options)


if __name__ == "__main__":
    main()
