"""Bring in what is still missing of the stores' orders: `python -m writer.sync_orders`.

Cron runs it every few minutes: deliveries whose processing failed are tried again, each in a transaction of
its own, and bodies older than is kept are dropped. Exit status: 0 done (or already running), 1 the database
could not be had, 2 wrong settings.
"""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from writer import config as configuration
from writer import logs
from writer.db import AlreadyRunning, Database
from writer.errors import DomainError
from writer.stores import deliveries

log = logging.getLogger("writer.sync_orders")


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


def main() -> int:
    """Run once, print one line that says what was done, return the exit status."""
    logs.start()
    try:
        database = Database(configuration.database_url(configuration.told()))
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        print(run(database, stop.is_set).summary)
    except AlreadyRunning as running:
        print(f"{running} Nothing was done.")
    except (OperationalError, OSError) as error:  # OSError: no folder to lock a file in
        log.error("database refused", extra={"fields": {"error": str(getattr(error, "orig", error))}})
        print(
            "The database is busy or cannot be used: what is left is done by the next run.", file=sys.stderr
        )
        return 1
    finally:
        database.close()
    return 0


def run(database: Database, is_stopping: Callable[[], bool] = lambda: False) -> Done:
    """Try again every failed delivery that is due, then drop old bodies; `is_stopping` ends it early, between
    two deliveries. Raises AlreadyRunning, and OperationalError where the database cannot be had."""
    done = Done()
    with database.only_one("sync-orders"):
        with database.reading() as db:
            due = deliveries.due(db)
        for delivery_id in due:
            if is_stopping():
                return done
            done.tried += 1
            done.failing += not _try_again(database, delivery_id)
        with database.transaction() as db:
            done.dropped = deliveries.drop_old_bodies(db)
    if done.tried or done.dropped:
        log.info("orders synced", extra={"fields": vars(done)})
    return done


def _try_again(database: Database, delivery_id: int) -> bool:
    """Process one failed delivery once more; tell whether it went well this time."""
    try:
        with database.transaction() as db:
            return deliveries.replay(db, delivery_id).outcome != "failed"
    except DomainError as error:  # its body went, by another's hand, since it was found due
        log.warning(error.sentence, extra={"fields": {"delivery": delivery_id}})
        return False


if __name__ == "__main__":
    sys.exit(main())
