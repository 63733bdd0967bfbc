"""The filters that an index of their own answers: a view's condition, a text, a SKU, a country, a customer.

Few orders meet most of them: those are found first and sorted. What many meet (the SKU that sells best, the
country of the shop) is looked at along the order of the list instead, where the next one is never far.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select, true

from writer import stock
from writer.db.schema.orders import order_lines, orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse import search
from writer.orders.browse.filters import OrderFilters, made_between, of_store_and_status
from writer.orders.browse.views import View
from writer.orders.record import visible

FEW = 2_000  # orders that are found and sorted for each page


@dataclass(frozen=True)
class Part:
    """One filter: its condition, and whether only few orders meet it.

    `in_passing` says the same so that no index answers it, for a list that is read along another one.
    """

    condition: ColumnElement[bool]
    is_few: bool = True
    in_passing: ColumnElement[bool] | None = None  # None: as `condition`


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
        found.append(_of_view(db, filters.view))
    if filters.country:
        found.append(_of_country(db, filters.country))
    return found


def condition(store_scope: StoreScope, filters: OrderFilters, found: list[Part]) -> ColumnElement[bool]:
    """Return the condition for everything that the filters leave, to be found at once and sorted."""
    which = visible(store_scope) & of_store_and_status(orders.c, filters)
    return which & made_between(filters.first_at, filters.until) & all_of(found)


def all_of(found: list[Part]) -> ColumnElement[bool]:
    """Return the condition that all these filters are met, as their indexes answer it."""
    return and_(true(), *(part.condition for part in found))


def all_in_passing(found: list[Part]) -> ColumnElement[bool]:
    """Return the same for a list that is read along an index of another order."""
    said = (part.condition if part.in_passing is None else part.in_passing for part in found)
    return and_(true(), *said)


def _address_of(store_scope: StoreScope, order_id: int) -> ColumnElement[str]:
    its = select(orders.c.customer_email).where(orders.c.id == order_id, visible(store_scope))
    return its.scalar_subquery()


def _of_sku(db: Connection, sku: str) -> Part:
    key, is_listed = stock.key(sku), ~order_lines.c.is_removed
    of_sku = select(order_lines.c.order_id).where(order_lines.c.sku_key == key, is_listed)
    if _are_few(db, of_sku):
        return Part(orders.c.id.in_(of_sku))
    # By the lines of each order, not by all lines of the SKU: an expression is answered by no index.
    has_it = (order_lines.c.sku_key.concat("") == key) & is_listed
    return Part(exists().where(order_lines.c.order_id == orders.c.id, has_it), is_few=False)


def _of_view(db: Connection, view: View) -> Part:
    assert view.condition is not None
    of_view = view.condition()
    is_few = _are_few(db, select(orders.c.id).where(of_view, orders.c.is_cached))
    return Part(of_view, is_few, view.in_passing() if view.in_passing is not None else None)


def _of_country(db: Connection, country: str) -> Part:
    goes_there = orders.c.ship_country == country
    is_few = _are_few(db, select(orders.c.id).where(goes_there))
    return Part(goes_there, is_few, in_passing=orders.c.ship_country.concat("") == country)


def _are_few(db: Connection, which: Select[tuple[int]]) -> bool:
    some = which.limit(FEW + 1).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one() <= FEW
