"""The old name of `python -m writer.commands.backup`, kept for crontabs that call it."""

import sys

from writer.commands.backup import main

if __name__ == "__main__":
    print("writer.backup is called writer.commands.backup now; this name still works.", file=sys.stderr)
    sys.exit(main())
