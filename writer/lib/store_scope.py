"""Which stores a caller may see: a condition in every query about orders, deliveries and stores.

`people.users` decides what is granted to whom.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true


@dataclass(frozen=True)
class StoreScope:
    """The stores that somebody may see; `store_ids` None: all of them, as an admin does."""

    store_ids: frozenset[int] | None

    @property
    def is_all(self) -> bool:
        return self.store_ids is None

    def sees(self, store_id: int | None) -> bool:
        """Tell whether this store may be seen; None (no store yet) only with access to all stores."""
        return self.store_ids is None or store_id in self.store_ids

    def of(self, store_id: ColumnElement[int] | ColumnElement[int | None]) -> ColumnElement[bool]:
        """Return the condition that selects the rows of visible stores, by their column `store_id`."""
        return true() if self.store_ids is None else store_id.in_(sorted(self.store_ids))


EVERYTHING = StoreScope(None)  # of what the product does by itself
NOTHING = StoreScope(frozenset())
