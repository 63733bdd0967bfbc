"""Reads of the audit trail."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from writer.db.schema.audit import audit_entries
from writer.lib.store_scope import StoreScope

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")
ACTORS_OFFERED = 200
# Subjects that are no store, order, customer or person; only users who see all stores see the others.
OPEN_TO_STAFF = ("sale", "type", "rule", "sku", "stock", "public")


@dataclass(frozen=True)
class Wanted:
    """The filter of the audit trail; None: anything."""

    actor: str | None = None
    action: str | None = None  # all of it ("sale.edit") or its first part ("sale")
    subject: str | None = None  # part of it, ignoring case
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One field of an audit row, before and after the change; None: it did not exist."""

    field: str
    before: str | None
    after: str | None


def count_entries(db: Connection, store_scope: StoreScope, wanted: Wanted) -> int:
    """Return how many audit rows match."""
    found = select(func.count()).select_from(audit_entries)
    return int(db.execute(found.where(_open_to(store_scope), _match(wanted))).scalar_one())


def list_entries(
    db: Connection, store_scope: StoreScope, wanted: Wanted, limit: int, offset: int
) -> list[Row[Any]]:
    """Return matching audit rows, newest first."""
    newest = (
        select(audit_entries).where(_open_to(store_scope), _match(wanted)).order_by(audit_entries.c.id.desc())
    )
    return list(db.execute(newest.limit(limit).offset(offset)))


def _open_to(store_scope: StoreScope) -> ColumnElement[bool]:
    if store_scope.is_all:
        return true()
    return or_(*(audit_entries.c.action.startswith(f"{kind}.") for kind in OPEN_TO_STAFF))


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


def list_actors(db: Connection, store_scope: StoreScope) -> list[str]:
    """Return the actors in the trail, sorted by name."""
    names = (
        select(audit_entries.c.actor).where(_open_to(store_scope)).distinct().order_by(audit_entries.c.actor)
    )
    return list(db.execute(names.limit(ACTORS_OFFERED)).scalars())


def list_actions(db: Connection, store_scope: StoreScope) -> list[str]:
    """Return the actions in the trail, sorted by name."""
    done = (
        select(audit_entries.c.action)
        .where(_open_to(store_scope))
        .distinct()
        .order_by(audit_entries.c.action)
    )
    return list(db.execute(done).scalars())


def changes(entry: Row[Any]) -> list[Change]:
    """Return the fields that an audit row changed, without those that stayed the same."""
    before, after = _fields(entry.before), _fields(entry.after)
    # A field that was empty when its subject was created is not a change.
    names = [
        name for name in dict.fromkeys([*before, *after]) if entry.before or after[name] not in (None, "")
    ]
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
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"{value[:10]} {value[11:19]}" if _TIME.fullmatch(value) else value
