"""The stores on Home: how each fares, when it was last in contact, and its last day hour by hour."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from writer import stores
from writer.lib.store_scope import StoreScope
from writer.web import times


@dataclass(frozen=True)
class Shop:
    """One store; `beats` is how each of the last 24 hours was."""

    id: int
    name: str
    last_contact_at: datetime | None  # None: never
    condition: stores.Condition
    beats: list[stores.Beat]

    @property
    def is_lately(self) -> bool:
        """Tell whether the last contact is said in minutes or hours, and not by its day."""
        return self.last_contact_at is not None and times.ago(self.last_contact_at)[:1].isdecimal()

    @property
    def spoken(self) -> str:
        """Return the last day for those who hear the page: "22 hours fine, 2 late"."""
        words: dict[stores.Beat, str] = {
            "": "fine",
            "late": "late",
            "bad": "failed",
            "none": "without contact",
        }
        counts = {word: self.beats.count(beat) for beat, word in words.items()}
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def list_shops(db: Connection, store_scope: StoreScope) -> list[Shop]:
    """Return the visible stores, by name."""
    rows = stores.list_stores(db, store_scope)
    found, beats = stores.conditions(db, rows), stores.heartbeats(db, store_scope)
    return [Shop(row.id, row.name, row.last_contact_at, found[row.id], beats[row.id]) for row in rows]
