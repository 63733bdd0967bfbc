"""The old name of `python -m writer.db.migrate`, kept for crontabs and scripts that call it."""

import sys

from writer.db.migrate import main

if __name__ == "__main__":
    print("writer.migrate is called writer.db.migrate now; this name still works.", file=sys.stderr)
    sys.exit(main())
