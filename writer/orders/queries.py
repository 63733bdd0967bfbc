"""What the orders room reads for its pages: the list of orders, and one order with all that came of it."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from writer.errors import NotFound
from writer.orders import daily, listing
from writer.orders.channels import channel_of
from writer.orders.listing import OrderFilters, Sorting
from writer.orders.snapshot import Channel
from writer.orders.visible import Sight, of_order, visible
from writer.schema.orders import order_events, order_lines, order_refunds, orders
from writer.schema.sales import sales as ledger
from writer.schema.stores import stores

MAX_ID = 2**31 - 1
# https://woocommerce.com/document/managing-orders/order-statuses/
STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
_NO_CHANGE = {"trash", "draft", "auto-draft", "checkout-draft"}


def count_orders(db: Connection, sight: Sight, filters: OrderFilters) -> int:
    """Return how many orders the filters leave."""
    return listing.count(db, sight, filters)


def list_orders(
    db: Connection,
    sight: Sight,
    filters: OrderFilters,
    limit: int,
    offset: int,
    sorting: Sorting = listing.NEWEST,
) -> list[Row[Any]]:
    """Return a page of orders: what the list shows, with `store_name`, `units_posted` and `held_lines`."""
    return _rows(db, listing.page(db, sight, filters, sorting, limit, offset))


def chunk_after(
    db: Connection, sight: Sight, filters: OrderFilters, last: Row[Any] | None, limit: int
) -> list[Row[Any]]:
    """Return the next orders, oldest first, after the last one of a chunk before; rows as list_orders."""
    since = None if last is None else (last.created_at, last.id)
    return _rows(db, listing.after(db, sight, filters, since, limit))


def _rows(db: Connection, ids: list[int]) -> list[Row[Any]]:
    of_order = order_lines.c.order_id == orders.c.id
    is_held = order_lines.c.problem.is_not(None) & ~order_lines.c.is_removed
    units = select(func.coalesce(func.sum(order_lines.c.sold), 0)).where(of_order).scalar_subquery()
    held = select(func.count()).where(of_order, is_held).scalar_subquery()
    more = (stores.c.name.label("store_name"), units.label("units_posted"), held.label("held_lines"))
    query = select(orders, *more).join(stores, stores.c.id == orders.c.store_id)
    rows = {row.id: row for row in db.execute(query.where(orders.c.id.in_(ids)))}
    return [rows[order_id] for order_id in ids]


def list_statuses(db: Connection, sight: Sight) -> list[str]:
    """Return every status an order has, by name."""
    return list(daily.count_by_status(db, sight))


def list_stores(db: Connection, sight: Sight) -> list[Row[Any]]:
    """Return id and name of every store that can be seen, by name."""
    found = select(stores.c.id, stores.c.name).where(sight.of(stores.c.id))
    return list(db.execute(found.order_by(stores.c.name, stores.c.id)))


def get_order(db: Connection, sight: Sight, order_id: int) -> Row[Any]:
    """Return one order with its store's name and addresses; raises NotFound, as for one not to be seen."""
    return _get(db, sight, order_id, orders.c.id == order_id)


def get_order_of(db: Connection, sight: Sight, store_id: int, external_id: str) -> Row[Any]:
    """Return one order by its id in its store, as get_order; of an id used again, the order made last."""
    same = (orders.c.store_id == store_id) & (orders.c.external_id == external_id)
    return _get(db, sight, store_id, same)


def _get(db: Connection, sight: Sight, number: int, which: ColumnElement[bool]) -> Row[Any]:
    """Return the newest of these; `number`, which is asked for, may be beyond what a column holds."""
    row = None
    if 0 < number <= MAX_ID:
        shop = (
            stores.c.name.label("store_name"),
            stores.c.base_url,
            stores.c.source,
            stores.c.consumer_key_encrypted,
        )
        query = select(orders, *shop).join(stores, stores.c.id == orders.c.store_id)
        row = db.execute(query.where(which, visible(sight)).order_by(orders.c.id.desc()).limit(1)).first()
    if row is None:
        raise NotFound("There is no such order.")
    return row


def list_changes(db: Connection, order: Row[Any]) -> list[str]:
    """Return the statuses an order can be given: WooCommerce's, then those of plugins, which are the ones its
    store has shown and the ones the owner says count as paid."""
    seen = list_statuses(db, Sight(frozenset([order.store_id])))
    mapped = get_channel(db, order.store_id).paid_statuses
    return [*STATUSES, *sorted({*seen, *mapped} - {*STATUSES} - _NO_CHANGE)]


def get_channel(db: Connection, store_id: int) -> Channel:
    """Return what counting needs to know of the store an order came from."""
    return channel_of(db.execute(select(stores).where(stores.c.id == store_id)).one())


def list_lines(db: Connection, sight: Sight, order_id: int) -> list[Row[Any]]:
    """Return the lines of an order, those gone from it last."""
    mine = select(order_lines).where(order_lines.c.order_id.in_(of_order(sight, order_id)))
    return list(db.execute(mine.order_by(order_lines.c.is_removed, order_lines.c.id)))


def list_refunds(db: Connection, sight: Sight, order_id: int) -> list[Row[Any]]:
    """Return the refunds of an order in the order they became known."""
    mine = select(order_refunds).where(order_refunds.c.order_id.in_(of_order(sight, order_id)))
    return list(db.execute(mine.order_by(order_refunds.c.id)))


def list_posted(db: Connection, sight: Sight, order_id: int) -> list[Row[Any]]:
    """Return the rows of the ledger that this order posted (id, date_added, model, variant, quantity)."""
    columns = (ledger.c.id, ledger.c.date_added, ledger.c.model, ledger.c.variant, ledger.c.quantity)
    rows = select(*columns, order_lines.c.name.label("line_name")).join(
        order_lines, order_lines.c.id == ledger.c.order_line_id
    )
    mine = rows.where(order_lines.c.order_id.in_(of_order(sight, order_id)))
    return list(db.execute(mine.order_by(ledger.c.id)))


def list_events(db: Connection, sight: Sight, order_id: int) -> list[Row[Any]]:
    """Return what happened to an order and why it counts as it does, newest first."""
    mine = select(order_events).where(order_events.c.order_id.in_(of_order(sight, order_id)))
    return list(db.execute(mine.order_by(order_events.c.id.desc())))
