"""Bring every store's stock to the count: `python -m writer.commands.push_stock`.

The worker pushes within two seconds of a sale; cron runs this command once a minute in case the worker does
not run. `--watch` does the worker's task in the foreground. Exit status: 0 all well (or nothing to do, or
already running), 1 a store failed or refused something, 2 wrong settings or an unknown store.
"""

import argparse
import signal
import sys
import threading
from contextlib import nullcontext

from writer import stores
from writer.commands import opened
from writer.db import Database
from writer.lib.errors import NotFound
from writer.stores import Vault
from writer.sync import stock_push


def main(arguments: list[str] | None = None) -> int:
    """Push once, or watch; print progress and a summary line; return the exit status."""
    asked = _parse(arguments)
    work = _watch if asked.watch else _push
    return opened.run(lambda config, database: work(database, Vault(config.encryption_keys), asked))


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
    try:
        with database.reading() as db:
            for store_id in asked.store or []:
                stores.get(db, store_id)
    except NotFound as error:
        print(error.sentence, file=sys.stderr)
        return 2
    # Who only looks needs no turn, and the worker has it nearly always.
    with nullcontext() if asked.dry_run else database.only_one(stock_push.TURN):
        done = stock_push.push_all(database, vault, asked.store, asked.dry_run, on_progress=print)
    print(done.summary if done.results or done.skipped or done.failed else "No store is pushed to yet.")
    refused = any(found.failed for found in done.results)
    return 1 if done.failed or refused else 0


def _watch(database: Database, vault: Vault, _asked: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with database.only_one(stock_push.TURN):
        stock_push.watch(database, vault, stop.is_set)
    return 0


if __name__ == "__main__":
    sys.exit(main())
