"""How a store fares, in a word: by its own row, and by what later areas know of it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row


class Condition(NamedTuple):
    """`look` is a Bootstrap colour, `word` the condition, `why` more of it ("" where there is no more)."""

    look: str
    word: str
    why: str = ""


# Each returns the stores that somebody should look at, by id.
condition_sources: list[Callable[[Connection], dict[int, Condition]]] = []


def conditions(db: Connection, rows: Sequence[Row[Any]]) -> dict[int, Condition]:
    """Return how each of these stores fares, by its id; `fine` is only what nobody need look at."""
    found = {row.id: _condition(row) for row in rows}
    for find_trouble in condition_sources:
        for store_id, trouble in find_trouble(db).items():
            if store_id in found and found[store_id].look == "success":
                found[store_id] = trouble
    return found


def _condition(store: Row[Any]) -> Condition:
    """Return the first that is true of the row, what needs a person before what does not."""
    if not store.is_active:
        return Condition("secondary", "switched off")
    if store.push_state == "paused":
        return Condition("danger", "paused", store.pause_reason or "")
    if store.last_error:
        return Condition("danger", "failing", store.last_error)
    if store.mass_change:
        return Condition("warning", "waits for you", store.mass_change)
    if store.consumer_key_encrypted is None:
        return Condition("secondary", "webhooks alone", "It has no REST keys, so its orders are not read.")
    if store.last_contact_at is None:
        return Condition("warning", "no contact yet")
    if store.push_state == "off":
        return Condition("secondary", "not pushed yet")
    return Condition("success", "fine")
