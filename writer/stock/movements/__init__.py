"""Movements: every change of a count, never edited, and the actions that record them."""

from writer.stock.movements.actions import (
    Counted,
    add_product,
    adjust,
    check_count,
    count,
    is_first_sending,
    receive,
    sell,
    sell_by_hand,
    why_not_counted,
    why_not_taken,
)
from writer.stock.movements.queries import (
    has_moved,
    is_counted_since,
    list_standing_counts,
    moved_for,
    newest,
    on_hand_at,
)
from writer.stock.movements.record import LARGEST_MOVE, Movement, record
from writer.stock.movements.take_back import (
    Effect,
    TakeBack,
    plan_document,
    plan_movement,
    take_back_document,
    take_back_movement,
)

__all__ = [
    "LARGEST_MOVE",
    "Counted",
    "Effect",
    "Movement",
    "TakeBack",
    "add_product",
    "adjust",
    "check_count",
    "count",
    "has_moved",
    "is_counted_since",
    "is_first_sending",
    "list_standing_counts",
    "moved_for",
    "newest",
    "on_hand_at",
    "plan_document",
    "plan_movement",
    "receive",
    "record",
    "sell",
    "sell_by_hand",
    "take_back_document",
    "take_back_movement",
    "why_not_counted",
    "why_not_taken",
]
