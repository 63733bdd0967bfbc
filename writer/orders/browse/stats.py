"""Statistics of all orders, including deleted ones: counts by status, and revenue by currency.

They are read from sums that triggers keep; no order is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer.db.schema.orders import order_counts, order_revenue
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope


@dataclass(frozen=True)
class Revenue:
    """Revenue in one currency: paid orders less refunds. Amounts of two currencies are never added."""

    currency: str
    units: int
    net_minor: int


@dataclass(frozen=True)
class Stats:
    """Counts and sums of one store, or (`store_id` None) of all visible stores."""

    store_id: int | None
    name: str
    by_status: dict[str, int]
    revenue: list[Revenue]
    read_at: datetime | None  # when orders were last imported completely; None: never

    @property
    def orders(self) -> int:
        return sum(self.by_status.values())

    @property
    def units(self) -> int:
        return sum(part.units for part in self.revenue)


def of_stores(db: Connection, store_scope: StoreScope) -> list[Stats]:
    """Return the statistics of each store, by the store's name."""
    counted, earned = _counted(db, store_scope), _earned(db, store_scope)
    shops = select(stores.c.id, stores.c.name, stores.c.polled_at).where(store_scope.of(stores.c.id))
    return [
        Stats(
            shop.id,
            shop.name,
            {row.status: int(row.orders) for row in counted if row.store_id == shop.id},
            [_revenue(row) for row in earned if row.store_id == shop.id],
            shop.polled_at,
        )
        for shop in db.execute(shops.order_by(stores.c.name, stores.c.id))
    ]


def together(parts: Iterable[Stats]) -> Stats:
    """Return the sum over stores; its time of import is the oldest of them."""
    by_status: dict[str, int] = {}
    by_currency: dict[str, Revenue] = {}
    read_at: list[datetime | None] = []
    for part in parts:
        read_at.append(part.read_at)
        for status, count in part.by_status.items():
            by_status[status] = by_status.get(status, 0) + count
        for found in part.revenue:
            so_far = by_currency.get(found.currency, Revenue(found.currency, 0, 0))
            by_currency[found.currency] = Revenue(
                found.currency, so_far.units + found.units, so_far.net_minor + found.net_minor
            )
    known = [moment for moment in read_at if moment is not None]
    oldest = min(known) if known and len(known) == len(read_at) else None
    revenue = [by_currency[currency] for currency in sorted(by_currency)]
    return Stats(None, "", dict(sorted(by_status.items())), revenue, oldest)


def _counted(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    table = order_counts.c
    total = func.sum(table.orders)
    query = select(table.store_id, table.status, total.label("orders")).where(store_scope.of(table.store_id))
    by_status = query.group_by(table.store_id, table.status).having(total > 0)
    return list(db.execute(by_status.order_by(table.store_id, table.status)))


def _earned(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    table = order_revenue.c
    sums = [func.sum(table[name]).label(name) for name in ("orders", "units", "net_minor")]
    columns: tuple[Any, ...] = (table.store_id, table.currency, *sums)
    query = select(*columns).where(store_scope.of(table.store_id))
    rows = db.execute(query.group_by(table.store_id, table.currency).order_by(table.currency))
    return [row for row in rows if row.orders]


def _revenue(row: Row[Any]) -> Revenue:
    return Revenue(row.currency, int(row.units), int(row.net_minor))
