"""Tell the owner's messenger which products are low: `python -m writer.commands.alert_low_stock`.

Cron runs it every few minutes. Without NOTIFY_URL it says so and does nothing: the notices page tells of low
stock in any case. Exit status: 0 done (or not set up), 1 the messenger or the database did not take it, 2
wrong settings.
"""

import sys

from writer.commands import opened
from writer.config import Config
from writer.db import Database
from writer.stock import alerts


def main() -> int:
    """Run once, print one line that says what was done, return the exit status."""
    return opened.run(_tell)


def _tell(config: Config, database: Database) -> int:
    if config.notify_url is None:
        print("NOTIFY_URL is not set: low stock is shown on the pages alone.")
        return 0
    try:
        told = alerts.tell_low(database, config.notify_url)
    except alerts.NotTold as error:
        print(f"Not told: {error} The next run tries again.", file=sys.stderr)
        return 1
    print(f"Told of {told} low product{'' if told == 1 else 's'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
