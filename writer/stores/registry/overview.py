"""What the pages of one store show of it: how it fares, what waits on its tabs, cards of later areas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from markupsafe import Markup
from sqlalchemy import Connection, Row

from writer.stores.registry.condition import Condition, conditions


class StoreCard(NamedTuple):
    """Something that a later area shows on a store's first page, and where: above, in the middle, beside."""

    place: Literal["top", "main", "side"]
    markup: Markup


@dataclass(frozen=True)
class StoreHead:
    """What stands above every page of a store."""

    store: Row[Any]
    condition: Condition
    waiting: dict[str, int]  # how much waits for somebody, by the tab


# Each returns what it shows on a store's first page to an admin (True) or to staff.
card_sources: list[Callable[[Connection, Row[Any], bool], list[StoreCard]]] = []
# Each returns how much waits for somebody on a tab of a store, by the tab's address.
tab_sources: list[Callable[[Connection, int], dict[str, int]]] = []


def head_of(db: Connection, store: Row[Any]) -> StoreHead:
    """Return what stands above every page of this store."""
    waiting: dict[str, int] = {}
    for count in tab_sources:
        waiting |= count(db, store.id)
    return StoreHead(store, conditions(db, [store])[store.id], waiting)


def cards_of(db: Connection, store: Row[Any], is_admin: bool) -> dict[str, list[Markup]]:
    """Return the cards of this store's first page, by their place."""
    found: dict[str, list[Markup]] = {"top": [], "main": [], "side": []}
    for draw in card_sources:
        for card in draw(db, store, is_admin):
            found[card.place].append(card.markup)
    return found
