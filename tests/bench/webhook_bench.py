"""The webhook over HTTP with eight clients against its own statements committed in a bare loop."""

import argparse
import logging
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar, Self

from sqlalchemy import event

from tests.bench.load import Run
from tests.delivering import deliver
from tests.makers import WEBHOOK_SECRET, make_config
from tests.ops.writers import Client, Writer, order, running
from writer.app import create_app
from writer.db import Database
from writer.db.migrate import migrate
from writer.ops.processes import children
from writer.stores.woocommerce.signing import signature

CLIENTS = 8
THREADS = 2
REPLAYED = 2000
PREPARED_PER_S = 4000
PACE_PER_S = 10
SCRIPT = Path(__file__).with_name("deliver.lua")

Statement = tuple[str, Any]


class Recorder(sqlite3.Connection):
    """A connection that notes what it is given, commits included."""

    done: ClassVar[list[Statement]] = []

    def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]  # SQLAlchemy's way
        return super().cursor(RecordingCursor)

    def execute(self, *given: Any) -> sqlite3.Cursor:
        return self.cursor().execute(*given)

    def commit(self) -> None:
        self._end("COMMIT")
        super().commit()

    def rollback(self) -> None:
        self._end("ROLLBACK")
        super().rollback()

    def _end(self, how: str) -> None:
        if self.in_transaction:
            self.done.append((how, ()))


class RecordingCursor(sqlite3.Cursor):
    """The cursor of a Recorder."""

    def execute(self, statement: str, parameters: Any = ()) -> Self:
        Recorder.done.append((statement, parameters))
        return super().execute(statement, parameters)


def record(folder: Path, template: Path) -> list[list[Statement]]:
    """Return what each of the first deliveries to a fresh database has it do, commits included."""
    logging.disable(logging.INFO)
    copy = shutil.copy(template, folder / "recorded.db")
    app = create_app(make_config(DATABASE_URL=f"sqlite:///{copy}"))
    database: Database = app.extensions["database"]
    database.close()
    event.listen(
        database.engine,
        "do_connect",
        lambda *told: sqlite3.connect(*told[2], **told[3] | {"factory": Recorder}),
    )
    client = app.test_client()
    recorded = []
    for number in range(1, REPLAYED + 1):
        Recorder.done.clear()
        assert deliver(client, order(number)).status_code == 200
        recorded.append(list(Recorder.done))
    database.close()
    return recorded


def bare_loop(database: Path, recorded: list[list[Statement]]) -> Run:
    """Do what was recorded on a database as it was before, one delivery after the other."""
    took, cpu = [], time.process_time()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
        for statements in recorded:
            started = time.perf_counter()
            for statement, parameters in statements:
                connection.execute(statement, parameters).fetchall()
            took.append(time.perf_counter() - started)
    cuts = statistics.quantiles(took, n=100)
    cpu_ms = (time.process_time() - cpu) / len(took) * 1000
    return Run(len(took) / sum(took), cuts[49] * 1000, cuts[98] * 1000, 0, cpu_ms)


def over_http(database: Path, prepared: Path, seconds: int) -> Run:
    """Let eight clients deliver to the writer as it is installed, for so long."""
    with running(f"sqlite:///{database}", database.with_suffix(".log")) as writer:
        before = cpu_s(writer)
        run = wrk(writer.port, prepared, CLIENTS, seconds)
        run.cpu_ms = (cpu_s(writer) - before) / (run.per_s * seconds) * 1000
    return run


