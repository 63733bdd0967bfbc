"""The owner's settings for stock push to a store: buffer, differences, refunds, stock management."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from writer.lib.errors import Invalid
from writer.people import audit
from writer.stores import listings, registry

LARGEST_BUFFER = 10_000
# Called when a store's settings for stock push changed; each follows them in what waits for a decision.
on_rules_changed: list[Callable[[Connection, str, int], None]] = []
POLL_INTERVALS_S = range(5, 3601)
# What to do about a number in a store that nothing explains, in words for the owner.
DIFFERENCE_POLICIES = {
    "enforce": "Write our number there, keep the difference in the log",
    "adopt": "Take their number over, as one movement",
    "ask": "Ask me each time",
}


def change(
    db: Connection,
    actor: str,
    store_id: int,
    buffer: int,
    difference_policy: str,
    restocks_refunds: bool,
    manages_stock: bool,
    poll_interval_s: int,
) -> bool:
    """Change a store's settings and have the next push compare it again; tell whether any changed.

    `buffer` is the number of units never offered there. The worker polls the store's orders every
    `poll_interval_s` seconds; 0: only the import of every SYNC_INTERVAL minutes reads them. Raises NotFound,
    Invalid naming every unusable field.
    """
    errors = {}
    if not 0 <= buffer <= LARGEST_BUFFER:
        errors["buffer"] = f"Must be a whole number from 0 to {LARGEST_BUFFER:,}."
    if difference_policy not in DIFFERENCE_POLICIES:
        errors["difference_policy"] = "Choose one of those offered."
    if poll_interval_s and poll_interval_s not in POLL_INTERVALS_S:
        errors["poll_interval_s"] = "Must be 5 to 3,600 seconds, or 0 for never."
    if errors:
        raise Invalid("The rules cannot be used as they are.", errors)
    before = registry.get(db, store_id)
    values: dict[str, Any] = {
        "buffer": buffer,
        "difference_policy": difference_policy,
        "restocks_refunds": restocks_refunds,
        "manages_stock": manages_stock,
        "poll_interval_s": poll_interval_s,
    }
    was = {name: getattr(before, name) for name in values}
    if was == values:
        return False
    registry.set_rules(db, store_id, **values)
    # The counts are the same but the numbers to show are not, so nothing would become due by itself.
    listings.check_all(db, store_id)
    audit.note(db, actor, "store.rules", f"store {store_id}", was, values)
    for follow in on_rules_changed:
        follow(db, actor, store_id)
    return True
