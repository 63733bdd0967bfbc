"""The old name of `python -m writer.commands.check_stores`, kept for crontabs that call it."""

import sys

from writer.commands.check_stores import main

if __name__ == "__main__":
    print(
        "writer.check_stores is called writer.commands.check_stores now; this name still works.",
        file=sys.stderr,
    )
    sys.exit(main())
