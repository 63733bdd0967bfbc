"""The old name of `python -m writer.ops.cron`, kept for crontabs and scripts that call it."""

import sys

from writer.ops.cron import main

if __name__ == "__main__":
    print("writer.cron is called writer.ops.cron now; this name still works.", file=sys.stderr)
    sys.exit(main(sys.argv[1:]))
