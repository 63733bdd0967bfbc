"""Upkeep: how each store is doing, and what people and programs do about it. The push itself is below."""

from writer.sync.push_status.actions import confirm_mass_change
from writer.sync.push_status.conditions import conditions

__all__ = ["conditions", "confirm_mass_change"]
