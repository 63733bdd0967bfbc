"""What the owner says of pushing to a store: buffer, what drift and refunds mean, who manages stock."""

from typing import Any

from sqlalchemy import Connection

from writer import audit, drift, listings, stores
from writer.errors import Invalid

LARGEST_BUFFER = 10_000


def change(
    db: Connection,
    actor: str,
    store_id: int,
    buffer: int,
    drift_policy: str,
    restocks_refunds: bool,
    manages_stock: bool,
) -> bool:
    """The store is pushed to by these rules, and looked at again by the next push; tell whether any is new.

    `buffer` are units never offered there. Raises NotFound, Invalid naming every unusable field.
    """
    errors = {}
    if not 0 <= buffer <= LARGEST_BUFFER:
        errors["buffer"] = f"Must be a whole number from 0 to {LARGEST_BUFFER:,}."
    if drift_policy not in drift.POLICIES:
        errors["drift_policy"] = "Choose one of those offered."
    if errors:
        raise Invalid("The rules cannot be used as they are.", errors)
    before = stores.get(db, store_id)
    values: dict[str, Any] = {
        "buffer": buffer,
        "drift_policy": drift_policy,
        "restocks_refunds": restocks_refunds,
        "manages_stock": manages_stock,
    }
    was = {name: getattr(before, name) for name in values}
    if was == values:
        return False
    stores.save(db, store_id, **values)
    # The counts are the same, but not what is to be shown of them: nothing is due by itself.
    listings.look_at_all(db, store_id)
    audit.note(db, actor, "store.rules", f"store {store_id}", was, values)
    return True
