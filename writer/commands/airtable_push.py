"""Tell Airtable what changed in stock: `python -m writer.commands.airtable_push`.

Cron runs it every five minutes. Without Airtable's settings it says so and does nothing. Exit status: 0 done
(or not set up, or already running), 1 Airtable or the database did not take it, 2 wrong settings.
"""

import logging
import sys

from sqlalchemy.exc import DBAPIError

from writer import config as configuration
from writer.db import AlreadyRunning, Database
from writer.lib import logs
from writer.reports import airtable

log = logging.getLogger("writer.commands.airtable_push")


def main() -> int:
    """Run once, print one line that says what was done, return the exit status."""
    logs.start()
    told = configuration.told()
    try:
        settings = airtable.settings(told)
        url = configuration.database_url(told)
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if settings is None:
        print("Airtable is not set up. Nothing was done.")
        return 0
    return _push(Database(url), settings)


def _push(database: Database, settings: airtable.Settings) -> int:
    try:
        done = airtable.push(database, settings)
    except AlreadyRunning as running:
        print(f"{running} Nothing was done.")
        return 0
    except (DBAPIError, OSError) as error:  # OSError: no folder to lock a file in
        log.error("database refused", extra={"fields": {"error": str(getattr(error, "orig", error))}})
        print("The database is busy or cannot be used: the next run tries again.", file=sys.stderr)
        return 1
    finally:
        database.close()
    print(done.sentence, file=sys.stderr if done.error else sys.stdout)
    return 1 if done.error else 0


if __name__ == "__main__":
    sys.exit(main())
