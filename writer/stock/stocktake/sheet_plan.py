"""The changes that a CSV file would make, line by line, for the preview; and saving them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.products import product_aliases, products
from writer.lib.errors import Invalid
from writer.stock import movements
from writer.stock.products import (
    MAX_DAYS,
    MAX_UNITS,
    change_product,
    checked_settings,
    key,
    lock_products,
    whole_units,
)
from writer.stock.stocktake import sheet
from writer.stock.stocktake.sheet import SheetRow

_COLUMN_OF = {"reserved": "set_aside"}
_NAME_OF = {"set_aside": "reserved"}
_NUMBERS = {
    "reorder_point": MAX_UNITS,
    "lead_time_days": MAX_DAYS,
    "reserved": MAX_UNITS,
    "counted": MAX_UNITS,
}
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FEW = 500  # the most parameters of one query


@dataclass(frozen=True)
class Change:
    """The change of one line: settings, the count, or a new product (`product` is None)."""

    line: int
    sku: str
    product: Row[Any] | None
    settings: dict[str, Any]  # by column, only changed values
    counted: int | None  # None: not counted
    expected: int = 0  # on hand at the time of the count

    @property
    def is_new(self) -> bool:
        return self.product is None

    @property
    def difference(self) -> int:
        """Return the difference of the count; 0 if nothing was counted."""
        return 0 if self.counted is None else self.counted - self.expected

    def told(self) -> Iterator[tuple[str, str, str]]:
        """Yield (setting, before, after) as text."""
        for name, value in self.settings.items():
            before = "" if self.product is None else _word(getattr(self.product, name))
            yield _NAME_OF.get(name, name), before, _word(value)


@dataclass
class Plan:
    """All changes of a file; none is saved while there are `errors`."""

    changes: list[Change] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)  # line, SKU, error
    same: int = 0  # lines that change nothing

    @property
    def digest(self) -> str:
        """Return a digest that differs from that of any other plan."""
        said = [
            (
                change.line,
                change.sku,
                change.product and change.product.id,
                change.settings,
                change.difference,
            )
            for change in self.changes
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True)
class _Known:
    """The products of a file: rows by SKU; by id the expected count, and why it cannot be counted."""

    products: dict[str, Row[Any]]
    expected: dict[int, int]
    refused: dict[int, str]


def make(db: Connection, rows: list[SheetRow], at: datetime) -> Plan:
    """Compare the rows of a file, whose counts were made at `at`, with the database."""
    known = _look_up(db, {key(row.cells.get("sku", "")) for row in rows}, at)
    plan, lines = Plan(), dict[str, int]()
    for row in rows:
        sku = row.cells.get("sku", "")
        product = known.products.get(key(sku))
        first = lines.setdefault(key(sku) if product is None else product.sku_key, row.line)
        try:
            if first != row.line:
                raise ValueError(f"Line {first} has this product already.")
            change = _change(row, product, known)
        except ValueError as error:
            plan.errors.append((row.line, sku, str(error)))
            continue
        if change.is_new or change.settings or change.difference:
            plan.changes.append(change)
        else:
            plan.same += 1
    return plan


def carry_out(db: Connection, actor: str, plan: Plan, at: datetime) -> int | None:
    """Save all changes of the plan; return the stock count with its counts, None if there are none.

    Raises Invalid, and Conflict if the database changed meanwhile.
    """
    existing = [change for change in plan.changes if change.product is not None]
    locked = {row.id: row for row in lock_products(db, [c.product.id for c in existing if c.product])}
    for change in plan.changes:
        if change.product is None:
            counted_at = at if change.counted is not None else None
            movements.add_product(
                db, actor, change.sku, on_hand=change.counted or 0, at=counted_at, **change.settings
            )
        elif change.settings:
            change_product(db, actor, locked[change.product.id], **change.settings)
    counts = [(c.product.id, c.counted) for c in existing if c.product and c.counted is not None]
    return movements.count(db, actor, counts, at, "counted by file").document_id if counts else None


def _look_up(db: Connection, keys: set[str], at: datetime) -> _Known:
    known = _Known({}, {}, {})
    ordered = sorted(keys - {""})
    for start in range(0, len(ordered), _FEW):
        found = _find(db, ordered[start : start + _FEW])
        known.products.update(found)
        rows = list(found.values())
        known.expected.update(movements.on_hand_at(db, rows, at))
        known.refused.update(movements.why_not_counted(db, at, rows))
    return known


def _find(db: Connection, keys: list[str]) -> dict[str, Row[Any]]:
    """Return the products with these folded SKUs or aliases, by that SKU."""
    by_alias = (
        select(products, product_aliases.c.sku_key.label("asked"))
        .join(product_aliases, product_aliases.c.stock_product_id == products.c.id)
        .where(product_aliases.c.sku_key.in_(keys))
    )
    own = select(products, products.c.sku_key.label("asked")).where(products.c.sku_key.in_(keys))
    return {row.asked: row for query in (by_alias, own) for row in db.execute(query)}


def _change(row: SheetRow, product: Row[Any] | None, known: _Known) -> Change:
    """Return the change of one line; raises ValueError with a sentence."""
    sku, errors = row.cells.get("sku", ""), [row.problem] if row.problem else []
    given = _given(row, errors)
    counted = given.pop("counted", None)
    try:
        checked = checked_settings(given if product is not None else {"sku": sku, **given})
    except Invalid as error:
        errors += [f"{_NAME_OF.get(name, name)}: {told}" for name, told in error.errors.items()]
    if product is not None and counted is not None and product.id in known.refused:
        errors.append(f"counted: {known.refused[product.id]}")
    if errors:
        raise ValueError(" ".join(errors))
    if product is None:
        del checked["sku"]
        return Change(row.line, sku, None, checked, counted)
    differing = {name: value for name, value in checked.items() if getattr(product, name) != value}
    return Change(row.line, product.sku, product, differing, counted, known.expected[product.id])


def _given(row: SheetRow, errors: list[str]) -> dict[str, Any]:
    """Return the values of a line by column; an empty cell changes nothing, "-" clears the value.

    A value that cannot be read is left out and added to `errors`.
    """
    given: dict[str, Any] = {}
    for name in (*sheet.SETTINGS, "counted"):
        cell = row.cells.get(name, "")
        try:
            if cell:
                given[_COLUMN_OF.get(name, name)] = _value(name, cell)
        except ValueError as error:
            errors.append(f"{name}: {error}")
    return given


def _value(name: str, cell: str) -> Any:
    if name in ("allows_backorders", "is_active"):
        if cell.casefold() not in _FLAGS:
            raise ValueError("Write yes or no.")
        return _FLAGS[cell.casefold()]
    if cell == "-" and name != "counted":
        return {"name": "", "reserved": 0}.get(name)
    return whole_units(cell, _NUMBERS[name]) if name in _NUMBERS else cell


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, "") else str(value)
