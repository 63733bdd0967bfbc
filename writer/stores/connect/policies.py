"""The owner's settings for stock push to a store: buffer, differences, refunds, stock management."""

from typing import Any

from sqlalchemy import Connection

from writer.lib.errors import Invalid
from writer.people import audit
from writer.stores import listings, registry

LARGEST_BUFFER = 10_000
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
) -> bool:
    """Change a store's settings and have the next push compare it again; tell whether any changed.

    `buffer` is the number of units never offered there. Raises NotFound, Invalid naming every unusable field.
    """
    errors = {}
    if not 0 <= buffer <= LARGEST_BUFFER:
        errors["buffer"] = f"Must be a whole number from 0 to {LARGEST_BUFFER:,}."
    if difference_policy not in DIFFERENCE_POLICIES:
        errors["difference_policy"] = "Choose one of those offered."
    if errors:
        raise Invalid("The rules cannot be used as they are.", errors)
    before = registry.get(db, store_id)
    values: dict[str, Any] = {
        "buffer": buffer,
        "difference_policy": difference_policy,
        "restocks_refunds": restocks_refunds,
        "manages_stock": manages_stock,
    }
    was = {name: getattr(before, name) for name in values}
    if was == values:
        return False
    registry.set_rules(db, store_id, **values)
    # The counts are the same but the numbers to show are not, so nothing would become due by itself.
    listings.check_all(db, store_id)
    audit.note(db, actor, "store.rules", f"store {store_id}", was, values)
    return True
