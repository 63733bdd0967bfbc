"""The hourly round: `python -m writer.commands.check_stores`. Cron runs it.

Each store's webhooks are looked at over REST; what is wrong is written on the store's page, with a notice.
Each listing is to be compared by the next push, so that a change nobody hinted at is found. Failures that
ended more than 90 days ago are forgotten. Exit status: 0 all could be looked at, 1 a store or the database
could not, 2 wrong settings.
"""

import logging
import sys

from sqlalchemy.exc import OperationalError

from writer import config as configuration
from writer import stores, wiring
from writer.db import AlreadyRunning, Database
from writer.lib import logs
from writer.lib.store_scope import EVERYTHING
from writer.stores import NotNow, StoreError, Vault, listings, webhook_setup

log = logging.getLogger("writer.commands.check_stores")


def main() -> int:
    """Look at every store once; print a line for each; return the exit status."""
    logs.start()
    wiring.wire()
    try:
        config = configuration.load()
        url = webhook_setup.public_url(config.environment)
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    database = Database(config.database_url)
    try:
        with database.only_one("check stores"):
            return _look(database, Vault(config.encryption_keys), url)
    except AlreadyRunning as running:
        print(f"{running} Nothing was done.")
        return 0
    except (OperationalError, OSError) as error:  # OSError: no folder to lock a file in
        log.error("database refused", extra={"fields": {"error": str(getattr(error, "orig", error))}})
        print("The database is busy or cannot be used: the next run looks again.", file=sys.stderr)
        return 1
    finally:
        database.close()


def _look(database: Database, vault: Vault, url: str | None) -> int:
    with database.reading() as db:
        chosen = listings.with_keys(db, EVERYTHING)
    is_well = True
    for store_id, name in chosen:
        is_well = _check(database, vault, store_id, name, url) and is_well
        with database.transaction() as db:
            listings.check_all(db, store_id)
    with database.transaction() as db:
        stores.drop_old_failures(db)
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
