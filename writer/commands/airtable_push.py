"""Tell Airtable what changed in stock: `python -m writer.commands.airtable_push`.

Cron runs it every five minutes. Without Airtable's settings it says so and does nothing. Exit status: 0 done
(or not set up, or already running), 1 Airtable or the database did not take it, 2 wrong settings.
"""

import sys

from writer.commands import opened
from writer.config import Config
from writer.db import Database
from writer.reports import airtable


def main() -> int:
    """Run once, print one line that says what was done, return the exit status."""
    return opened.run(_push)


def _push(config: Config, database: Database) -> int:
    if config.airtable is None:
        print("Airtable is not set up. Nothing was done.")
        return 0
    done = airtable.push(database, config.airtable)
    print(done.sentence, file=sys.stderr if done.error else sys.stdout)
    return 1 if done.error else 0


if __name__ == "__main__":
    sys.exit(main())
