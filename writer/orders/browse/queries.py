"""Reads of lists of orders, and of one order with everything it posted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from writer.db.schema.ledger import sales as ledger
from writer.db.schema.orders import order_events, order_lines, order_refunds, orders
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.orders.browse import keyset, listing
from writer.orders.browse.filters import NEWEST, OrderFilters, Sorting
from writer.orders.browse.keyset import Place, Slice
from writer.orders.browse.narrow import Part
from writer.orders.record import visible

_ITEMS_SHOWN = 3
# A list has no use for what the store sent, which is more than all the rest.
LISTED: list[ColumnElement[Any]] = [column for column in orders.c if column is not orders.c.raw]


def count_orders(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> int:
    """Count the filtered orders."""
    return listing.count(db, store_scope, filters)


def list_orders(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    limit: int,
    offset: int,
    sorting: Sorting = NEWEST,
) -> list[Row[Any]]:
    """Return a page of orders with `store_name`, `units_posted` and `held_lines`."""
    return _rows(db, listing.page(db, store_scope, filters, sorting, limit, offset))


def page_at(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    sorting: Sorting,
    place: Place,
    limit: int,
    parts: list[Part] | None = None,
) -> tuple[list[Row[Any]], Slice]:
    """Return the orders of the page at a place of the list, rows as list_orders, and what is around them."""
    found = keyset.page(db, store_scope, filters, sorting, place, limit, parts)
    if place.is_before and not found.has_before and len(found.ids) < limit:
        # The beginning is nearer than a page: show a whole one.
        found = keyset.page(db, store_scope, filters, sorting, keyset.START, limit, parts)
    return _rows(db, found.ids), found


def list_latest(db: Connection, store_scope: StoreScope, limit: int) -> list[Row[Any]]:
    """Return the newest orders; rows as list_orders."""
    return list_orders(db, store_scope, OrderFilters(), limit, 0)


def chunk_after(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, last: Row[Any] | None, limit: int
) -> list[Row[Any]]:
    """Return the next orders, oldest first, after the last one of the previous chunk; rows as list_orders."""
    since = None if last is None else (last.created_at, last.id)
    return _rows(db, keyset.after(db, store_scope, filters, since, limit))


def _rows(db: Connection, ids: list[int]) -> list[Row[Any]]:
    of_order = order_lines.c.order_id == orders.c.id
    is_held = order_lines.c.problem.is_not(None) & ~order_lines.c.is_removed
    units = select(func.coalesce(func.sum(order_lines.c.sold), 0)).where(of_order).scalar_subquery()
    held = select(func.count()).where(of_order, is_held).scalar_subquery()
    more = (stores.c.name.label("store_name"), units.label("units_posted"), held.label("held_lines"))
    query = select(*LISTED).add_columns(*more).join(stores, stores.c.id == orders.c.store_id)
    rows: dict[int, Row[Any]] = {row.id: row for row in db.execute(query.where(orders.c.id.in_(ids)))}
    return [rows[order_id] for order_id in ids]


def list_items(
    db: Connection, store_scope: StoreScope, order_ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """Return the first lines (name, sku, quantity) of each order, and in `lines` how many it has."""
    mine = select(orders.c.id).where(orders.c.id.in_(order_ids), visible(store_scope))
    of_order = order_lines.c.order_id
    place = func.row_number().over(partition_by=of_order, order_by=order_lines.c.id).label("place")
    lines = func.count().over(partition_by=of_order).label("lines")
    columns = (order_lines.c.order_id, order_lines.c.name, order_lines.c.sku, order_lines.c.quantity)
    listed = order_lines.c.order_id.in_(mine) & ~order_lines.c.is_removed
    numbered = select(*columns, place, lines).where(listed).subquery()
    items: dict[int, list[Row[Any]]] = {}
    first = select(numbered).where(numbered.c.place <= _ITEMS_SHOWN).order_by(numbered.c.place)
    for row in db.execute(first):
        items.setdefault(row.order_id, []).append(row)
    return items


def list_stores(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return id and name of every visible store, by name."""
    found = select(stores.c.id, stores.c.name).where(store_scope.of(stores.c.id))
    return list(db.execute(found.order_by(stores.c.name, stores.c.id)))


