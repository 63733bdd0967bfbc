"""The reader against the bare limit, the straightforward version and nginx, and beside a busy writer."""

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reader.app import create_app, load
from tests.bench.ledgers import make_ledger
from tests.bench.load import alternate, report
from tests.bench.servers import free_port, gunicorn, running

PATHS = ("/api/sales/total", "/api/sales/by-type")


class Bench:
    """Settings of this run, a folder for its databases, and the servers it has started."""

    def __init__(self, stack: ExitStack, folder: Path, options: argparse.Namespace) -> None:
        self.stack, self.folder, self.options = stack, folder, options

    def ledger(self, rows: int) -> Path:
        found = self.folder / f"sales-{rows}.db"
        return found if found.exists() else make_ledger(self.folder, rows)

    def start(self, app: str, database: Path, *more: str, **variables: str) -> tuple[str, int]:
        """Start `app` under the reader's gunicorn settings; return its address and process id."""
        port = free_port()
        told = {"DATABASE_URL": f"sqlite:///{database}", "BENCH_DATABASE": str(database), **variables}
        return self.stack.enter_context(running(gunicorn(app, port, *more), port, **told))

    def compare(self, title: str, addresses: dict[str, str], against: str) -> None:
        for connections in (8, 32):
            for path in PATHS:
                asked = {name: address + path for name, address in addresses.items()}
                found = alternate(asked, connections, self.options.rounds, self.options.seconds)
                report(f"{title}: {path}, {connections} connections", found, against)


def constant_answers(database: Path) -> str:
    """Return what the reader answers, for the bare application to repeat."""
    client = create_app(load({"DATABASE_URL": f"sqlite:///{database}"})).test_client()
    answers: dict[str, Any] = {}
    for path in PATHS:
        answer = client.get(path)
        answers[path] = (answer.status, list(answer.headers.items()), answer.text)
    return json.dumps(answers)


def limit(bench: Bench) -> None:
    """1. Against a bare WSGI application with the same bytes under the same gunicorn."""
    database = bench.ledger(1000)
    bare, _ = bench.start("tests.bench.apps:bare", database, BENCH_ANSWERS=constant_answers(database))
    reader, _ = bench.start("reader.app:app", database)
    bench.compare("Limit", {"bare WSGI": bare, "reader": reader}, "bare WSGI")


PARTS = {"limit": limit}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {' '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.seconds = min(options.seconds, 1) if options.quick else options.seconds
    with tempfile.TemporaryDirectory(prefix="onerom-bench-") as folder:
        for part in options.parts or PARTS:
            print(f"\n== {PARTS[part].__doc__}")
            with ExitStack() as stack:
                PARTS[part](Bench(stack, Path(folder), options))


if __name__ == "__main__":
    main()
