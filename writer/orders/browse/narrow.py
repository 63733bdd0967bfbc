"""The filters that an index of their own answers: a view's condition, a text, a SKU, a country, a customer.

Few orders meet most of them: those are found first and sorted. What many meet (the SKU that sells best, the
country of the shop) is looked at along the order of the list instead, where the next one is never far.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, true

from writer import stock
from writer.db.schema.orders import order_lines, orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse import search
from writer.orders.browse.filters import OrderFilters, made_between, of_store_and_status
from writer.orders.record import visible

FEW = 5_000  # orders that are found and sorted for each page


@dataclass(frozen=True)
class Part:
    """One filter: its condition, and whether only few orders meet it."""

    condition: ColumnElement[bool]
    is_few: bool = True


def parts(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> list[Part]:
    """Return the filters that store, status and days do not say."""
    found: list[Part] = []
    if filters.ids:
        found.append(Part(orders.c.id.in_(filters.ids)))
    if filters.text:
        found.append(Part(orders.c.id.in_(search.matching(db, store_scope, filters.text))))
    if filters.customer_of is not None:
        found.append(Part(orders.c.customer_email == _address_of(store_scope, filters.customer_of)))
    if filters.sku:
        found.append(_of_sku(db, filters.sku))
    if filters.view.condition is not None:
        of_view = filters.view.condition()
        found.append(Part(of_view, _are_few(db, select(orders.c.id).where(of_view))))
    if filters.country:
        found.append(_of_country(db, filters.country))
    return found


def condition(store_scope: StoreScope, filters: OrderFilters, found: list[Part]) -> ColumnElement[bool]:
    """Return the condition for everything that the filters leave, to be found at once and sorted."""
    which = visible(store_scope) & of_store_and_status(orders.c, filters)
    return which & made_between(filters.first_at, filters.until) & all_of(found)


def all_of(found: list[Part]) -> ColumnElement[bool]:
    """Return the condition that all these filters are met."""
    which: ColumnElement[bool] = true()
    for part in found:
        which &= part.condition
    return which


def _address_of(store_scope: StoreScope, order_id: int) -> ColumnElement[str]:
    its = select(orders.c.customer_email).where(orders.c.id == order_id, visible(store_scope))
    return its.scalar_subquery()


def _of_sku(db: Connection, sku: str) -> Part:
    has_it = (order_lines.c.sku_key == stock.key(sku)) & ~order_lines.c.is_removed
    of_sku = select(order_lines.c.order_id).where(has_it)
    if _are_few(db, of_sku):
        return Part(orders.c.id.in_(of_sku))
    is_there = exists().where(order_lines.c.order_id == orders.c.id, has_it)
    return Part(is_there, is_few=False)


def _of_country(db: Connection, country: str) -> Part:
    goes_there = orders.c.ship_country == country
    if _are_few(db, select(orders.c.id).where(goes_there)):
        return Part(goes_there)
    # As an expression no index answers it, so the list is read in its own order.
    return Part(orders.c.ship_country.concat("") == country, is_few=False)


def _are_few(db: Connection, which: Select[tuple[int]]) -> bool:
    some = which.limit(FEW + 1).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one() <= FEW