def find_customer(db: Connection, store_scope: StoreScope, order_id: int | None) -> str | None:
    """Return the name, or else the e-mail address, of an order's customer; None: not known, or erased."""
    if order_id is None:
        return None
    names = func.coalesce(orders.c.customer_name, orders.c.customer_email)
    found = select(names).where(orders.c.id == order_id, visible(store_scope))
    return db.execute(found).scalar_one_or_none()


def list_lines(db: Connection, store_scope: StoreScope, order_id: int) -> list[Row[Any]]:
    """Return the lines of an order, removed lines last."""
    mine = select(order_lines).where(order_lines.c.order_id.in_(_of_order(store_scope, order_id)))
    return list(db.execute(mine.order_by(order_lines.c.is_removed, order_lines.c.id)))


def count_lines(db: Connection, store_scope: StoreScope, order_id: int) -> int:
    """Count the lines of an order, with the removed ones."""
    mine = select(func.count()).where(order_lines.c.order_id.in_(_of_order(store_scope, order_id)))
    return int(db.execute(mine).scalar_one())


def page_of_lines(
    db: Connection, store_scope: StoreScope, order_id: int, limit: int, offset: int
) -> list[Row[Any]]:
    """Return a page of the lines of an order, those that wait for review first and removed lines last."""
    mine = select(order_lines).where(order_lines.c.order_id.in_(_of_order(store_scope, order_id)))
    sorting = (order_lines.c.is_removed, order_lines.c.problem.is_(None), order_lines.c.id)
    return list(db.execute(mine.order_by(*sorting).limit(limit).offset(offset)))


def list_refunds(db: Connection, store_scope: StoreScope, order_id: int) -> list[Row[Any]]:
    """Return the refunds of an order in the order they became known."""
    mine = select(order_refunds).where(order_refunds.c.order_id.in_(_of_order(store_scope, order_id)))
    return list(db.execute(mine.order_by(order_refunds.c.id)))


def list_posted(db: Connection, store_scope: StoreScope, order_id: int, limit: int) -> list[Row[Any]]:
    """Return the last rows of the ledger that this order posted (date_added, model, variant, quantity)."""
    columns = (ledger.c.date_added, ledger.c.model, ledger.c.variant, ledger.c.quantity)
    newest = _posted(store_scope, order_id, *columns).order_by(ledger.c.id.desc()).limit(limit)
    return list(db.execute(newest))[::-1]


def sum_posted(db: Connection, store_scope: StoreScope, order_id: int) -> tuple[int, int]:
    """Return how many rows this order posted to the ledger, and their units."""
    sums = (func.count(), func.coalesce(func.sum(ledger.c.quantity), 0))
    rows, units = db.execute(_posted(store_scope, order_id, *sums)).one()
    return int(rows), int(units)


def _posted(store_scope: StoreScope, order_id: int, *columns: ColumnElement[Any]) -> Select[Any]:
    of_line = ledger.join(order_lines, order_lines.c.id == ledger.c.order_line_id)
    is_mine = order_lines.c.order_id.in_(_of_order(store_scope, order_id))
    return select(*columns).select_from(of_line).where(is_mine)


def list_events(db: Connection, store_scope: StoreScope, order_id: int) -> list[Row[Any]]:
    """Return the events of an order, newest first."""
    mine = select(order_events).where(order_events.c.order_id.in_(_of_order(store_scope, order_id)))
    return list(db.execute(mine.order_by(order_events.c.id.desc())))


def _of_order(store_scope: StoreScope, order_id: int) -> Select[Any]:
    """Select the id of one order, or nothing if the order may not be seen."""
    return select(orders.c.id).where(orders.c.id == order_id, visible(store_scope))
