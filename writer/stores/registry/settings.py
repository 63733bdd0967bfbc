"""What the owner says of a store: its name, what its statuses mean, whether it is switched on."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, select

from writer import orders
from writer.db import lock, update_row
from writer.db.schema.stores import stores
from writer.lib.errors import Invalid
from writer.people import Notice, audit, notices
from writer.stores.registry import registry

LONGEST_NAME = 60
# Called when a store is switched on; each processes what came of it meanwhile and returns how much that was.
on_switched_on: list[Callable[[Connection, Row[Any]], int]] = []
_STATUS = re.compile(r"[a-z0-9_-]{1,40}")
# What these mean is fixed: counting them as paid would contradict the store.
_NEVER_PAID = {"cancelled", "failed", "refunded", "trash", "checkout-draft", "auto-draft", "draft"}


def change(
    db: Connection, actor: str, store_id: int, name: str, paid_statuses: str, counts_on_hold: bool
) -> int:
    """The store has this name and these policies, and the orders they bear on are counted anew; return how
    many. `paid_statuses` has commas between. Raises NotFound, Invalid naming every unusable field."""
    before = _lock_store(db, store_id)
    paid = orders.paid_statuses(paid_statuses)
    name = unicodedata.normalize("NFC", name).strip()
    _check(name, paid)
    values: dict[str, object] = {
        "name": name,
        "paid_statuses": ", ".join(sorted(paid)),
        "counts_on_hold": counts_on_hold,
    }
    was = {field: getattr(before, field) for field in values}
    if values == was:
        return 0
    update_row(db, stores, store_id, **values)
    audit.note(db, actor, "store.change", f"store {store_id}", was, values)
    changed = set(paid ^ orders.paid_statuses(before.paid_statuses))
    for status in changed & paid:
        notices.close(db, Notice.UNMAPPED_STATUS, actor, store_id=store_id, status=status)
    if counts_on_hold != before.counts_on_hold:
        changed.add("on-hold")
    channel = registry.channel(registry.get(db, store_id))
    return orders.recount(db, channel, changed, f"store settings by {actor}") if changed else 0


def switch(db: Connection, actor: str, store_id: int, is_active: bool) -> int:
    """The store is switched on or off. What comes while it is off is kept and held; switched on, it is
    processed in the order received, and counted in what is returned. Raises NotFound."""
    before = _lock_store(db, store_id)
    if before.is_active == is_active:
        return 0
    update_row(db, stores, store_id, is_active=is_active)
    was, now = {"is_active": before.is_active}, {"is_active": is_active}
    audit.note(db, actor, "store.switch", f"store {store_id}", was, now)
    if not is_active:
        return 0
    store = registry.get(db, store_id)
    return sum(process_held(db, store) for process_held in on_switched_on)


def _lock_store(db: Connection, store_id: int) -> Row[Any]:
    registry.get(db, store_id)
    # Deliveries share it: none goes by settings that are about to change. They refer to the row, so that they
    # hold its key, which is not to be waited for.
    lock(db, f"store {store_id}")
    mine = select(stores).where(stores.c.id == store_id)
    return db.execute(mine.with_for_update(key_share=True)).one()


def _check(name: str, paid: frozenset[str]) -> None:
    errors = {}
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        errors["name"] = f"Must be 1 to {LONGEST_NAME} characters."
    wrong = sorted(status for status in paid if not _STATUS.fullmatch(status))
    never = sorted(paid & _NEVER_PAID)
    if wrong:
        errors["paid_statuses"] = f"{wrong[0]} is no status: letters, digits, - and _ only."
    elif never:
        errors["paid_statuses"] = f"{never[0]} cannot count as paid."
    if errors:
        raise Invalid("The settings cannot be used as they are.", errors)
