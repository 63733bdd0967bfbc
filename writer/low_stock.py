"""The old name of `python -m writer.commands.alert_low_stock`, kept for crontabs that call it."""

import sys

from writer.commands.alert_low_stock import main

if __name__ == "__main__":
    print(
        "writer.low_stock is called writer.commands.alert_low_stock now; this name still works.",
        file=sys.stderr,
    )
    sys.exit(main())
