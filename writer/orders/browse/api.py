"""Orders as JSON under /api/v1/orders: the list, what all come to, one with its history.

What speaks to a store is at the same address, and is the sync room's.
"""

import json
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from sqlalchemy import Connection, Row

from writer.db import reading
from writer.lib.store_scope import StoreScope
from writer.orders.browse import queries
from writer.orders.browse import stats as statistics
from writer.orders.browse.api_shapes import (
    AllStats,
    FullOrder,
    Order,
    OrderEvent,
    OrderLine,
    OrderPath,
    Orders,
    OrdersQuery,
    Refund,
    StoreOrderPath,
)
from writer.orders.record import get_order, get_order_of
from writer.people import auth
from writer.web.openapi import PROBLEMS

bp = APIBlueprint(
    "orders_api",
    __name__,
    url_prefix="/api/v1/orders",
    abp_tags=[Tag(name="Orders", description="Orders of the stores one may see, kept current here.")],
    abp_security=[{"token": []}],
    abp_responses=PROBLEMS,
)


@bp.get("", responses={"200": Orders})
def list_orders(query: OrdersQuery) -> dict[str, Any]:
    """List orders.

    A range of dates that holds more than 10,000 orders can be sorted by date_created and status alone.
    """
    store_scope, filters = auth.store_scope(), query.filters
    with reading() as db:
        total = queries.count_orders(db, store_scope, filters)
        rows = queries.list_orders(db, store_scope, filters, query.limit, query.offset, query.sorting)
    entries = [Order.from_row(row) for row in rows]
    return Orders.model_construct(entries=entries, count=len(rows), total_count=total).as_json()


@bp.get("/stats", responses={"200": AllStats})
def stats() -> dict[str, Any]:
    """Add up orders: by status, revenue by currency, units; of each store and of all together."""
    with reading() as db:
        parts = statistics.of_stores(db, auth.store_scope())
    return AllStats.from_stats(statistics.together(parts), parts).as_json()


@bp.get("/<int:order_id>", responses={"200": FullOrder})
def show(path: OrderPath) -> dict[str, Any]:
    """Return one order with its lines, its refunds, its history and what the store sent last."""
    store_scope = auth.store_scope()
    with reading() as db:
        return _full(db, store_scope, get_order(db, store_scope, path.order_id))


@bp.get("/woocommerce/<int:store_id>/<int:woocommerce_id>", responses={"200": FullOrder})
def show_of_store(path: StoreOrderPath) -> dict[str, Any]:
    """Return one order by its id in its store; of an id that was used again, the order made last."""
    store_scope = auth.store_scope()
    with reading() as db:
        return _full(db, store_scope, get_order_of(db, store_scope, path.store_id, str(path.woocommerce_id)))


def _full(db: Connection, store_scope: StoreScope, order: Row[Any]) -> dict[str, Any]:
    """Return an order as it is answered by itself."""
    lines = queries.list_lines(db, store_scope, order.id)
    refunds = queries.list_refunds(db, store_scope, order.id)
    return FullOrder.from_row(
        order,
        lines=[OrderLine.from_row(row, order.currency) for row in lines],
        refunds=[Refund.from_row(row, order.currency) for row in refunds],
        history=[OrderEvent.from_row(row) for row in queries.list_events(db, store_scope, order.id)],
        raw=json.loads(order.raw) if order.raw is not None else None,
    ).as_json()
