"""The old name of `python -m writer.commands.push_stock`, kept for crontabs that call it."""

import sys

from writer.commands.push_stock import main

if __name__ == "__main__":
    print(
        "writer.push_stock is called writer.commands.push_stock now; this name still works.", file=sys.stderr
    )
    sys.exit(main())
