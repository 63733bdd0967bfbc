"""What every command begins and ends with: settings, log, hooks and a database."""

import logging
import sys
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from writer import config as configuration
from writer import wiring
from writer.config import Config
from writer.db import AlreadyRunning, Database, is_unreachable
from writer.lib import logs

log = logging.getLogger("writer.commands")

Work = Callable[[Config, Database], int]


def run(work: Work) -> int:
    """Return the exit status of `work`, which is given the settings and the database they name.

    Settings that cannot be used end it with 2, a database that cannot be had with 1, each with a sentence;
    where another process does the same work it ends with 0.
    """
    try:
        config = configuration.load()
    except configuration.ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    logs.start(config.log_level)
    wiring.wire(config)
    database = Database.of(config)
    try:
        return work(config, database)
    except AlreadyRunning as running:
        print(f"{running} Nothing was done.")
        return 0
    except (DBAPIError, OSError) as error:  # OSError: no folder to lock a file in
        log.error("database refused", extra={"fields": {"error": str(getattr(error, "orig", error))}})
        is_away = isinstance(error, DBAPIError) and is_unreachable(error)
        what = "PostgreSQL does not answer" if is_away else "The database is busy or cannot be used"
        print(f"{what}: the next run tries again.", file=sys.stderr)
        return 1
    finally:
        if database.longest_write_s:
            held_ms = round(database.longest_write_s * 1000, 1)
            log.info("command wrote", extra={"fields": {"longest_write_ms": held_ms}})
        database.close()
