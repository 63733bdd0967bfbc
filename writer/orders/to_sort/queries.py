"""Reads of order lines that count as nothing yet, by product, and of mapped products."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, not_, or_, select

from writer.db.schema.orders import order_lines, orders, product_skus
from writer.db.schema.product_types import ignored_skus
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.lib.text import fold
from writer.orders.record import meant_sku, unmatched_lines, visible
from writer.sales import product_types

_NEWEST_LINES = 2000  # that the number in the menu looks at
_ORDERS_SHOWN = 5
_BY = (
    orders.c.store_id,
    stores.c.name.label("store_name"),
    order_lines.c.product_id,
    order_lines.c.variation_id,
    meant_sku.label("sku"),
    order_lines.c.name,
)


@dataclass(frozen=True)
class Group:
    """The lines to sort of one product of one store."""

    store_id: int
    store_name: str
    product_id: int  # 0: deleted in the store, or never known
    variation_id: int  # 0: no variation
    sku: str  # the mapped SKU, else the store's; "" if there is none
    name: str
    units: int  # ordered
    waiting: int  # due in the ledger as soon as a rule matches
    order_count: int
    since: datetime  # the oldest of its orders

    @property
    def key(self) -> tuple[int, int, int, str]:
        """What the form of this group sends to say which lines it is about."""
        return self.store_id, self.product_id, self.variation_id, self.sku.strip()

    @property
    def is_mappable(self) -> bool:
        """Tell whether the product has a SKU or an id, which a rule or a mapping needs."""
        return bool(self.sku.strip()) or self.product_id > 0


def count_groups(db: Connection, store_scope: StoreScope) -> int:
    """Count the groups that match no rule and are not ignored."""
    grouped = _to_sort(db, store_scope, *_BY).group_by(*_BY).subquery()
    return int(db.execute(select(func.count()).select_from(grouped)).scalar_one())


def count_some(db: Connection, store_scope: StoreScope, most: int = 100) -> int:
    """Count them as far as `most`, among the newest lines that match nothing: what every page can afford.

    Lines that are ignored match nothing either, and a shop may have any number of them.
    """
    newest = select(order_lines.c.id).where(order_lines.c.model.is_(None))
    newest = newest.order_by(order_lines.c.id.desc()).limit(_NEWEST_LINES)
    some = (
        _to_sort(db, store_scope, *_BY).where(order_lines.c.id.in_(newest)).distinct().limit(most).subquery()
    )
    return int(db.execute(select(func.count()).select_from(some)).scalar_one())


def list_groups(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> list[Group]:
    """Return a page of these groups, most waiting units first."""
    waiting = func.sum(order_lines.c.sold_due)
    sums = (
        func.sum(order_lines.c.quantity).label("units"),
        waiting.label("waiting"),
        func.count(orders.c.id.distinct()).label("order_count"),
        func.min(orders.c.created_at).label("since"),
    )
    grouped = _to_sort(db, store_scope, *_BY, *sums).group_by(*_BY)
    newest = grouped.order_by(waiting.desc(), func.max(orders.c.id).desc(), *_BY)
    return [Group(**row._mapping) for row in db.execute(newest.limit(limit).offset(offset))]


def list_orders_of(db: Connection, store_scope: StoreScope, group: Group) -> tuple[Row[Any], ...]:
    """Return the newest few orders (id, number) with lines in the group."""
    same = and_(
        orders.c.store_id == group.store_id,
        order_lines.c.product_id == group.product_id,
        order_lines.c.variation_id == group.variation_id,
        order_lines.c.name == group.name,
        meant_sku == group.sku,
    )
    query = unmatched_lines(orders.c.id, orders.c.number).where(same, visible(store_scope)).distinct()
    return tuple(db.execute(query.order_by(orders.c.id.desc()).limit(_ORDERS_SHOWN)))


def has_product(
    db: Connection, store_scope: StoreScope, store_id: int, product_id: int, variation_id: int
) -> bool:
    """Tell whether a line to sort has this product."""
    same = and_(
        orders.c.store_id == store_id,
        order_lines.c.product_id == product_id,
        order_lines.c.variation_id == variation_id,
    )
    found = unmatched_lines(order_lines.c.id).where(same, _counted(store_scope))
    return db.execute(found.limit(1)).first() is not None


def list_mappings(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return every mapped product with the names of its store and of the product there."""
    name = (
        select(func.max(order_lines.c.name))
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(
            orders.c.store_id == product_skus.c.store_id,
            order_lines.c.product_id == product_skus.c.product_id,
            order_lines.c.variation_id == product_skus.c.variation_id,
        )
        .scalar_subquery()
    )
    query = select(product_skus, stores.c.name.label("store_name"), name.label("name")).join(stores)
    return list(db.execute(query.where(store_scope.of(product_skus.c.store_id)).order_by(product_skus.c.id)))


def _counted(store_scope: StoreScope) -> ColumnElement[bool]:
    """As orders.visible, but including orders deleted after their retention, because only units are read."""
    return store_scope.of(orders.c.store_id)


def _to_sort(db: Connection, store_scope: StoreScope, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the lines that match no rule and are not ignored."""
    ignored = {row.sku for row in product_types.list_ignored(db)}
    if not ignored:
        return unmatched_lines(*columns).where(_counted(store_scope))
    mapped = [row.id for row in db.execute(select(product_skus)) if fold(row.sku) in ignored]
    is_ignored = or_(
        product_skus.c.id.in_(mapped),
        and_(product_skus.c.id.is_(None), order_lines.c.sku_key.in_(select(ignored_skus.c.sku))),
    )
    return unmatched_lines(*columns).where(_counted(store_scope), not_(is_ignored))
