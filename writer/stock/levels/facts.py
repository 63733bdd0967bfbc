"""What later areas know of a product, for its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a product: "Counts as", "Fire 24pin", and the page that decides it."""

    label: str
    text: str
    link: str | None = None  # a path; None: there is no page


# Each returns what it knows of a product, which is given as its row.
product_facts: list[Callable[[Connection, Row[Any]], list[Fact]]] = []


def list_facts(db: Connection, product: Row[Any]) -> list[Fact]:
    """Return what later areas know of a product."""
    return [fact for tell in product_facts for fact in tell(db, product)]
