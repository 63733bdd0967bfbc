"""Drift: a number in a store that nothing explains. What its own orders explain, and who settles the rest."""

from writer.drift.actions import answer, note
from writer.drift.own import NOTHING, Own, since_told
from writer.drift.policies import POLICIES
from writer.drift.queries import check_drift_of, count_drifts, is_asked, list_drifts

__all__ = [
    "NOTHING",
    "POLICIES",
    "Own",
    "answer",
    "check_drift_of",
    "count_drifts",
    "is_asked",
    "list_drifts",
    "note",
    "since_told",
]
