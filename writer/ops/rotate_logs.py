"""Put away what has grown too large: `python -m writer.ops.rotate_logs`, once a day.

The logs in run/ are copied aside and emptied in place, because the services that write them keep them open.
What rooms keep for a time only (sessions, tokens' answers, bodies of deliveries) they drop themselves.
"""

import os
import shutil
import sys
from pathlib import Path

from writer.config import ROOT

LOG_LIMIT_BYTES = 10_000_000


def put_logs_aside(folder: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> list[str]:
    """Move what is in each `*.log` larger than `limit_bytes` to `*.log.1`, over the last one; return which.

    A line written just between copy and emptying is lost: the price of not stopping a service for it.
    """
    put_aside = []
    for log in sorted(folder.glob("*.log")):
        if log.stat().st_size > limit_bytes:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
            put_aside.append(log.name)
    return put_aside


def main() -> int:
    """Clean up; print what was done."""
    put_aside = put_logs_aside(ROOT / "run")
    print(f"Put aside: {', '.join(put_aside) or 'nothing'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
