"""Kills the writer again and again while deliveries are answered: what was lost, what was counted twice."""

import argparse
import random
import tempfile
import threading
import time
from collections import defaultdict
from itertools import count
from pathlib import Path

from tests.ops.writers import Client, Writer, ledger, order, running
from writer.db.migrate import migrate

CLIENTS = 8
ALIVE_S = (0.05, 3.0)  # between two kills


class Senders:
    """Deliver one order after the other; each second one again and again until it is answered 200."""

    def __init__(self, port: int) -> None:
        self.answered: set[int] = set()
        self.statuses: dict[int, int] = defaultdict(int)
        self._port, self._numbers, self._ended = port, count(1), threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def _run(self) -> None:
        client = Client(self._port)
        while not self._ended.is_set():
            number = next(self._numbers)
            while self._send(client, number) != 200 and number % 2 == 0 and not self._ended.is_set():
                time.sleep(0.05)
        client.close()

    def _send(self, client: Client, number: int) -> int:
        status = client.post(order(number))
        self.statuses[status] += 1
        if status == 200:
            self.answered.add(number)
        else:
            time.sleep(0.01)
        return status

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def kill_for(writer: Writer, seconds: float) -> int:
    """Kill the writer at random moments for so long, and start it again each time; return how often."""
    until, kills = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        time.sleep(random.uniform(*ALIVE_S))
        writer.kill()
        writer.start()
        kills += 1
    return kills


def main() -> None:
    """Kill, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onerom-kill-") as folder:
        url = f"sqlite:///{folder}/sales.db"
        migrate(url)
        with running(url, Path(folder) / "log") as writer:
            with Senders(writer.port) as senders:
                kills = kill_for(writer, options.minutes * 60)
            found = ledger(url)
    lost = senders.answered - found.keys()
    doubled = [number for number, posted in found.items() if posted != (1, 2)]
    answers = ", ".join(f"{n} x {status or 'none'}" for status, n in sorted(senders.statuses.items()))
    print(f"{kills} kills in {options.minutes:g} minutes; answers: {answers}")
    print(f"{len(senders.answered)} deliveries answered 200, {len(lost)} lost, {len(doubled)} doubled")


if __name__ == "__main__":
    main()
