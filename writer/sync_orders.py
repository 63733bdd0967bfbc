"""The old name of `python -m writer.commands.sync_orders`, kept for crontabs that call it."""

import sys

from writer.commands.sync_orders import main

if __name__ == "__main__":
    print(
        "writer.sync_orders is called writer.commands.sync_orders now; this name still works.",
        file=sys.stderr,
    )
    sys.exit(main())
