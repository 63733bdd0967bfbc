"""How stores fare, with what is known only here: numbers to decide, listings in trouble, open failures."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from writer.db.schema.listings import listings
from writer.db.schema.stores import failures
from writer.stores import Condition, condition
from writer.sync import differences
from writer.sync.push_status.queries import in_trouble


def conditions(db: Connection, rows: Sequence[Row[Any]]) -> dict[int, Condition]:
    """Return how each of these stores fares, by its id; `fine` is only what nobody need look at."""
    asked = _count_by_store(db, select(listings.c.store_id).where(differences.is_undecided))
    trouble = _count_by_store(db, in_trouble())
    failing = _count_by_store(db, select(failures.c.store_id).where(failures.c.ended_at.is_(None)))
    return {
        row.id: _condition(row, asked.get(row.id, 0), trouble.get(row.id, 0), failing.get(row.id, 0))
        for row in rows
    }


def _condition(store: Row[Any], asked: int, trouble: int, failing: int) -> Condition:
    found = condition(store)
    if found.look != "success":
        return found
    if asked:
        return Condition("warning", "waits for you", f"{_many(asked, 'number')} to decide.")
    if trouble:
        return Condition("warning", "in trouble", f"{_many(trouble, 'listing')} not pushed.")
    if failing:
        return Condition("warning", "in trouble", f"{_many(failing, 'failure')} open.")
    return found


def _count_by_store(db: Connection, store_ids: Select[Any]) -> dict[int, int]:
    found = store_ids.subquery()
    query = select(found.c.store_id, func.count().label("how_many")).group_by(found.c.store_id)
    return {row.store_id: row.how_many for row in db.execute(query)}


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
