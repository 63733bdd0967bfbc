"""Bring every store's stock to the count: `python -m writer.commands.push_stock`.

Cron keeps one running that watches and pushes within two seconds of a sale, and runs it once a minute beside
that, should the watcher be away. Exit status: 0 all well (or nothing to do, or already running), 1 a store
failed or refused something, 2 wrong settings or an unknown store.
"""

import argparse
import os
import signal
import sys
import threading
from contextlib import nullcontext

from writer import config as configuration
from writer import stores, wiring
from writer.db import AlreadyRunning, Database
from writer.lib import logs
from writer.lib.errors import NotFound
from writer.stores import Vault
from writer.sync import stock_push

KEPT_BY = "WRITER_CRON_PID"  # tells what stays whose child it is, so that it ends with a killed cron


def main(arguments: list[str] | None = None) -> int:
    """Push once, or watch; print progress and a summary line; return the exit status."""
    asked = _parse(arguments)
    logs.start()
    wiring.wire()
    try:
        config = configuration.load()
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    database = Database(config.database_url)
    vault = Vault(config.encryption_keys)
    try:
        if asked.watch:
            return _watch(database, vault)
        return _push(database, vault, asked)
    except AlreadyRunning as running:
        print(f"{running} Nothing was done.")
        return 0
    except NotFound as error:
        print(error.sentence, file=sys.stderr)
        return 2
    finally:
        database.close()


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m writer.commands.push_stock", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--watch", action="store_true", help="stay, and push within two seconds of a change")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be written where; write nothing"
    )
    parser.add_argument("--store", type=int, action="append", help="only this store (its number); repeatable")
    return parser.parse_args(arguments)


def _push(database: Database, vault: Vault, asked: argparse.Namespace) -> int:
    with database.reading() as db:
        for store_id in asked.store or []:
            stores.get(db, store_id)
    # Who only looks needs no turn, and the watcher has it nearly always.
    with nullcontext() if asked.dry_run else database.only_one("push"):
        done = stock_push.push_all(database, vault, asked.store, asked.dry_run, on_progress=print)
    print(done.summary if done.results or done.skipped or done.failed else "No store is pushed to yet.")
    refused = any(found.failed for found in done.results)
    return 1 if done.failed or refused else 0


def _watch(database: Database, vault: Vault) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keeper = os.environ.get(KEPT_BY)
    # A killed cron cannot end what it keeps, and the next one must find the turn free.
    stock_push.watch(
        database, vault, lambda: stop.is_set() or (keeper is not None and str(os.getppid()) != keeper)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
