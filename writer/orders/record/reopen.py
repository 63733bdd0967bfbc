"""Orders when a decision about what products are is taken back, and a look at what one would do."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from writer.db.schema.orders import order_lines, orders
from writer.lib.text import fold
from writer.orders.record import product_skus, queries
from writer.orders.record.before import Key
from writer.orders.record.changes import Rematched, Reopened
from writer.orders.record.decide import decide
from writer.orders.record.load import list_orders, load
from writer.orders.record.matching import AS_ITSELF
from writer.orders.record.save import save
from writer.orders.record.snapshot import Channel


class Reason(NamedTuple):
    """Which lines: those that the decision `sorting_id` had matched; None: those that count as themselves,
    of this (folded) SKU alone if one is given."""

    sorting_id: int | None = None
    sku_key: str | None = None


class Posting(NamedTuple):
    """What one line would add to the ledger, or take out of stock (below 0: put back)."""

    order_id: int
    line: str
    model: str | None  # None: it moves stock alone
    variant: str | None
    sold: int
    date: datetime
    stock_product_id: int | None  # None: it counts in the ledger alone
    taken: int


def list_reopened(db: Connection, reason: Reason) -> list[int]:
    """Return the ids of the orders with lines that `reopen_orders` would match again."""
    query = product_skus.all_lines(order_lines.c.order_id).where(
        or_(_is_type(db, reason), _is_product(reason))
    )
    return list(db.execute(query.distinct().order_by(order_lines.c.order_id)).scalars())


def reopen_orders(db: Connection, order_ids: Sequence[int], reason: Reason, cause: str) -> int:
    """Take back what lines of these orders were matched by, and match them by what holds now.

    To be called once the rule, mapping or choice itself is gone. Afterwards the lines have posted what they
    would have, had it never been; return how many lines were reopened.
    """
    reopened = 0
    channels = _Channels(db)
    changes = _find(db, order_ids, reason, cause)
    for order in list_orders(db, orders.c.id.in_(changes)):
        change, channel = changes[order.id], channels.get(order.store_id)
        before = load(db, order, change, channel)
        save(db, before, decide(before, change, channel))
        reopened += len(change.types | change.products)
    return reopened


def suppose(db: Connection, store_id: int, product_id: int, variation_id: int, sku: str) -> Iterator[Posting]:
    """Yield what lines would post if this product of a store had this SKU; nothing is written."""
    of_product = order_lines.c.product_id == product_id
    if variation_id:
        of_product &= order_lines.c.variation_id == variation_id
    is_open = order_lines.c.model.is_(None) | order_lines.c.stock_product_id.is_(None)
    waiting = select(order_lines.c.order_id).where(of_product, is_open, ~order_lines.c.is_removed)
    of_store = (orders.c.store_id == store_id) & orders.c.id.in_(waiting)
    channel, change = queries.get_channel(db, store_id), Rematched("")
    supposed: Mapping[Key, str] = {(product_id, variation_id): sku}
    for order in list_orders(db, of_store, is_locking=False):
        decision = decide(load(db, order, change, channel, supposed), change, channel)
        for sale in decision.sales:
            yield Posting(order.id, sale.line, sale.model, sale.variant, sale.quantity, sale.date, None, 0)
        for moved in decision.movements:
            yield Posting(
                order.id, moved.line, None, None, 0, moved.at, moved.stock_product_id, -moved.quantity
            )


class _Channels:
    """The channels that orders came from, each read once."""

    def __init__(self, db: Connection) -> None:
        self.db, self.known = db, dict[int, Channel]()

    def get(self, store_id: int) -> Channel:
        if store_id not in self.known:
            self.known[store_id] = queries.get_channel(self.db, store_id)
        return self.known[store_id]


def _find(db: Connection, order_ids: Sequence[int], reason: Reason, cause: str) -> dict[int, Reopened]:
    """Return which lines of these orders are to be matched again, by order."""
    columns = [
        order_lines.c[name] for name in ("order_id", "id", "type_rule_by", "type_said_by", "product_said_by")
    ]
    # The reason is looked at here: an index on it would lead the database through the lines of all orders.
    query = select(*columns)
    if reason.sku_key is not None:
        query = product_skus.all_lines(*columns, product_skus.meant_sku.label("sku"))
    types: dict[int, list[int]] = {}
    products: dict[int, list[int]] = {}
    for row in db.execute(query.where(order_lines.c.order_id.in_(order_ids))):
        if reason.sorting_id is None:
            is_meant = reason.sku_key is None or fold(row.sku) == reason.sku_key
            is_type, is_product = is_meant and row.type_rule_by == AS_ITSELF, False
        else:
            is_type = reason.sorting_id in (row.type_rule_by, row.type_said_by)
            is_product = row.product_said_by == reason.sorting_id
        if is_type or is_product:
            types.setdefault(row.order_id, []).extend([row.id] if is_type else [])
            products.setdefault(row.order_id, []).extend([row.id] if is_product else [])
    return {
        order_id: Reopened(frozenset(types[order_id]), frozenset(products[order_id]), cause)
        for order_id in types
    }


def _is_type(db: Connection, reason: Reason) -> ColumnElement[bool]:
    if reason.sorting_id is not None:
        return or_(
            order_lines.c.type_rule_by == reason.sorting_id, order_lines.c.type_said_by == reason.sorting_id
        )
    itself = order_lines.c.type_rule_by == AS_ITSELF
    if reason.sku_key is None:
        return itself
    said = func.coalesce(product_skus.meant_sku, "")
    skus = db.execute(product_skus.all_lines(said).where(itself).distinct()).scalars()
    return and_(itself, said.in_([sku for sku in skus if fold(sku) == reason.sku_key]))


def _is_product(reason: Reason) -> ColumnElement[bool]:
    if reason.sorting_id is None:
        return false()
    return order_lines.c.product_said_by == reason.sorting_id
