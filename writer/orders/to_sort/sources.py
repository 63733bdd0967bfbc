"""The hook of the inbox: each source lists things that nothing here knows yet, and settles them.

Later areas add theirs in wiring.py: `orders.to_sort_sources[:] = [listings.to_sort.SOURCE]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope
from writer.orders.to_sort.preview import Preview

if TYPE_CHECKING:
    from writer.orders.to_sort.sortings import Kind


@dataclass(frozen=True)
class Choice:
    """One thing that can be done with an entry: a button, and the control it needs."""

    do: str  # sent with the form, read by the source's `settle`
    label: str
    control: str = ""  # 'type': a select of types; 'sku': a field for a SKU of the stock list; "": none


@dataclass(frozen=True)
class Entry:
    """One thing to sort."""

    fields: Mapping[str, str]  # hidden fields of its form: what it is, for `settle`
    name: str
    sku: str  # "": it has none
    where: str  # "Kiln · product 10"
    choices: tuple[Choice, ...] = ()  # the first is the main one
    seen: str = ""  # "7 units ordered"
    units: int = 0  # ordered, of whatever state
    waiting: int = 0  # units that count in the ledger as soon as it is sorted
    since: datetime | None = None  # None: not known
    links: tuple[tuple[str, str], ...] = ()  # (label, address): where it was seen
    more_links: int = 0  # how many more there are
    hint: str = ""
    itself: str = ""  # what it would be called, counted as itself


@dataclass(frozen=True)
class Settled:
    """What was done in a sentence, and the decision that can be taken back."""

    sentence: str
    sorting_id: int


@dataclass(frozen=True)
class Foreseen:
    """What settling an entry would do: as a question, and in numbers."""

    question: str  # "Count KIT-28 as Fire 28pin?"
    found: Preview


@dataclass(frozen=True)
class Source:
    """A list of things to sort. `settle` raises a DomainError for what cannot be done."""

    name: str  # in addresses: "lines"
    title: str  # of its tab: "Order lines"
    count: Callable[[Connection, StoreScope], int]
    entries: Callable[[Connection, StoreScope, int, int], list[Entry]]  # limit and offset
    settle: Callable[[Connection, StoreScope, str, Mapping[str, str]], Settled]  # who, and the form's fields
    foresee: Callable[[Connection, StoreScope, Mapping[str, str]], Foreseen]  # what `settle` would do
    kinds: Mapping[str, "Kind"] = field(default_factory=dict)  # of its decisions, to take them back


own_sources: list[Source] = []
to_sort_sources: list[Source] = []  # the hook


def sources() -> list[Source]:
    """Return every source, this room's own first."""
    return [*own_sources, *to_sort_sources]


def count_all(db: Connection, store_scope: StoreScope) -> int:
    """Count all there is to sort."""
    return sum(source.count(db, store_scope) for source in sources())
