"""Movements: every change of a count, never edited, and the actions that record them."""

from writer.stock.movements.actions import (
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
from writer.stock.movements.queries import has_moved, moved_for, on_hand_at
from writer.stock.movements.record import LARGEST_MOVE, Movement, record

__all__ = [
    "LARGEST_MOVE",
    "Movement",
    "add_product",
    "adjust",
    "check_count",
    "count",
    "has_moved",
    "is_first_sending",
    "moved_for",
    "on_hand_at",
    "receive",
    "record",
    "sell",
    "sell_by_hand",
    "why_not_counted",
    "why_not_taken",
]
