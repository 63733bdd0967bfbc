"""Upkeep: how each store is doing, and what people and programs do about it. The push itself is below."""

from writer.upkeep.actions import confirm_mass_change
from writer.upkeep.conditions import conditions

__all__ = ["conditions", "confirm_mass_change"]
