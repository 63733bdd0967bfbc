"""The doctor's round: `python -m writer.check_stores`. Cron runs it every hour.

Each store's webhooks are looked at over REST; what is wrong is written on the store's page, with a notice.
Exit status: 0 all could be looked at, 1 a store could not, 2 wrong settings.
"""

import sys

from writer import config as configuration
from writer import logs
from writer.db import AlreadyRunning, Database
from writer.sight import EVERYTHING
from writer.stores import doctor, listing_queries
from writer.stores.contact import NotNow
from writer.stores.problems import StoreError
from writer.stores.secrets import Vault


def main() -> int:
    """Look at every store once; print a line for each; return the exit status."""
    logs.start()
    try:
        config = configuration.load()
        url = doctor.public_url(config.environment)
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
    finally:
        database.close()


def _look(database: Database, vault: Vault, url: str | None) -> int:
    with database.reading() as db:
        chosen = listing_queries.with_keys(db, EVERYTHING)
    status = 0
    for store_id, name in chosen:
        try:
            sentences = doctor.check(database, vault, store_id, url)
        except NotNow as reason:
            print(reason)
        except StoreError as error:
            print(f"{name}: {error.sentence}")
            status = 1
        else:
            print(f"{name}: {' '.join(sentences) or 'its webhooks are in order.'}")
    if not chosen:
        print("No store has REST keys.")
    return status


if __name__ == "__main__":
    sys.exit(main())
