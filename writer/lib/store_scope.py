"""Who sees which stores: the one condition that every query about orders, deliveries and stores carries.

A floor that every room may stand on; who is granted what is the people room's to say.
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
        """Tell whether it reaches this store; None, what is of no store yet, is for those who see all."""
        return self.store_ids is None or store_id in self.store_ids

    def of(self, store_id: ColumnElement[int] | ColumnElement[int | None]) -> ColumnElement[bool]:
        """Return the condition that leaves only rows of stores it reaches, by their column `store_id`."""
        return true() if self.store_ids is None else store_id.in_(sorted(self.store_ids))


EVERYTHING = StoreScope(None)  # of what the product does by itself
NOTHING = StoreScope(frozenset())
