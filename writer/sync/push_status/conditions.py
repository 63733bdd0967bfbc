"""Which stores wait for somebody, as listings, stock differences and failures say: see stores.conditions."""

from sqlalchemy import Connection, Select, func, select

from writer.db.schema.listings import listings
from writer.db.schema.stores import failures
from writer.stores import Condition
from writer.sync import differences
from writer.sync.push_status.queries import in_trouble


def find_trouble(db: Connection) -> dict[int, Condition]:
    """Return, by id, the stores that somebody should look at, each with the most urgent reason."""
    undecided = _count_by_store(db, select(listings.c.store_id).where(differences.is_undecided))
    trouble = _count_by_store(db, in_trouble())
    failing = _count_by_store(db, select(failures.c.store_id).where(failures.c.ended_at.is_(None)))
    return {
        **{key: Condition("warning", "in trouble", f"{_many(n, 'failure')} open.") for key, n in failing},
        **{
            key: Condition("warning", "in trouble", f"{_many(n, 'listing')} not pushed.")
            for key, n in trouble
        },
        **{
            key: Condition("warning", "waits for you", f"{_many(n, 'number')} to decide.")
            for key, n in undecided
        },
    }


def _count_by_store(db: Connection, store_ids: Select[tuple[int]]) -> list[tuple[int, int]]:
    found = store_ids.subquery()
    query = select(found.c.store_id, func.count()).group_by(found.c.store_id)
    return [(store_id, how_many) for store_id, how_many in db.execute(query)]


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
