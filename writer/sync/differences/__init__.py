"""Differences: numbers in stores that nothing explains, and who decides what is done about each."""

from writer.sync.differences.actions import decide, drop, record
from writer.sync.differences.own import NOTHING, OwnOrders, since_confirmed
from writer.sync.differences.queries import (
    check_belongs,
    count_differences,
    is_undecided,
    list_differences,
)

__all__ = [
    "NOTHING",
    "OwnOrders",
    "check_belongs",
    "count_differences",
    "decide",
    "drop",
    "is_undecided",
    "list_differences",
    "record",
    "since_confirmed",
]
