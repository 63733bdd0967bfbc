"""Push status: how each store is doing, and what people and programs do about it. It pushes nothing."""

from writer.sync.push_status.actions import confirm_mass_change
from writer.sync.push_status.conditions import find_trouble
from writer.sync.push_status.store_listings import find_listed, list_by_product

__all__ = ["confirm_mass_change", "find_listed", "find_trouble", "list_by_product"]
