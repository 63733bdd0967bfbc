"""Which stores wait for somebody, as listings, stock differences and failures say: see stores.conditions."""

from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from writer import stores
from writer.db.schema.listings import listings
from writer.db.schema.stores import failures
from writer.db.schema.webhook_inbox import IN_TROUBLE, deliveries
from writer.lib.store_scope import StoreScope
from writer.stores import Condition
from writer.sync import differences
from writer.sync.stock_sync.queries import in_trouble
from writer.web.times import plural


def find_trouble(db: Connection) -> dict[int, Condition]:
    """Return, by id, the stores that somebody should look at, each with the most urgent reason."""
    found: dict[int, Condition] = {}
    for store_id, n in _count_by_store(db, _uncounted_deliveries()):
        why, page = f"{plural(n, 'delivery', 'deliveries')} not counted.", "activity?outcome=trouble"
        found[store_id] = Condition("warn", "in trouble", why, "See what failed", page)
    failing = select(failures.c.store_id).where(failures.c.ended_at.is_(None))
    for store_id, n in _count_by_store(db, failing):
        why, page = f"{plural(n, 'failure')} open.", "activity?outcome=trouble"
        found[store_id] = Condition("warn", "in trouble", why, "See what failed", page)
    for store_id, n in _count_by_store(db, in_trouble()):
        why = f"{plural(n, 'listing')} not updated."
        found[store_id] = Condition("warn", "in trouble", why, "Show them", "stock-sync?show=trouble")
    for store_id, n in _count_by_store(db, select(listings.c.store_id).where(differences.is_undecided)):
        why = f"{plural(n, 'number')} to decide."
        found[store_id] = Condition("warn", "waits for you", why, "Resolve", "differences")
    return found


def count_in_menu(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many of the stores that are seen need somebody, for the menu."""
    rows = stores.list_stores(db, store_scope)
    fares = stores.conditions(db, rows).values()
    return {"/stores": sum(condition.needs_somebody for condition in fares)}


def _uncounted_deliveries() -> Select[tuple[int | None]]:
    """Return the query for the store of each delivery that failed and can still be replayed."""
    is_kept = (deliveries.c.outcome == "failed") & deliveries.c.body.is_not(None)
    return select(deliveries.c.store_id).where(text(IN_TROUBLE), is_kept, deliveries.c.store_id.is_not(None))


def _count_by_store(db: Connection, store_ids: Select[Any]) -> list[tuple[int, int]]:
    found = store_ids.subquery()
    query = select(found.c.store_id, func.count()).group_by(found.c.store_id)
    return [(store_id, how_many) for store_id, how_many in db.execute(query)]
