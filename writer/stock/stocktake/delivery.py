"""The lines of a delivery as a person types, pastes or scans them: looked up, and what is wrong with each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from writer.stock import products
from writer.stock.movements import LARGEST_MOVE
from writer.stock.products import MAX_SKU

MOST_LINES = 200
# "fire24-a 24", "fire24-a;24", "fire24-a<tab>24", "fire24-a x 24"
_PASTED = re.compile(r"(?P<sku>.*?\S)(?:\s*[,;\t]\s*|\s+(?:[x×]\s*)?)(?P<units>\d{1,9})")  # noqa: RUF001


@dataclass(frozen=True)
class TypedLine:
    """One line of the form as it was sent, and what it means."""

    sku: str = ""
    units: str = ""
    product: Row[Any] | None = None  # None: nothing was typed, or no product has this SKU
    quantity: int = 0  # 0: no number that can be received
    problem: str | None = None
    is_unknown: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.sku and not self.units


def typed(skus: Sequence[str], units: Sequence[str], pasted: str = "") -> list[tuple[str, str]]:
    """Return the (SKU, units) that were typed or pasted, without empty ones, each as it was written."""
    lines = [(sku.strip(), number.strip()) for sku, number in zip(skus, units, strict=False)]
    lines += [_split(line) for line in pasted.splitlines()]
    return [(sku, number) for sku, number in lines if sku or number]


def _split(line: str) -> tuple[str, str]:
    found = _PASTED.fullmatch(line.strip().strip('"'))
    return (found["sku"].strip('" '), found["units"]) if found else (line.strip(), "")


def look_up(db: Connection, lines: Sequence[tuple[str, str]]) -> list[TypedLine]:
    """Return each line with its product, and what is wrong with it."""
    return [_look_up(db, sku[: MAX_SKU * 2], units[:20]) for sku, units in lines]


def _look_up(db: Connection, sku: str, units: str) -> TypedLine:
    product = products.find(db, sku) if sku else None
    is_unknown = bool(sku) and product is None
    is_number = units.isascii() and units.isdecimal() and 1 <= int(units) <= LARGEST_MOVE
    problem = None
    if is_unknown:
        problem = f"No product has the SKU {sku}."
    elif not sku:
        problem = "Enter the SKU of these units."
    elif not units:
        problem = "Enter how many units came in."
    elif not is_number:
        problem = f"Enter a whole number from 1 to {LARGEST_MOVE:,}."
    return TypedLine(sku, units, product, int(units) if is_number else 0, problem, is_unknown)
