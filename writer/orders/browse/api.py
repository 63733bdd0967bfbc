"""Orders as JSON below /api/v1/orders: the list, statistics, and one order with its history.

Requests at this address that call a store are in sync/order_edit and sync/order_import.
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
from writer.orders.browse.api_order_shapes import FullOrder, OrderEvent, OrderLine, Refund
from writer.orders.browse.api_shapes import (
    AllStats,
    Order,
    OrderPath,
    Orders,
    OrdersQuery,
    StoreOrderPath,
)
from writer.orders.record import get_order, get_order_of
from writer.people import auth
from writer.web.openapi import PROBLEMS

bp = APIBlueprint(
    "orders_api",
    __name__,
    url_prefix="/api/v1/orders",
    abp_tags=[Tag(name="Orders", description="Orders of the stores that the caller may see.")],
    abp_security=[{"token": []}],
    abp_responses=PROBLEMS,
)


@bp.get("", responses={"200": Orders})
def list_orders(query: OrdersQuery) -> dict[str, Any]:
    """List orders.

    A range of dates with more than 10,000 orders can be sorted only by date_created and status.
    """
    store_scope, filters = auth.store_scope(), query.filters
    with reading() as db:
        total = queries.count_orders(db, store_scope, filters)
        rows = queries.list_orders(db, store_scope, filters, query.limit, query.offset, query.sorting)
        hidden = auth.hides_stores(db)
    entries = [Order.from_row(row) for row in rows]
    told = Orders.model_construct(entries=entries, count=len(rows), total_count=total, hidden=hidden)
    return told.as_json()


@bp.get("/stats", responses={"200": AllStats})
def stats() -> dict[str, Any]:
    """Add up orders by status, revenue by currency, and units, for each store and for all together."""
    with reading() as db:
        parts = statistics.of_stores(db, auth.store_scope())
        hidden = auth.hides_stores(db)
    return AllStats.from_stats(statistics.together(parts), parts, hidden).as_json()


@bp.get("/<int:order_id>", responses={"200": FullOrder})
def show(path: OrderPath) -> dict[str, Any]:
    """Return one order with its lines, refunds, history and the raw data that the store sent last."""
    store_scope = auth.store_scope()
    with reading() as db:
        return _full(db, store_scope, get_order(db, store_scope, path.order_id))


@bp.get("/woocommerce/<int:store_id>/<int:woocommerce_id>", responses={"200": FullOrder})
def show_of_store(path: StoreOrderPath) -> dict[str, Any]:
    """Return one order by its id in its store; if the id was used again, the newest order."""
    store_scope = auth.store_scope()
    with reading() as db:
        return _full(db, store_scope, get_order_of(db, store_scope, path.store_id, str(path.woocommerce_id)))


def _full(db: Connection, store_scope: StoreScope, order: Row[Any]) -> dict[str, Any]:
    """Return the answer for a single order."""
    lines = queries.list_lines(db, store_scope, order.id)
    refunds = queries.list_refunds(db, store_scope, order.id)
    return FullOrder.from_order(
        order,
        lines=[OrderLine.from_row(row, order.currency) for row in lines],
        refunds=[Refund.from_row(row, order.currency) for row in refunds],
        history=[OrderEvent.from_row(row) for row in queries.list_events(db, store_scope, order.id)],
        raw=json.loads(order.raw) if order.raw is not None else None,
    ).as_json()
