"""Drift: a number in a store that nothing explains. What its own orders explain, and who settles the rest."""

from writer.sync.differences.actions import answer, note
from writer.sync.differences.own import NOTHING, Own, since_told
from writer.sync.differences.queries import check_drift_of, count_drifts, is_asked, list_drifts

__all__ = [
    "NOTHING",
    "Own",
    "answer",
    "check_drift_of",
    "count_drifts",
    "is_asked",
    "list_drifts",
    "note",
    "since_told",
]
