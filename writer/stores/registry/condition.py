"""How a store fares, in a word, and what to do about it: by its own row, and by what later areas know."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

FINE = "plain good"


class Condition(NamedTuple):
    """`kind` is the kind of its pill, `word` the condition, `why` more of it ("" where there is no more).

    `do` is what somebody should do about it ("": nothing), on the page `page` below the store's.
    """

    kind: str
    word: str
    why: str = ""
    do: str = ""
    page: str = ""

    @property
    def needs_somebody(self) -> bool:
        return self.kind in ("warn", "bad")


# Each returns the stores that somebody should look at, by id.
condition_sources: list[Callable[[Connection], dict[int, Condition]]] = []


def conditions(db: Connection, rows: Sequence[Row[Any]]) -> dict[int, Condition]:
    """Return how each of these stores fares, by its id; it is up to date only where nobody need look."""
    found = {row.id: _condition(row) for row in rows}
    for find_trouble in condition_sources:
        for store_id, trouble in find_trouble(db).items():
            if store_id in found and found[store_id].kind == FINE:
                found[store_id] = trouble
    return found


def _condition(store: Row[Any]) -> Condition:
    """Return the first that is true of the row, what needs a person before what does not."""
    if not store.is_active:
        why = "What it delivers is kept for seven days and counted once it is switched on."
        return Condition("", "switched off", why, "Switch it on", "keys#settings")
    if store.push_state == "paused":
        return Condition("bad", "paused", store.pause_reason or "", "Resume", "stock-sync")
    if store.last_error:
        return Condition("bad", "failing", store.last_error, "See what failed", "activity?outcome=trouble")
    if store.mass_change:
        return Condition("warn", "waits for you", store.mass_change, "Look and confirm", "stock-sync")
    if store.consumer_key_encrypted is None:
        why = "It has no REST keys, so its orders are not read."
        return Condition("", "webhooks alone", why, "Enter the keys", "keys")
    if store.last_contact_at is None:
        return Condition("warn", "no contact yet", "", "Go on connecting", "connect")
    if store.push_state == "off":
        why = "Its orders count; its stock is not updated."
        return Condition("", "not updated yet", why, "Choose counts and start", "opening-stock")
    return Condition(FINE, "up to date")
