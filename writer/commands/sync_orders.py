"""Bring in what is still missing of the stores' orders: `python -m writer.commands.sync_orders`.

Cron runs it every few minutes: deliveries whose processing failed are tried again, each in a transaction of
its own, and every store whose orders were last read SYNC_INTERVAL minutes ago (30) is read again. `--now`
reads every store at once, `--thorough` looks for orders that were deleted there too. Exit status: 0 done (or
already running), 1 the database could not be had or a store could not be read, 2 wrong settings.
"""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from writer import orders
from writer.commands import opened
from writer.config import Config
from writer.db import AlreadyRunning, Database, each_in_batches, in_batches
from writer.lib.errors import DomainError
from writer.stores import Vault
from writer.sync import order_import, webhook_inbox

log = logging.getLogger("writer.commands.sync_orders")

# The nightly run waits for one that began before it: it comes once a day, the others every few minutes.
PATIENCE_S = 1200.0
THOROUGH_DAYS_BACK = 2
LOOK_EVERY_S = 5.0


@dataclass
class Done:
    """What a run came to."""

    tried: int = 0
    failing: int = 0
    dropped: int = 0

    @property
    def summary(self) -> str:
        things = "delivery" if self.tried == 1 else "deliveries"
        bodies = "body" if self.dropped == 1 else "bodies"
        return (
            f"{self.tried} {things} tried again, {self.tried - self.failing} recorded,"
            f" {self.failing} still failing; {self.dropped} old {bodies} dropped."
        )


def main(arguments: list[str] | None = None) -> int:
    """Run once, print what was done, return the exit status."""
    asked = _parse(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return opened.run(lambda config, database: _sync(config, database, asked, stop))


def _sync(config: Config, database: Database, asked: argparse.Namespace, stop: threading.Event) -> int:
    print(run(database, stop.is_set).summary)
    not_sooner = timedelta(minutes=config.sync_interval_minutes, seconds=-30)
    plan = order_import.Plan(
        started_by="by hand" if asked.now else "cron",
        # Once a day what a store dated back, because its clock was behind, is read too.
        days_back=asked.days_back or (THOROUGH_DAYS_BACK if asked.thorough else None),
        first_days_back=config.sync_days_back,
        looks_for_vanished=asked.thorough,
        only_older_than=None if asked.now or asked.thorough else not_sooner,
    )
    patience_s = PATIENCE_S if asked.thorough else 0
    status = _read_stores(database, Vault(config.encryption_keys), plan, stop, patience_s)
    if asked.thorough:
        _match_again(database, stop.is_set)
    filled = order_import.read_details(database, stop.is_set)
    if filled:
        print(f"{filled} orders have their addresses, taxes and shipping now, from the data kept of them.")
    _forget_old(database, config.order_retention_days, config.raw_retention_days, stop.is_set)
    return status


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m writer.commands.sync_orders", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--now", action="store_true", help="read every store, however lately it was read")
    parser.add_argument("--thorough", action="store_true", help="look for orders deleted in the stores too")
    parser.add_argument(
        "--days-back", type=_days, metavar="DAYS", help="read again what changed in so many days (1 to 3650)"
    )
    return parser.parse_args(arguments)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= order_import.MOST_DAYS_BACK:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {order_import.MOST_DAYS_BACK}")
    return int(text)


def _read_stores(
    database: Database, vault: Vault, plan: order_import.Plan, stop: threading.Event, patience_s: float
) -> int:
    """Read the stores that are due, once no other run is under way; raise AlreadyRunning if one stays so."""
    until = time.monotonic() + patience_s
    while True:
        try:
            run_id = order_import.run(database, vault, plan, stop.is_set, tell=print)
            break
        except AlreadyRunning:
            if time.monotonic() >= until or stop.wait(LOOK_EVERY_S):
                raise
    if run_id is None:
        print("No store with REST keys is due to be read.")
        return 0
    with database.reading() as db:
        done = order_import.summary(db, run_id)
    print(order_import.line(done))
    log.info("orders read", extra={"fields": {"summary": order_import.line(done)}})
    return 1 if done["errors"] else 0


def _match_again(database: Database, is_stopping: Callable[[], bool]) -> None:
    """Match what matched nothing: an order recorded the moment a rule was added may have missed it."""
    orders.to_sort.finish_all(database, is_stopping)
    with database.reading() as db:
        waiting = orders.list_matchable(db)
    matched: list[int] = []
    each_in_batches(
        database,
        waiting,
        lambda db, ids: matched.append(orders.rematch_orders(db, ids, "nightly check")),
        is_stopping,
    )
    if matched:
        print(f"{sum(matched)} order lines match a rule that was added meanwhile.")


def _forget_old(database: Database, keep_days: int, raw_days: int, is_stopping: Callable[[], bool]) -> None:
    """Let orders older than is kept leave the cache; forget raw data and old runs."""
    cleaned = in_batches(
        database,
        lambda db, limit: orders.list_expired(db, keep_days, limit),
        orders.take_out_of_cache,
        is_stopping,
    )
    if cleaned:
        print(f"{cleaned} orders older than {keep_days} days left the cache; what they counted stays.")
    in_batches(
        database,
        lambda db, limit: orders.list_expired_raw(db, raw_days, limit),
        orders.drop_raw,
        is_stopping,
    )
    with database.transaction() as db:
        order_import.drop_old_runs(db)


def run(database: Database, is_stopping: Callable[[], bool] = lambda: False) -> Done:
    """Try again every failed delivery that is due, then drop old bodies; `is_stopping` ends it early, between
    two deliveries. Raises AlreadyRunning, and OperationalError where the database cannot be had."""
    done = Done()
    with database.only_one("sync-orders"):
        with database.reading() as db:
            due = webhook_inbox.due(db)
        for delivery_id in due:
            if is_stopping():
                return done
            done.tried += 1
            done.failing += not _try_again(database, delivery_id)
        done.dropped = in_batches(
            database, webhook_inbox.list_old_bodies, webhook_inbox.drop_bodies, is_stopping
        )
    if done.tried or done.dropped:
        log.info("orders synced", extra={"fields": vars(done)})
    return done


def _try_again(database: Database, delivery_id: int) -> bool:
    """Process one failed delivery once more; tell whether it went well this time."""
    try:
        with database.transaction() as db:
            return webhook_inbox.replay(db, delivery_id).outcome != "failed"
    except DomainError as error:  # its body went, by another's hand, since it was found due
        log.warning(error.sentence, extra={"fields": {"delivery": delivery_id}})
        return False


if __name__ == "__main__":
    sys.exit(main())
