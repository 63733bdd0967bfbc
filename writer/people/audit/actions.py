"""Writes the audit trail. Nothing here commits; the caller does."""

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
) -> int:
    """Write one audit row and return its id: `actor` did `action` ("sale.edit") to `subject` ("sale 12").

    `before` and `after` are the fields before and after the change; None: the subject did not exist then.
    They are stored as JSON, other types as text. Never pass a secret or a hash of one.
    """
    return insert_row(
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
