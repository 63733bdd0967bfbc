"""The old name of `python -m writer.ops.rotate_logs`, kept for crontabs and scripts that call it."""

import sys

from writer.ops.rotate_logs import main

if __name__ == "__main__":
    print("writer.clean_up is called writer.ops.rotate_logs now; this name still works.", file=sys.stderr)
    sys.exit(main())
