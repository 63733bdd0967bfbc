"""The opening stock: where the counts start from when stores are first pushed to, chosen by the owner.

Nothing is written to a store before. Either our counts are right, or those of one store are: then each of
its numbers is read afresh and taken over at once, so that an order between reading and counting is a matter
of a second.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from writer import stock
from writer.db import Database
from writer.db.schema.listings import is_left_alone, listings
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.people import Notice, audit, notices
from writer.stores import registry, woocommerce
from writer.stores.listings.conditions import is_gone
from writer.stores.opening_stock import queries
from writer.stores.registry import Vault, contact
from writer.stores.woocommerce import Client, Json, NotThere

CHUNK = 100


@dataclass
class TakenOver:
    """The number of SKUs that were taken over from a store, of new ones among them, and of those left out."""

    counted: int = 0
    added: int = 0
    left_out: int = 0
    lowest: dict[int, int] = field(default_factory=dict, repr=False)  # product id -> lowest number so far


def start(db: Connection, actor: str, store_ids: list[int], since: datetime | None = None) -> None:
    """Push our counts to these stores from now on; their orders from before `since` move no stock.

    Without `since` a store that was stopped continues where it was. Raises NotFound, and Conflict if a store
    has no keys, if nothing was read from it yet, or if nothing is counted here.
    """
    if not queries.counts_anything(db):
        raise Conflict("Nothing is counted here yet: start from a store's counts, or add products first.")
    for store_id in store_ids:
        store = registry.get(db, store_id)
        check_ready(db, store)
        moment = since or store.stock_from or clock.now()
        registry.start_pushing(db, store_id, moment)
        values = {"push_state": "on", "pause_reason": None, "stock_from": moment}
        audit.note(db, actor, "push.start", f"store {store_id}", {"push_state": store.push_state}, values)


def stop(db: Connection, actor: str, store_id: int) -> None:
    """Push nothing to this store until it is started again. Raises NotFound."""
    before = registry.get(db, store_id)
    registry.stop_pushing(db, store_id)
    values = {"push_state": "off", "pause_reason": None, "mass_change": None}
    notices.close(db, Notice.MASS_CHANGE, actor, store_id=store_id)
    audit.note(db, actor, "push.stop", f"store {store_id}", {"push_state": before.push_state}, values)


def check_ready(db: Connection, store: Row[Any]) -> None:
    """Raise Conflict if a store cannot be started: it has no keys, or nothing was read from it yet."""
    if store.consumer_key_encrypted is None:
        raise Conflict(f"{store.name} has no REST keys yet.")
    if db.execute(select(listings.c.id).where(listings.c.store_id == store.id).limit(1)).first() is None:
        raise Conflict(f"Refresh the mappings of {store.name} first.")


def take_over(
    database: Database,
    vault: Vault,
    actor: str,
    store_id: int,
    on_progress: Callable[[TakenOver], None] = lambda _so_far: None,
) -> TakenOver:
    """Take over the store's present number for every SKU; products are added for new SKUs.

    Each hundred is committed by itself. If a SKU is listed several times, the lowest number counts. Listings
    without stock management are left out. Raises NotNow, StoreError as `contact`.
    """
    done = TakenOver()
    with contact(database, vault, store_id, "take over counts") as client:
        for chunk in _chunks(database, store_id):
            items = _read(client, chunk)
            with database.transaction() as db:
                _count(
                    db, actor, [(row, items.get((row.product_id, row.variation_id))) for row in chunk], done
                )
            on_progress(done)
    return done


def _count(db: Connection, actor: str, chunk: list[tuple[Row[Any], Json | None]], done: TakenOver) -> None:
    counted: dict[int, int] = {}
    for row, item in chunk:
        units = _units(row, item)
        stock_product_id = None if units is None else _product(db, actor, row, units, done)
        if units is None or stock_product_id is None:
            done.left_out += 1
        elif units < done.lowest.get(stock_product_id, units + 1):
            counted[stock_product_id] = done.lowest[stock_product_id] = units
    done.counted = len(done.lowest)
    if counted:
        stock.count(db, actor, counted.items(), clock.now(), "taken over from a store")


def _units(row: Row[Any], item: Json | None) -> int | None:
    """Return the units that a listing shows, None if it shows no usable number."""
    shown = woocommerce.read_shown(item) if item is not None else None
    is_counted = shown is not None and shown.manage_stock == "yes" and row.sku and not row.is_left_alone
    if shown is None or shown.quantity is None or not is_counted:
        return None
    if shown.quantity > stock.MAX_UNITS:
        return None  # a number that nobody counted
    return max(0, shown.quantity)  # an oversold store has none, whatever number it shows


def _product(db: Connection, actor: str, row: Row[Any], units: int, done: TakenOver) -> int | None:
    """Return the product of a listing, added with `units` if it is new; None if it cannot be added."""
    if row.stock_product_id is not None:
        return int(row.stock_product_id)
    product = stock.find(db, row.sku)  # an earlier listing of this SKU may have added it
    if product is None:
        try:
            product = stock.add_product(db, actor, row.sku, units, name=row.name)
        except Invalid:
            return None  # the store accepts SKUs that we do not
        done.added += 1
        done.lowest[product.id] = units
    return int(product.id)


def _chunks(database: Database, store_id: int) -> Iterator[list[Row[Any]]]:
    """Walk over a store's listings: simple products by the hundred, variations parent by parent."""
    for which in (listings.c.variation_id == 0, listings.c.variation_id != 0):
        after = (0, -1)
        while True:
            key = (listings.c.product_id > after[0]) | (
                (listings.c.product_id == after[0]) & (listings.c.variation_id > after[1])
            )
            query = select(listings, is_left_alone.label("is_left_alone"))
            query = query.where(listings.c.store_id == store_id, ~is_gone, which, key)
            with database.reading() as db:
                ordered = query.order_by(listings.c.product_id, listings.c.variation_id)
                rows = db.execute(ordered.limit(CHUNK)).all()
            if not rows:
                break
            after = (rows[-1].product_id, rows[-1].variation_id)
            of_parent = groupby(rows, key=lambda row: row.product_id if row.variation_id else 0)
            yield from (list(group) for _, group in of_parent)


def _read(client: Client, chunk: list[Row[Any]]) -> dict[tuple[int, int], Json]:
    parent = chunk[0].product_id if chunk[0].variation_id else 0
    try:
        if parent:
            found = client.variations(parent, [row.variation_id for row in chunk])
            return {(parent, int(item["id"])): item for item in found}
        return {(int(item["id"]), 0): item for item in client.products([row.product_id for row in chunk])}
    except NotThere:
        return {}  # the parent was deleted meanwhile
