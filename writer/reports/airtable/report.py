"""Reads what is to be sent to Airtable: changed lines of the stock list, and movements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, func, or_, select

from writer.db.schema.airtable import airtable_lines
from writer.db.schema.movements import movements
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.reports.airtable.client import Fields
from writer.web.api_types import iso

SHORT, LONG = timedelta(days=7), timedelta(days=30)
SUMMARY_LENGTH = 50
# Ids are assigned before the commit, so a lower id can appear after a higher one; later both are there.
SETTLED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """A product whose record in Airtable is out of date, and the values that show it."""

    stock_product_id: int
    version: int
    sold_7: int
    sold_30: int


def lines_due(db: Connection, now: datetime) -> list[Due]:
    """Return every product that changed, or whose averages did, since Airtable last accepted it."""
    sold = _sold(now)
    sold_7, sold_30 = func.coalesce(sold.c.sold_7, 0), func.coalesce(sold.c.sold_30, 0)
    told = airtable_lines
    query = (
        select(products.c.id, products.c.version, sold_7, sold_30)
        .outerjoin(sold, sold.c.stock_product_id == products.c.id)
        .outerjoin(told, told.c.stock_product_id == products.c.id)
        .where(
            or_(
                told.c.stock_product_id.is_(None),
                told.c.version != products.c.version,
                told.c.sold_7 != sold_7,
                told.c.sold_30 != sold_30,
            )
        )
        .order_by(products.c.id)
    )
    return [Due(int(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in db.execute(query)]


def lines(db: Connection, due: Iterable[Due], now: datetime) -> list[Fields]:
    """Return the present fields of these products' records."""
    by_id = {found.stock_product_id: found for found in due}
    query = select(products).where(products.c.id.in_(by_id)).order_by(products.c.id)
    return [_line(db, product, by_id[product.id], now) for product in db.execute(query).all()]


def events_after(db: Connection, movement_id: int, limit: int) -> list[tuple[int, Fields]]:
    """Return the next movements that are old enough, oldest first, with their ids."""
    unsettled = select(func.min(movements.c.id)).where(movements.c.recorded_at > clock.now() - SETTLED_AFTER)
    query = _movements().where(movements.c.id > movement_id).order_by(movements.c.id).limit(limit)
    end = db.execute(unsettled).scalar_one()
    if end is not None:
        query = query.where(movements.c.id < end)
    return [(row.id, _event(row)) for row in db.execute(query)]


def count_events_after(db: Connection, movement_id: int) -> int:
    """Count the movements after this one."""
    query = select(func.count()).select_from(movements).where(movements.c.id > movement_id)
    return int(db.execute(query).scalar_one())


def count_products(db: Connection) -> int:
    """Count the records of the stock table once everything is sent."""
    return int(db.execute(select(func.count()).select_from(products)).scalar_one())


def _sold(now: datetime) -> Any:
    """Select the units sold in the last 7 and 30 days by product, less cancelled ones."""
    recent = (
        movements.c.kind.in_(("sale", "cancellation"))
        # What happened since then was also recorded since then, and there is an index for that.
        & (movements.c.recorded_at >= now - LONG)
        & (movements.c.at >= now - LONG)
    )
    short = case((movements.c.at >= now - SHORT, -movements.c.quantity), else_=0)
    return (
        select(
            movements.c.stock_product_id,
            func.sum(short).label("sold_7"),
            func.sum(-movements.c.quantity).label("sold_30"),
        )
        .where(recent)
        .group_by(movements.c.stock_product_id)
        .subquery()
    )


def _line(db: Connection, product: Row[Any], due: Due, now: datetime) -> Fields:
    newest = _movements().where(movements.c.stock_product_id == product.id)
    rows = db.execute(newest.order_by(movements.c.id.desc()).limit(SUMMARY_LENGTH)).all()
    return {
        "SKU": product.sku,
        "On Hand": product.on_hand,
        "7d Avg Daily Sales": _a_day(due.sold_7, SHORT),
        "30d Avg Daily Sales": _a_day(due.sold_30, LONG),
        "Last 50 Txn Summary": "\n".join(_in_words(row) for row in rows),
        "Updated At": iso(now) or "",
    }


def _a_day(units: int, span: timedelta) -> float:
    return round(max(0, units) / span.days, 2)


def _movements() -> Any:
    return (
        select(
            movements,
            products.c.sku,
            orders.c.external_id.label("order_number"),
            stores.c.name.label("store_name"),
        )
        .join(products, products.c.id == movements.c.stock_product_id)
        .outerjoin(order_lines, order_lines.c.id == movements.c.order_line_id)
        .outerjoin(orders, orders.c.id == order_lines.c.order_id)
        .outerjoin(stores, stores.c.id == func.coalesce(movements.c.store_id, orders.c.store_id))
    )


def _event(row: Row[Any]) -> Fields:
    return {
        "Site": row.store_name or "",
        "Order ID": row.order_number or "",
        "SKU": row.sku,
        "Delta": row.quantity,
        "Event Type": row.kind,
        "On Hand After": row.on_hand_after,
        "Timestamp": iso(row.at) or "",
    }


def _in_words(row: Row[Any]) -> str:
    """Describe a movement in a line: "2026-11-20 10:05 sale -2, then 8 (order 1234, Shop A)"."""
    causes = [f"order {row.order_number}" if row.order_number else "", row.store_name or row.actor]
    cause = ", ".join(part for part in causes if part)
    return f"{row.at:%Y-%m-%d %H:%M} {row.kind} {row.quantity:+d}, then {row.on_hand_after} ({cause})"
