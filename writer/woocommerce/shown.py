"""What a store shows of a product or variation -> Shown: pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """What a store shows of a listing. `quantity` None: no number."""

    quantity: int | None
    manage_stock: str  # 'yes', 'no', 'parent'
    allows_backorders: bool


def read_shown(item: dict[str, Any]) -> Shown:
    """Read a product or variation of the REST API v3."""
    quantity = item.get("stock_quantity")
    is_number = isinstance(quantity, int | float) and not isinstance(quantity, bool)
    managed = item.get("manage_stock")
    return Shown(
        quantity=int(quantity) if is_number else None,  # type: ignore[arg-type]  # a number, just checked
        manage_stock="parent" if managed == "parent" else "yes" if managed else "no",
        allows_backorders=str(item.get("backorders") or "no") != "no",
    )
