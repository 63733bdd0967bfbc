"""The stock fields of a product or variation -> Shown. Pure functions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_MOST = 1_000_000_000


@dataclass(frozen=True)
class Shown:
    """The stock of a listing in its store. `quantity` None: no number."""

    quantity: int | None  # at most 1,000,000,000, more than anybody counts
    manage_stock: str  # 'yes', 'no', 'parent'
    allows_backorders: bool
    modified_at: datetime | None = None  # by the store's clock; None: not told

    def is_older_than(self, known: datetime | None) -> bool:
        """Tell whether this is an older state than one that the store has shown already: a cache kept it."""
        return known is not None and self.modified_at is not None and self.modified_at < known


def read_shown(item: dict[str, Any]) -> Shown:
    """Read a product or variation of the REST API v3."""
    quantity = item.get("stock_quantity")
    is_number = isinstance(quantity, int | float) and not isinstance(quantity, bool)
    managed = item.get("manage_stock")
    return Shown(
        quantity=_within(quantity) if is_number else None,  # type: ignore[arg-type]  # just checked
        manage_stock="parent" if managed == "parent" else "yes" if managed else "no",
        allows_backorders=str(item.get("backorders") or "no") != "no",
        modified_at=_moment(item.get("date_modified_gmt")),
    )


def _moment(text: object) -> datetime | None:
    """Read a time of WooCommerce's, which is UTC without a zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.year < 1970 else moment.replace(tzinfo=UTC)


def _within(quantity: float) -> int:
    """Return a number that any database can store: some shops write 9999999999 for endless."""
    return int(max(-_MOST, min(quantity, _MOST)))
