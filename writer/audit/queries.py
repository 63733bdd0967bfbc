"""What the audit room reads: its trail and its notices."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, true

from writer.schema.audit import audit_entries, notices

ACTORS_OFFERED = 200


@dataclass(frozen=True)
class Wanted:
    """What to look for in the trail; None: anything."""

    actor: str | None = None
    action: str | None = None  # whole, "sale.edit", or its first part, "sale"
    subject: str | None = None  # part of it, in any case
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One field of an audit row: as it was and as it became; None: it was not there."""

    field: str
    before: str | None
    after: str | None


def count_entries(db: Connection, wanted: Wanted) -> int:
    """Return how many audit rows match."""
    return int(db.execute(select(func.count()).select_from(audit_entries).where(_match(wanted))).scalar_one())


def list_entries(db: Connection, wanted: Wanted, limit: int, offset: int) -> list[Row[Any]]:
    """Return matching audit rows, newest first."""
    newest = select(audit_entries).where(_match(wanted)).order_by(audit_entries.c.id.desc())
    return list(db.execute(newest.limit(limit).offset(offset)))


def _match(wanted: Wanted) -> ColumnElement[bool]:
    columns = audit_entries.c
    conditions: list[ColumnElement[bool]] = [true()]
    if wanted.actor:
        conditions.append(columns.actor == wanted.actor)
    if wanted.action:
        of_kind = columns.action.startswith(f"{wanted.action}.", autoescape=True)
        conditions.append((columns.action == wanted.action) | of_kind)
    if wanted.subject:
        conditions.append(columns.subject.icontains(wanted.subject, autoescape=True))
    if wanted.since:
        conditions.append(columns.at >= wanted.since)
    if wanted.before:
        conditions.append(columns.at < wanted.before)
    return and_(*conditions)


def list_actors(db: Connection) -> list[str]:
    """Return who appears in the trail, by name."""
    names = select(audit_entries.c.actor).distinct().order_by(audit_entries.c.actor).limit(ACTORS_OFFERED)
    return list(db.execute(names).scalars())


def list_actions(db: Connection) -> list[str]:
    """Return what was ever done, by name."""
    return list(
        db.execute(select(audit_entries.c.action).distinct().order_by(audit_entries.c.action)).scalars()
    )


def changes(entry: Row[Any]) -> list[Change]:
    """Return what an audit row changed, field by field, and nothing that stayed as it was."""
    before, after = _fields(entry.before), _fields(entry.after)
    names = list(dict.fromkeys([*before, *after]))
    return [
        Change(name, _shown(before, name), _shown(after, name))
        for name in names
        if name not in before or name not in after or before[name] != after[name]
    ]


def _fields(text: str | None) -> dict[str, Any]:
    loaded = json.loads(text) if text else {}
    return loaded if isinstance(loaded, dict) else {"": loaded}


def _shown(fields: dict[str, Any], name: str) -> str | None:
    if name not in fields:
        return None
    value = fields[name]
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def list_notices(db: Connection) -> list[Row[Any]]:
    """Return the open notices (all columns), newest first."""
    is_open = select(notices).where(notices.c.closed_at.is_(None))
    return list(db.execute(is_open.order_by(notices.c.last_at.desc(), notices.c.id.desc())))


def count_notices(db: Connection) -> int:
    """Return how many notices are open."""
    count = select(func.count()).select_from(notices).where(notices.c.closed_at.is_(None))
    return int(db.execute(count).scalar_one())


def list_closed_notices(db: Connection, limit: int, offset: int) -> list[Row[Any]]:
    """Return closed notices, the last closed first."""
    is_closed = select(notices).where(notices.c.closed_at.is_not(None))
    ordered = is_closed.order_by(notices.c.closed_at.desc(), notices.c.id.desc())
    return list(db.execute(ordered.limit(limit).offset(offset)))


def count_closed_notices(db: Connection) -> int:
    """Return how many notices are closed."""
    count = select(func.count()).select_from(notices).where(notices.c.closed_at.is_not(None))
    return int(db.execute(count).scalar_one())
