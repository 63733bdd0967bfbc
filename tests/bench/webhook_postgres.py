"""The webhook on PostgreSQL: one writer, then two on one database, against the same statements bare.

The bare loop is eight connections that commit without contention: each replays the deliveries in a database
of its own, on the same server, so that they share nothing but the disk and the processor.
"""

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import psycopg
from sqlalchemy import create_engine, event, text

from tests.bench.load import Run
from tests.bench.webhook_bench import CLIENTS, cpu_s, prepare, wrk
from tests.delivering import deliver
from tests.makers import make_config
from tests.ops.writers import deliver_all, ledger, order, running
from tests.postgres import DURABLE, programs, server
from writer.app import create_app
from writer.db import Database
from writer.db.migrate import migrate

REPLAYED = 500  # by each connection of the bare loop
TWICE = 1500
Statement = tuple[Any, Any]


class Recorder(psycopg.Connection[Any]):
    """A connection that notes what it is given, commits included."""

    done: ClassVar[list[Statement]] = []

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.cursor_factory = RecordingCursor

    def commit(self) -> None:
        self.done.append(("COMMIT", None))
        super().commit()

    def rollback(self) -> None:
        self.done.append(("ROLLBACK", None))
        super().rollback()


class RecordingCursor(psycopg.Cursor[Any]):
    """The cursor of a Recorder."""

    def execute(self, query: Any, params: Any = None, **named: Any) -> Self:
        Recorder.done.append((query, params))
        return super().execute(query, params, **named)


class Server:
    """A running PostgreSQL with a migrated template, and databases made from it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.made = 0
        migrate(self._create("template1"))

    def fresh(self) -> str:
        """Return the URL of a database as it is before the first delivery."""
        return self._create("bench_1")

    def _create(self, template: str) -> str:
        self.made += 1
        name = f"bench_{self.made}"
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return self.url.replace("/postgres?", f"/{name}?")


def record(server: Server) -> list[list[Statement]]:
    """Return what each of the first deliveries to a fresh database has it do, commits included."""
    logging.disable(logging.INFO)
    app = create_app(make_config(DATABASE_URL=server.fresh()))
    database: Database = app.extensions["database"]
    database.close()
    event.listen(database.engine, "do_connect", lambda *told: Recorder.connect(*told[2], **told[3]))
    client = app.test_client()
    recorded = []
    for number in range(1, REPLAYED + 1):
        Recorder.done.clear()
        assert deliver(client, order(number)).status_code == 200
        recorded.append(list(Recorder.done))
    database.close()
    return recorded


def bare_loop(urls: list[str], recorded: list[list[Statement]]) -> Run:
    """Do what was recorded, by as many connections at once as there are databases."""

    def replay(url: str) -> list[float]:
        took = []
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            for statements in recorded:
                started = time.perf_counter()
                for statement, parameters in statements:
                    if statement == "COMMIT":
                        connection.commit()
                    elif statement == "ROLLBACK":
                        connection.rollback()
                    else:
                        connection.execute(statement, parameters)
                took.append(time.perf_counter() - started)
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(len(urls)) as pool:
        took = [one for found in pool.map(replay, urls) for one in found]
    cuts = statistics.quantiles(took, n=100)
    return Run(len(took) / (time.perf_counter() - began), cuts[49] * 1000, cuts[98] * 1000, 0)


def over_http(url: str, log: Path, prepared: list[Path], seconds: int) -> Run:
    """Let eight clients deliver for so long, to as many writers as there are prepared files."""
    with ExitStack() as stack:
        writers = [stack.enter_context(running(url, log)) for _ in prepared]
        before = sum(map(cpu_s, writers))
        with ThreadPoolExecutor(len(writers)) as pool:
            ports = [writer.port for writer in writers]
            clients = CLIENTS // len(writers)
            runs = list(pool.map(lambda port, file: wrk(port, file, clients, seconds), ports, prepared))
        rate = sum(run.per_s for run in runs)
        cpu_ms = (sum(map(cpu_s, writers)) - before) / (rate * seconds) * 1000
    p50, p99 = statistics.mean(run.p50_ms for run in runs), max(run.p99_ms for run in runs)
    return Run(rate, p50, p99, sum(run.errors for run in runs), cpu_ms)


def exactly_once(url: str, log: Path) -> str:
    """Deliver each order to both of two writers at once, and say what was counted."""
    with running(url, log) as one, running(url, log) as other, ThreadPoolExecutor(2) as pool:
        given = range(1, TWICE + 1)
        runs = [
            pool.submit(deliver_all, writer.port, given, CLIENTS // 2, 1, lambda _: None)
            for writer in (one, other)
        ]
        statuses = [status for run in runs for found in run.result().values() for status in found]
    counted = ledger(url)
    wrong = sum(found != (1, 2) for found in counted.values())
    return (
        f"{len(statuses):,} deliveries of {TWICE:,} orders to both: {len(counted):,} counted, {wrong} of them"
        f" wrongly; {sum(status != 200 for status in statuses)} were not answered 200"
    )


def report(bare: list[Run], found: dict[str, list[Run]]) -> None:
    """Print the medians, and each rate as a ratio to the bare loop's, round by round."""
    print(f"\nDeliveries on PostgreSQL, each answered after a durable commit ({CLIENTS} clients)")
    for name, runs in {"the same statements, bare loop": bare, **found}.items():
        rate, p50, p99, cpu = (
            statistics.median(getattr(run, field) for run in runs)
            for field in ("per_s", "p50_ms", "p99_ms", "cpu_ms")
        )
        ratios = [run.per_s / base.per_s for run, base in zip(runs, bare, strict=True)]
        errors = sum(run.errors for run in runs)
        ratio = f"{statistics.median(ratios):.2f} [{min(ratios):.2f} - {max(ratios):.2f}]"
        print(f"  {name:32} {rate:6,.0f}/s  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  errors {errors}")
        print(f"  {'':32} ratio {ratio}, processor time of a writer {cpu:.2f} ms")


@contextmanager
def _started(folder: str | None) -> Iterator[tuple[Server, Path]]:
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not installed: sudo apt install postgresql.")
    with tempfile.TemporaryDirectory(dir=folder) as name, server(found, DURABLE, folder) as url:
        yield Server(url), Path(name)


def main(asked: argparse.Namespace) -> None:
    """Measure and print."""
    bare: list[Run] = []
    found: dict[str, list[Run]] = {"over HTTP, one writer": [], "over HTTP, two writers": []}
    with _started(asked.folder) as (made, folder):
        recorded = record(made)
        count = asked.seconds * 2000
        whole = prepare(folder / "whole", range(1, count))
        halves = [prepare(folder / f"half-{n}", range(1 + n * count, (n + 1) * count)) for n in (1, 2)]
        for _ in range(asked.rounds):
            bare.append(bare_loop([made.fresh() for _ in range(CLIENTS)], recorded))
            for runs, files in zip(found.values(), ([whole], halves), strict=True):
                runs.append(over_http(made.fresh(), folder / "log", files, asked.seconds))
        report(bare, found)
        print(f"  {exactly_once(made.fresh(), folder / 'log')}")
