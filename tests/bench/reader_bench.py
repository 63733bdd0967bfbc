"""The reader against the bare limit, the straightforward version and nginx, and beside a busy writer."""

import argparse
import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reader.app import create_app
from reader.settings import load
from tests.bench.edge import nginx_command
from tests.bench.ledgers import make_ledger
from tests.bench.load import Run, alternate, report, wrk
from tests.bench.servers import CONF, gunicorn, resident_kb, running
from tests.bench.webhook_bench import CLIENTS, PREPARED_PER_S, SCRIPT, THREADS, prepare
from tests.ops.writers import running as running_writer
from tests.ports import free_port

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
    stock = ("tests.bench.apps:bare", database, "--worker-class", "gthread")
    gthread, _ = bench.start(*stock, BENCH_ANSWERS=constant_answers(database))
    reader, _ = bench.start("reader.app:app", database)
    addresses = {"bare WSGI": bare, "bare WSGI, gunicorn's gthread": gthread, "reader": reader}
    bench.compare("Limit", addresses, "bare WSGI")


def rows(bench: Bench) -> None:
    """2. Against Flask with a connection and a sum per request, over the size of the ledger."""
    sizes = (1000, 10_000, 100_000) if bench.options.quick else (1000, 1_000_000, 10_000_000)
    reader, straight = {}, {}
    for size in sizes:
        database = bench.ledger(size)
        reader[f"reader, {size:,} rows"], _ = bench.start("reader.app:app", database)
        straight[f"straightforward, {size:,} rows"], _ = bench.start(
            "tests.bench.apps:straightforward", database, "--timeout", "120"
        )
    first = next(iter(reader))
    bench.compare("Rows", reader, first)
    # Afterwards: its sums go on for seconds when nobody waits for them any more.
    bench.compare("Rows, straightforwardly", {first: reader[first], **straight}, first)


def nginx(bench: Bench) -> None:
    """3. Against nginx: static files, and the cache of deploy/nginx.conf before the reader."""
    database, folder = bench.ledger(1000), bench.folder / "nginx"
    folder.mkdir()
    answers = constant_answers(database)
    reader, _ = bench.start("reader.app:app", database)
    static, cached = free_port(), free_port()
    command = nginx_command(folder, answers, int(reader.rpartition(":")[2]), static, cached)
    bench.stack.enter_context(running(command, static))
    addresses = {"nginx, static file": static, "nginx, cache before the reader": cached}
    told = {name: f"http://127.0.0.1:{port}" for name, port in addresses.items()}
    bench.compare("nginx", {**told, "reader": reader}, "nginx, static file")


def writer(bench: Bench) -> None:
    """4. While the writer takes as many signed webhooks as it can: each as a ratio to each alone."""
    seconds = max(1, round(bench.options.seconds))
    prepared = prepare(bench.folder / "prepared", seconds * PREPARED_PER_S)
    found: dict[str, list[Run]] = {"alone": [], "together": []}
    delivered: dict[str, list[Run]] = {"alone": [], "together": []}
    for turn in range(bench.options.rounds):
        for way in found if turn % 2 == 0 else reversed(found):
            database = make_ledger(bench.folder, 100 + turn * 2 + (way == "alone"))
            read, took = read_and_deliver(database, prepared, seconds, is_together=way == "together")
            found[way].append(read)
            delivered[way].append(took)
    report("Reader, /api/sales/total, 8 connections", found, "alone")
    report("Writer, deliveries of 8 clients", delivered, "alone")


def read_and_deliver(database: Path, prepared: Path, seconds: int, is_together: bool) -> tuple[Run, Run]:
    """Ask the reader and deliver to the writer, both at once or one after the other."""
    port, url = free_port(), f"sqlite:///{database}"
    with (
        running_writer(url, database.with_suffix(".log")) as hub,
        running(gunicorn("reader.app:app", port), port, DATABASE_URL=url) as (reader, _),
        ThreadPoolExecutor() as pool,
    ):
        delivering = pool.submit(deliver_prepared, hub.port, prepared, seconds)
        if not is_together:
            delivering.result()
        read = wrk(f"{reader}/api/sales/total", 8, seconds)
        return read, delivering.result()


def deliver_prepared(port: int, prepared: Path, seconds: int) -> Run:
    """Deliver what was prepared to the writer on this port, for so long."""
    command = ["wrk", f"-t{THREADS}", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
    command += [f"http://127.0.0.1:{port}", "--", str(prepared), str(THREADS)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    per_s, p50, p99, errors = told.rpartition("RESULT ")[2].split()
    return Run(float(per_s), float(p50), float(p99), int(errors))


def memory(bench: Bench) -> None:
    """5. Resident memory of the reader's processes, after some work."""
    address, pid = bench.start("reader.app:app", bench.ledger(1000))
    for path in (*PATHS, "/", "/api/sales/history", "/api/sales/chart.svg"):
        wrk(address + path, 32, 1)
    processes = resident_kb(pid)
    for name, (rss, pss) in zip(["master", *["worker"] * len(processes)], processes, strict=False):
        print(
            f"  {name:8} resident {rss / 1024:6.1f} MB, its share of shared pages only {pss / 1024:6.1f} MB"
        )
    print(f"  together {sum(pss for _, pss in processes) / 1024:.1f} MB")


def workers(bench: Bench) -> None:
    """Workers and threads: what reader/gunicorn.conf.py chose from."""
    database, told = bench.ledger(1000), {}
    for count, threads, port in ((2, 4, True), (2, 4, False), (2, 1, True), (1, 4, False), (1, 1, False)):
        conf = bench.folder / f"gunicorn-{count}-{threads}-{port}.py"
        shipped = CONF.read_text().replace(
            'Path(__file__).with_name("app.py")', repr(str(CONF.with_name("app.py")))
        )
        conf.write_text(f"{shipped}\nworkers, threads, reuse_port = {count}, {threads}, {port}\n")
        name = f"{count} x {threads}{', a socket each' if port else ''}"
        told[name], _ = bench.start("reader.app:app", database, "-c", str(conf))
    bench.compare("Workers x threads", told, next(iter(told)))


PARTS = {"limit": limit, "rows": rows, "nginx": nginx, "writer": writer, "memory": memory, "workers": workers}


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
