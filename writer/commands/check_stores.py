"""The hourly round: `python -m writer.commands.check_stores`. Cron runs it.

Each store's webhooks are looked at over REST; what is wrong is written on the store's page, with a notice.
Each listing is to be compared by the next push, so that a change nobody hinted at is found. Failures that
ended more than 90 days ago, and numbers that were pushed then, are forgotten. Exit status: 0 all could be
looked at, 1 a store, or the database, could not, 2 wrong settings.
"""

import logging
import sys

from writer import stores
from writer.commands import opened
from writer.config import Config
from writer.db import Database, each_in_batches
from writer.lib.store_scope import EVERYTHING
from writer.stores import NotNow, StoreError, Vault, listings, webhook_setup
from writer.sync import stock_push

log = logging.getLogger("writer.commands.check_stores")


def main() -> int:
    """Look at every store once; print a line for each; return the exit status."""
    return opened.run(_look)


def _look(config: Config, database: Database) -> int:
    vault, url = Vault(config.encryption_keys), webhook_setup.delivery_url(config.public_url)
    with database.only_one("check stores"):
        with database.reading() as db:
            chosen = listings.with_keys(db, EVERYTHING)
        is_well = True
        for store_id, name in chosen:
            is_well = _check(database, vault, store_id, name, url) and is_well
            with database.reading() as db:
                unchecked = listings.list_unchecked(db, store_id)
            each_in_batches(database, unchecked, listings.check)
        with database.transaction() as db:
            stores.drop_old_failures(db)
            stock_push.drop_old_pushes(db)
    if not chosen:
        print("No store has REST keys.")
    return 0 if is_well else 1


def _check(database: Database, vault: Vault, store_id: int, name: str, url: str | None) -> bool:
    """Look at one store's webhooks and say how they are; tell whether it could be looked at."""
    try:
        sentences = webhook_setup.check(database, vault, store_id, url)
    except NotNow as reason:
        print(reason)
    except StoreError as error:
        print(f"{name}: {error.sentence}")
        return False
    except Exception:
        log.exception("store not checked", extra={"fields": {"store": store_id}})
        print(f"{name}: something unexpected went wrong; the log says more.")
        return False
    else:
        print(f"{name}: {' '.join(sentences) or 'its webhooks are in order.'}")
    return True


if __name__ == "__main__":
    sys.exit(main())