def wrk(port: int, prepared: Path, clients: int, seconds: int) -> Run:
    """Let so many clients deliver what is prepared, each delivery once, for so long."""
    command = ["wrk", f"-t{THREADS}", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
    command += [f"http://127.0.0.1:{port}", "--", str(prepared), str(THREADS)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    per_s, p50, p99, errors = told.rpartition("RESULT ")[2].split()
    return Run(float(per_s), float(p50), float(p99), int(errors))


def cpu_s(writer: Writer) -> float:
    """Return the processor time a writer has used; it tells more than the rate where others work too."""
    assert writer.process is not None
    used = 0
    for pid in children(writer.process.pid):
        used += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


def paced(database: Path, seconds: int) -> Run:
    """Let eight clients deliver ten a second each in turn: more than shops send, less than it takes.

    The first second, in which a fresh process meets everything for the first time, is left out.
    """
    took: list[float] = []
    errors: list[int] = []

    def work(client: Client, number: int, began: float) -> None:
        for turn in range((seconds + 1) * PACE_PER_S):
            body = order(number * 1_000_000 + turn)
            due = began + (turn + number / CLIENTS) / PACE_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            started = time.perf_counter()
            status = client.post(body)
            if turn >= PACE_PER_S:
                took.append(time.perf_counter() - started)
            if status != 200:
                errors.append(status)
        client.close()

    with running(f"sqlite:///{database}", database.with_suffix(".log")) as writer:
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            done = [pool.submit(work, Client(writer.port), n, began) for n in range(1, CLIENTS + 1)]
        for future in done:
            future.result()
    cuts = statistics.quantiles(took, n=100)
    return Run(len(took) / seconds, cuts[49] * 1000, cuts[98] * 1000, len(errors))


def prepare(file: Path, numbers: Iterable[int]) -> Path:
    """Write signed deliveries of orders with these numbers, a line each."""
    with file.open("w") as lines:
        for number in numbers:
            body = order(number)
            lines.write(f"{signature(WEBHOOK_SECRET, body)}\t{body.decode()}\n")
    return file


def report(bare: list[Run], http: list[Run], at_pace: list[Run]) -> None:
    """Print the medians, and the rate over HTTP as a ratio to the bare loop's, round by round."""
    print(f"\nDeliveries, each answered after a durable commit ({CLIENTS} clients over HTTP)")
    found = (
        ("the same statements, bare loop", bare),
        ("over HTTP", http),
        ("over HTTP, at their pace", at_pace),
    )
    for name, runs in found:
        rate, p50, p99 = (
            statistics.median(getattr(run, field) for run in runs) for field in ("per_s", "p50_ms", "p99_ms")
        )
        errors = sum(run.errors for run in runs)
        print(f"  {name:32} {rate:7,.0f}/s  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  errors {errors}")
    used, used_bare = (statistics.median(run.cpu_ms for run in runs) for runs in (http, bare))
    print(f"  processor time of a delivery: {used:.2f} ms over HTTP, {used_bare:.2f} ms in the bare loop")
    pairs = list(zip(http, bare, strict=True))
    ratios = [one.per_s / other.per_s for one, other in pairs]
    waits = [one.p99_ms * other.per_s / 1000 for one, other in pairs]
    print(f"  ratio {statistics.median(ratios):.2f} [{min(ratios):.2f} - {max(ratios):.2f}]")
    print(f"  p99 over HTTP is {statistics.median(waits):.0f} deliveries of the bare loop, in the mean")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--folder", help="where the databases are made: the disk that is measured")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, with one and two writers")
    asked = parser.parse_args()
    if asked.postgres:
        from tests.bench import webhook_postgres  # it stands on this module

        webhook_postgres.main(asked)
        return
    bare, http, at_pace = [], [], []
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        template = folder / "template.db"
        migrate(f"sqlite:///{template}")
        recorded = record(folder, template)
        prepared = prepare(folder / "prepared", range(1, asked.seconds * PREPARED_PER_S))
        for turn in range(asked.rounds):
            bare.append(bare_loop(Path(shutil.copy(template, folder / f"bare-{turn}.db")), recorded))
            http.append(
                over_http(Path(shutil.copy(template, folder / f"http-{turn}.db")), prepared, asked.seconds)
            )
            at_pace.append(paced(Path(shutil.copy(template, folder / f"paced-{turn}.db")), asked.seconds))
    report(bare, http, at_pace)


if __name__ == "__main__":
    main()
