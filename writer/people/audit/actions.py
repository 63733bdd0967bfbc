"""What writes the audit trail. Nothing here commits: the way in does."""

import json
from typing import Any

from sqlalchemy import Connection

from writer.db import insert_row
from writer.db.schema.audit import audit_entries
from writer.lib import clock


def note(
    db: Connection,
    actor: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Write one audit row: `actor` did `action` ("sale.edit") to `subject` ("sale 12").

    `before` and `after` are the fields as they were and as they are; None: it did not, or no longer does,
    exist. They are kept as JSON, anything else as its text. Never pass a secret or a hash of one.
    """
    insert_row(
        db,
        audit_entries,
        at=clock.now(),
        actor=actor,
        action=action,
        subject=subject,
        before=_as_json(before),
        after=_as_json(after),
    )


def _as_json(fields: dict[str, Any] | None) -> str | None:
    return None if fields is None else json.dumps(fields, default=str, ensure_ascii=False)
