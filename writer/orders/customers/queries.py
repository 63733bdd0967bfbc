"""Reads customers: everybody who left an e-mail address, as the orders say; there is no table of them.

A customer is named by the id of one of the orders, so that no address stands in an address or a log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, or_, select, true

from writer.db.schema.orders import orders
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.browse import search
from writer.orders.browse.queries import LISTED
from writer.orders.record import Address, get_order, load_address, visible

_MISSING = "There is no such customer."
_ADDRESSES_OF = 500  # newest orders whose addresses are read


@dataclass
class Customer:
    """One e-mail address and what its orders come to; `money` is revenue in minor units by currency."""

    order_id: int  # the last order
    email: str
    name: str | None
    last_at: datetime
    first_at: datetime
    orders: int = 0
    units: int = 0
    money: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class UsedAddress:
    """An address that parcels went to, and when one did last."""

    address: Address
    orders: int
    last_at: datetime


def list_customers(
    db: Connection,
    store_scope: StoreScope,
    text: str,
    key: tuple[datetime, int] | None,
    limit: int,
    is_before: bool = False,
) -> list[Customer]:
    """Return customers by their last order, newest first, after the one whose last order has this key.

    With `is_before` those before it, the nearest last as in the list. `text` is how a name or the e-mail
    address begins, in any case.
    """
    order = (
        [orders.c.created_at, orders.c.id] if is_before else [orders.c.created_at.desc(), orders.c.id.desc()]
    )
    query = select(orders.c.id, orders.c.created_at, orders.c.customer_email, orders.c.customer_name)
    query = query.where(_is_last(store_scope), _beyond(key, is_before)).order_by(*order).limit(limit)
    if text:
        found = select(orders.c.customer_email).where(
            orders.c.id.in_(search.of_customer(db, store_scope, text))
        )
        query = query.where(orders.c.customer_email.in_(found))
    else:
        # Nobody's orders are left out by an expression, so that the list is read in its own order.
        query = query.where(orders.c.customer_email.concat("") != "")
    rows: list[Row[Any]] = list(db.execute(query))
    return _with_sums(db, store_scope, rows[::-1] if is_before else rows)


def get_customer(db: Connection, store_scope: StoreScope, order_id: int) -> Customer:
    """Return the customer of an order. Raises NotFound, also for one who left no address or was erased."""
    email = get_order(db, store_scope, order_id).customer_email
    if email is None:
        raise NotFound("No e-mail address of this customer is kept.")
    return _of_email(db, store_scope, email)


def list_orders_of(db: Connection, store_scope: StoreScope, email: str, limit: int) -> list[Row[Any]]:
    """Return the newest orders of an e-mail address, newest first."""
    mine = select(*LISTED).where(orders.c.customer_email == email, visible(store_scope))
    return list(db.execute(mine.order_by(orders.c.created_at.desc(), orders.c.id.desc()).limit(limit)))


def list_addresses(db: Connection, store_scope: StoreScope, email: str) -> list[UsedAddress]:
    """Return the addresses that parcels of this customer went to, the last used first."""
    mine = (orders.c.customer_email == email) & orders.c.ship_to.is_not(None) & visible(store_scope)
    newest = select(orders.c.ship_to, orders.c.created_at).where(mine)
    rows = db.execute(newest.order_by(orders.c.created_at.desc()).limit(_ADDRESSES_OF)).all()
    by_address: dict[Address, list[datetime]] = {}
    for row in rows:
        address = load_address(row.ship_to)
        if address is not None:
            by_address.setdefault(address, []).append(row.created_at)
    return [UsedAddress(address, len(times), times[0]) for address, times in by_address.items()]


def _of_email(db: Connection, store_scope: StoreScope, email: str) -> Customer:
    rows = list_orders_of(db, store_scope, email, 1)
    if not rows:
        raise NotFound(_MISSING)
    return _with_sums(db, store_scope, rows)[0]


def _is_last(store_scope: StoreScope) -> ColumnElement[bool]:
    """Return the condition that no visible order of the same address is newer."""
    later = orders.alias("later")
    same_time = (later.c.created_at == orders.c.created_at) & (later.c.id > orders.c.id)
    newer = (later.c.created_at >= orders.c.created_at) & or_(
        later.c.created_at > orders.c.created_at, same_time
    )
    is_seen = later.c.is_cached & store_scope.of(later.c.store_id)
    has_later = exists().where(later.c.customer_email == orders.c.customer_email, newer, is_seen)
    return visible(store_scope) & ~has_later


def _beyond(key: tuple[datetime, int] | None, is_before: bool) -> ColumnElement[bool]:
    if key is None:
        return true()
    (made, order_id), at = key, orders.c.created_at
    if is_before:
        return (at >= made) & or_(at > made, orders.c.id > order_id)
    return (at <= made) & or_(at < made, orders.c.id < order_id)


def _with_sums(db: Connection, store_scope: StoreScope, rows: Sequence[Row[Any]]) -> list[Customer]:
    """Return the customers of these last orders with what all their orders come to."""
    found = {
        row.customer_email: Customer(
            row.id, row.customer_email, row.customer_name, row.created_at, row.created_at
        )
        for row in rows
    }
    sums = [
        func.count().label("orders"),
        func.sum(orders.c.units).label("units"),
        func.sum(orders.c.net_minor).label("net_minor"),
        func.min(orders.c.created_at).label("first_at"),
    ]
    query = select(orders.c.customer_email, orders.c.currency, *sums)
    query = query.where(orders.c.customer_email.in_(list(found)), visible(store_scope))
    by = (orders.c.customer_email, orders.c.currency)
    for row in db.execute(query.group_by(*by).order_by(orders.c.currency)):
        customer = found[row.customer_email]
        customer.orders += row.orders
        customer.units += int(row.units)
        customer.first_at = min(customer.first_at, row.first_at)
        if row.net_minor:
            customer.money[row.currency] = int(row.net_minor)
    return list(found.values())
