"""Tell the owner's messenger which products are low: `python -m writer.commands.alert_low_stock`.

Cron runs it every few minutes. Without NOTIFY_URL it says so and does nothing: the notices page tells of low
stock in any case. Exit status: 0 done (or not set up), 1 the messenger or the database did not take it, 2
wrong settings.
"""

import logging
import sys

from sqlalchemy.exc import DBAPIError

from writer import config as configuration
from writer.db import Database
from writer.lib import logs
from writer.stock import alerts

log = logging.getLogger("writer.commands.alert_low_stock")


def main() -> int:
    """Run once, print one line that says what was done, return the exit status."""
    logs.start()
    environment = configuration.told()
    try:
        url = environment.get("NOTIFY_URL") or None
        database_url = configuration.database_url(environment)
        if url is not None:
            alerts.checked_url(url)
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if url is None:
        print("NOTIFY_URL is not set: low stock is shown on the pages alone.")
        return 0
    return _tell(Database(database_url), url)


def _tell(database: Database, url: str) -> int:
    try:
        told = alerts.tell_low(database, url)
    except alerts.NotTold as error:
        print(f"Not told: {error} The next run tries again.", file=sys.stderr)
        return 1
    except DBAPIError as error:
        log.error("database refused", extra={"fields": {"error": str(error.orig)}})
        print("The database is busy or cannot be used: the next run tries again.", file=sys.stderr)
        return 1
    finally:
        database.close()
    print(f"Told of {told} low product{'' if told == 1 else 's'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
