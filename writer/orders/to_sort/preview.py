"""What a decision about order lines would do: how many lines and units of when, the public total before and
after, and the stock. Computed from the same rows and rules, without writing anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from writer import sales
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.products import products
from writer.lib import clock
from writer.lib.text import fold
from writer.orders.record import all_lines, meant_sku, suppose, unmatched_lines
from writer.sales import product_types
from writer.web.times import short_day

Pair = tuple[str, str]


class Change(NamedTuple):
    """Units that one order line would add to the ledger (below 0: take from it)."""

    pair: Pair
    units: int
    at: datetime


@dataclass(frozen=True)
class Preview:
    """What would happen. `stock` has SKU, on hand before and after, of each product that would change."""

    lines: int = 0
    units: int = 0
    first_at: datetime | None = None  # None: no line
    last_at: datetime | None = None
    total_before: int = 0
    total_after: int = 0
    stock: tuple[tuple[str, int, int], ...] = ()

    @property
    def days(self) -> str:
        """Return the day, or the first and the last, that the lines count on: "28 Nov to 30 Nov"."""
        days = [short_day(clock.local_day(at)) for at in (self.first_at, self.last_at) if at is not None]
        return " to ".join(dict.fromkeys(days))


# The day that a line counts on, as `record` posts it.
_at = func.coalesce(orders.c.counted_at, orders.c.paid_at, orders.c.created_at)


def preview_rule(db: Connection, prefix: str, pair: Pair) -> Preview:
    """Return what counting SKUs that begin with `prefix` as this type would do."""
    folded = fold(prefix)
    query = unmatched_lines(meant_sku.label("sku"), order_lines.c.sold_due, _at.label("at"))
    known: dict[str, bool] = {}
    changes = []
    for row in db.execute(query):
        if row.sku not in known:
            is_meant = bool(folded) and fold(row.sku).startswith(folded)
            known[row.sku] = is_meant and product_types.classify(db, row.sku) is None
        if known[row.sku]:
            changes.append(Change(pair, row.sold_due, row.at))
    return _summed(db, changes)


def preview_product(db: Connection, store_id: int, product_id: int, variation_id: int, sku: str) -> Preview:
    """Return what counting a store's product as `sku` would do."""
    lines: set[tuple[int, str]] = set()
    changes: list[Change] = []
    taken: Counter[int] = Counter()
    for found in suppose(db, store_id, product_id, variation_id, sku):
        lines.add((found.order_id, found.line))
        if found.model is not None and found.variant is not None:
            changes.append(Change((found.model, found.variant), found.sold, found.date))
        if found.stock_product_id is not None:
            taken[found.stock_product_id] += found.taken
    return _summed(db, changes, len(lines), taken)


def preview_ignore(db: Connection, sku: str) -> Preview:
    """Return what ignoring a SKU would do: what counts as itself by it counts no longer."""
    return _summed(db, list(_uncounted(db, fold(sku))))


def preview_choice(db: Connection, chosen: str) -> Preview:
    """Return what choosing what products count as would do."""
    if chosen == "types":
        return _summed(db, list(_uncounted(db, None)))
    return _summed(db, list(_counted_as_themselves(db)))


def _uncounted(db: Connection, sku_key: str | None) -> Iterator[Change]:
    """Yield what lines that count as themselves would take back, if it is only no longer so."""
    columns: tuple[ColumnElement[object], ...] = (
        meant_sku.label("sku"),
        order_lines.c.model,
        order_lines.c.variant,
        order_lines.c.sold,
        _at.label("at"),
    )
    for row in db.execute(all_lines(*columns).where(order_lines.c.type_rule_by == 0)):
        if sku_key is None or fold(row.sku) == sku_key:
            yield Change((row.model, row.variant), -row.sold, row.at)


def _counted_as_themselves(db: Connection) -> Iterator[Change]:
    names = {
        row.id: ((row.model or row.name or row.sku), row.variant or "")
        for row in db.execute(select(products))
    }
    ignored = {row.sku for row in product_types.list_ignored(db)}
    columns: tuple[ColumnElement[object], ...] = (
        meant_sku.label("sku"),
        order_lines.c.name,
        order_lines.c.stock_product_id,
        order_lines.c.sold_due,
        _at.label("at"),
    )
    for row in db.execute(unmatched_lines(*columns)):
        name = row.name.strip() or row.sku.strip()
        pair = names.get(row.stock_product_id, (name, ""))
        if pair[0] and fold(row.sku) not in ignored and product_types.classify(db, row.sku) is None:
            yield Change(pair, row.sold_due, row.at)


def _summed(
    db: Connection,
    changes: Iterable[Change],
    lines: int | None = None,
    taken: Counter[int] | None = None,
) -> Preview:
    found = list(changes)
    before, after = sales.total_with(db, ((*change.pair, change.units, change.at) for change in found))
    days = [change.at for change in found if change.units]
    return Preview(
        len(found) if lines is None else lines,
        sum(change.units for change in found),
        min(days, default=None),
        max(days, default=None),
        before,
        after,
        _stock(db, taken or Counter()),
    )


def _stock(db: Connection, taken: Counter[int]) -> tuple[tuple[str, int, int], ...]:
    moved = [product for product, units in taken.items() if units]
    query = select(products.c.id, products.c.sku, products.c.on_hand).where(products.c.id.in_(moved))
    return tuple(
        (row.sku, row.on_hand, row.on_hand - taken[row.id])
        for row in db.execute(query.order_by(products.c.sku_key))
    )
