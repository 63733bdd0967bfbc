"""Differences: numbers in stores that nothing explains, and who decides what is done about each."""

from writer.sync.differences.actions import decide, drop, follow_policy, record, take_back
from writer.sync.differences.own import NOTHING, OwnOrders, since_confirmed
from writer.sync.differences.queries import (
    check_belongs,
    count_differences,
    is_undecided,
    list_differences,
)
from writer.sync.differences.uncounted import UncountedLine, list_uncounted, most_units

__all__ = [
    "NOTHING",
    "OwnOrders",
    "UncountedLine",
    "check_belongs",
    "count_differences",
    "decide",
    "drop",
    "follow_policy",
    "is_undecided",
    "list_differences",
    "list_uncounted",
    "most_units",
    "record",
    "since_confirmed",
    "take_back",
]
