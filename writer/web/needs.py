"""What needs somebody: the hook by which areas say on Home what is to be done, most urgent first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope


class Urgency(IntEnum):
    """How soon somebody should act, the most urgent first."""

    BROKEN = 1  # orders or stock go wrong meanwhile
    TO_SHIP = 2
    TO_DECIDE = 3
    RUNNING_OUT = 4
    TO_REVIEW = 5
    TO_SORT = 6
    TO_KNOW = 7


@dataclass(frozen=True)
class Need:
    """One line of plain English with the one button that does it; `kind` is "", info, warn or bad."""

    urgency: Urgency
    sentence: str
    more: str
    button: str
    href: str
    sign: str  # an icon
    kind: str = ""


# Each returns what needs somebody who may see these stores; it reads only what an index or a counter knows.
need_sources: list[Callable[[Connection, StoreScope], Iterable[Need]]] = []


def list_needs(db: Connection, store_scope: StoreScope) -> list[Need]:
    """Return what needs somebody, the most urgent first."""
    found = [need for source in need_sources for need in source(db, store_scope)]
    return sorted(found, key=lambda need: need.urgency)
