"""No job of the crontab holds the write lock for longer where there are more orders.

Counted in instructions of SQLite's machine, which are the same in every run; the milliseconds on a million
orders are printed by tests/faults/busy_jobs.
"""

import sqlite3
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from tests.bench.many_orders import make_orders
from tests.makers import make_config
from writer import wiring
from writer.commands import airtable_push, alert_low_stock, check_stores, push_stock, sync_orders
from writer.config import Config
from writer.db import Database, batches, each_in_batches, in_batches
from writer.lib import clock
from writer.ops.cron import CRONTAB, read
from writer.stores import Vault

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

FEW, MANY = 300, 6_000
FILL = """
UPDATE orders SET raw = '{}';
INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,
  total_minor)
SELECT id, '1', 10, 0, 'UNKNOWN', 'unknown', 'Unknown', 1, 2400 FROM orders;
INSERT INTO deliveries (store_id, source, topic, received_at, body, order_external_id, order_number, order_id,
  outcome, sentence)
SELECT store_id, 'shop1.example', 'order.updated', created_at, '{}', external_id, number, id, 'recorded', ''
FROM orders
"""
NOTHING_ELSE = Namespace(now=False, thorough=False, days_back=None)
THOROUGH = Namespace(now=False, thorough=True, days_back=None)
PUSH = Namespace(store=None, dry_run=False)
JOBS: dict[str, Callable[[Config, "Counted"], object]] = {
    "writer.commands.push_stock": lambda config, db: push_stock._push(
        db, Vault(config.encryption_keys), PUSH
    ),
    "writer.commands.sync_orders": lambda config, db: sync_orders._sync(
        config, db, NOTHING_ELSE, threading.Event()
    ),
    "writer.commands.sync_orders --thorough": lambda config, db: sync_orders._sync(
        config, db, THOROUGH, threading.Event()
    ),
    "writer.commands.airtable_push": airtable_push._push,
    "writer.commands.alert_low_stock": alert_low_stock._tell,
    "writer.commands.check_stores": check_stores._look,
}
# They never write, but a notice where they fail.
READ_ONLY = {"writer.commands.backup", "writer.ops.rotate_logs"}


class Counted(Database):
    """A database that notes how many instructions each transaction that may write takes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.writes: list[int] = []
        self._steps = 0
        event.listen(self.engine, "connect", lambda raw, _: raw.set_progress_handler(self._step, 1))

    def _step(self) -> int:
        self._steps += 1
        return 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction as ever, and note what it took."""
        before = self._steps
        with super().transaction() as db:
            yield db
        self.writes.append(self._steps - before)


def longest(folder: Path, job: str, how_many: int) -> int:
    """Return the most that a transaction of a job takes on a database with so many old orders."""
    url = make_orders(folder, how_many)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        for statement in FILL.split(";"):
            db.execute(statement)
        db.commit()
    config = make_config(DATABASE_URL=url)
    wiring.wire(config)
    database = Counted(url)
    JOBS[job](config, database)
    database.close()
    return max(database.writes, default=0)


def test_every_line_of_the_crontab_is_counted_or_reads_only() -> None:
    assert {command for _, command in read(CRONTAB)} == JOBS.keys() | READ_ONLY


@pytest.mark.parametrize("job", JOBS)
def test_a_job_holds_the_lock_no_longer_where_there_are_twenty_times_the_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 6, 1, tzinfo=UTC))  # all of them are old

    monkeypatch.setattr(batches, "FIRST_CHANGED", 50)
    monkeypatch.setattr(batches, "MOST_CHANGED", 50)  # as many in each, however long they take here

    few, many = longest(tmp_path, job, FEW), longest(tmp_path, job, MANY)

    # A table twice as deep is a few steps more.
    assert many <= few * 1.25


def test_what_was_cleaned_up_is_not_looked_through_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 6, 1, tzinfo=UTC))
    taken = []
    for how_many in (FEW, MANY):
        longest(tmp_path, "writer.commands.sync_orders", how_many)
        database = Counted(f"sqlite:///{tmp_path}/orders-{how_many}.db")
        sync_orders._forget_old(database, 90, 90, lambda: False)
        sync_orders.run(database)
        taken.append(database._steps)
        database.close()

    assert taken[1] <= taken[0] * 1.25


def test_a_batch_is_left_between_two_transactions_when_told_to_stop(tmp_path: Path) -> None:
    database = Counted(make_orders(tmp_path, 1))
    changed: list[int] = []

    done = in_batches(
        database, lambda _, limit: range(limit), lambda _, ids: changed.extend(ids), lambda: bool(changed)
    )

    database.close()
    assert done == len(changed) == batches.FIRST_CHANGED


def test_a_batch_becomes_smaller_where_each_row_takes_long(tmp_path: Path) -> None:
    database = Counted(make_orders(tmp_path, 1))
    sizes: list[int] = []

    def change(_: Connection, ids: Sequence[int]) -> None:
        time.sleep(batches.LOCKED_S / 5 * len(ids))  # five rows take as long as a transaction should
        sizes.append(len(ids))

    done = each_in_batches(database, range(30), change)

    database.close()
    assert done == sum(sizes) == 30
    assert max(sizes[1:]) <= 5
