"""The old name of `python -m writer.commands.airtable_push`, kept for crontabs that call it."""

import sys

from writer.commands.airtable_push import main

if __name__ == "__main__":
    print(
        "writer.airtable_push is called writer.commands.airtable_push now; this name still works.",
        file=sys.stderr,
    )
    sys.exit(main())
