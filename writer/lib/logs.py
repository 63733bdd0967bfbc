"""Logs: one JSON object a line. The lines about requests are made in web/request_log.py."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

log = logging.getLogger("writer")
# PostgreSQL quotes the row it refuses, which can hold a customer's data.
_ROW = re.compile(r"^DETAIL:.*?(?=^\[SQL:|^The above exception|\Z)", re.MULTILINE | re.DOTALL)
_as_json = json.JSONEncoder(default=str).encode


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra={"fields": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = _ROW.sub("", self.formatException(record.exc_info))
        return _as_json(line)


def start(level: str) -> None:
    """Send the product's log lines from `level` on to standard error as JSON."""
    # No line shows these, so logging need not collect them: https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logMultiprocessing = False
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.propagate = False
    log.setLevel(level)
