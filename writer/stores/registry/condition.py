"""How a store fares, in a word, by its own row; `upkeep` adds what its listings and failures say."""

from typing import Any, NamedTuple

from sqlalchemy import Row


class Condition(NamedTuple):
    """`look` is a Bootstrap colour, `word` the condition, `why` more of it ("" where there is no more)."""

    look: str
    word: str
    why: str = ""


def condition(store: Row[Any]) -> Condition:
    """Return how a store fares: the first that is true of it, what needs a person before what does not."""
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
        return Condition("warning", "never heard from")
    if store.push_state == "off":
        return Condition("secondary", "not pushed yet")
    return Condition("success", "fine")
