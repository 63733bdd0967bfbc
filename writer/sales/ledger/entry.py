"""The form of a sale by hand with several lines, as a browser sends it; and what is wrong with each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict

from writer.lib import money
from writer.lib.text import UnusableText, check_line
from writer.sales import product_types
from writer.sales.ledger import fields, lookup
from writer.sales.ledger.lookup import Look

LINES_AT_FIRST = 4
MORE_LINES = 4
MOST_LINES = 50
BY_SKU = "sku"  # the type that the SKU says


@dataclass
class Line:
    """One line as it was typed, and what is wrong with it or known of it."""

    sku: str = ""
    kind: str = BY_SKU
    quantity: str = ""
    price: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    look: Look | None = None
    warning: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.sku or self.quantity or self.price) and self.kind in ("", BY_SKU)


def new_lines(kind: str | None) -> list[Line]:
    """Return the lines of an empty form; the first is for one unit."""
    return [Line(kind=kind or BY_SKU, quantity="1"), *(Line() for _ in range(LINES_AT_FIRST - 1))]


def read_lines(sent: MultiDict[str, str]) -> list[Line]:
    """Return the lines of a sent form. A program may send only some of the fields, once each."""
    columns = [sent.getlist(name) for name in ("sku", "kind", "quantity", "price")]
    rows = zip_longest(*columns, fillvalue="")
    return [_line(*(text.strip() for text in row)) for row in rows] or [Line()]


def _line(sku: str, kind: str, quantity: str, price: str) -> Line:
    return Line(sku, kind, quantity, price)


def check(
    db: Connection,
    lines: Sequence[Line],
    pairs: Mapping[str, tuple[str, str]],
    currency: str,
    at: datetime,
) -> list[dict[str, Any]]:
    """Note in each line what is wrong and what is known of it; return the values of those to be saved.

    `pairs` are the types that can be chosen, by their value in the form. Lines that are blank are left out.
    """
    filled = [line for line in lines if not line.is_blank]
    if not filled and lines:
        lines[0].errors["sku"] = "Enter a SKU, or choose a type."
    for line in filled[MOST_LINES:]:
        line.errors["sku"] = f"A form has at most {MOST_LINES} lines: enter this one in another."
    if len(filled) > MOST_LINES:
        return []
    wanted: dict[str, int] = {}
    return [_check(db, line, pairs, currency, at, wanted) for line in filled]


def _check(
    db: Connection,
    line: Line,
    pairs: Mapping[str, tuple[str, str]],
    currency: str,
    at: datetime,
    wanted: dict[str, int],
) -> dict[str, Any]:
    values: dict[str, Any] = {"quantity": _quantity(line), "sku": _sku(line)}
    if line.sku and "sku" not in line.errors:
        line.look = lookup.look_up(db, line.sku, at)
    pair = line.look.pair if line.look is not None and line.kind in ("", BY_SKU) else pairs.get(line.kind)
    if pair is None:
        line.errors["kind"] = _why_no_type(line)
    else:
        values["model"], values["variant"] = pair
    if line.price:
        values["price_minor"], values["currency"] = _price(line, currency)
    if not line.errors and line.look is not None:
        key = line.sku.casefold()
        wanted[key] = wanted.get(key, 0) + values["quantity"]
        line.warning = _warning(line, line.look, wanted[key])
    return values


def _why_no_type(line: Line) -> str:
    if line.kind not in ("", BY_SKU):
        return "Not a valid choice."
    if line.sku:
        return "No rule says what this SKU counts as: choose a type."
    return "Choose a type, or enter a SKU."


def _quantity(line: Line) -> int:
    text = line.quantity
    if not text:
        line.errors["quantity"] = "Enter how many units."
    elif not (text.isascii() and text.isdecimal() and len(text) < 10):
        line.errors["quantity"] = "Not a valid integer value."
    else:
        try:
            return fields.quantity(int(text))
        except UnusableText as error:
            line.errors["quantity"] = str(error)
    return 0


def _sku(line: Line) -> str | None:
    try:
        return check_line(line.sku, product_types.MAX_SKU) or None
    except UnusableText as error:
        line.errors["sku"] = str(error)
        return None


def _price(line: Line, currency: str) -> tuple[int | None, str | None]:
    if not currency:
        line.errors["price"] = "Say in which currency."
        return None, None
    try:
        return fields.price(money.typed(line.price, currency)), currency
    except ValueError:
        line.errors["price"] = "Must be an amount such as 12.50."
        return None, None


def _warning(line: Line, look: Look, wanted: int) -> str:
    """Return what a person should know before saving; "" if there is nothing."""
    if look.why_not_taken is not None:
        return look.why_not_taken
    if look.available is not None and wanted > look.available and not look.may_go_below:
        return f"Only {max(0, look.available)} of {line.sku} are available."
    return ""
