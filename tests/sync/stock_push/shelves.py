"""What the stores of the random histories sell: simple products, a variation, two listings of one SKU, a
product that counts for its variations."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update

from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub
from writer.db import insert_row
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.orders.record import say_product
from writer.stock import movements

SKUS = ("FIRE24", "ICE28")


@dataclass(frozen=True)
class Listed:
    """One listing: in which store, which of its products, what it is here, and what is kept back.

    `sold_as` are the products that customers buy of it: the product itself, or variations that it counts for.
    """

    id: int
    fake: FakeStore
    counted_by: int
    item: str
    buffer: int
    allows_backorders: bool
    sold_as: tuple[int, ...]

    def should_show(self, available: int) -> int:
        """Return what a customer should see; written again here, apart from the code it judges."""
        if self.allows_backorders:
            return available
        return max(0, available - self.buffer)


def stocked(hub: Hub, on_hand: int, chance: random.Random, clocks_apart_s: int) -> list[Listed]:
    """Put both items into all three stores, each in a way of its own, all showing what is on hand.

    A sells FIRE24 twice; B sells ICE28 as a variation that takes backorders; C keeps some units back, and
    may count ICE28 for two variations, one of them without a SKU. The clock of B is slow, that of C fast.
    """
    buffers = [0, 0, chance.randint(0, 3)]
    with hub.database.transaction() as db:
        for number, units in enumerate(buffers, 1):
            changes = {"restocks_refunds": False, "buffer": units}
            db.execute(update(stores).where(stores.c.id == number).values(**changes))
        for sku in SKUS:
            movements.add_product(db, "test", sku, on_hand)
        before = hub.time - timedelta(hours=1)
        db.execute(update(products).values(counted_from=before))
        db.execute(update(stores).values(stock_from=before, order_cursor=None))
    a, b, c = hub.fakes
    b.shift_clock(-clocks_apart_s)
    c.shift_clock(clocks_apart_s)
    parent = b.add_variable_product("ICE", {"ICE28": on_hand})
    b.product("ICE28").backorders = "yes"
    found = []
    for number, fake, sku, item in (
        (1, a, "FIRE24", "FIRE24"),
        (1, a, "GIFT", "FIRE24"),
        (1, a, "ICE28", "ICE28"),
        (2, b, "FIRE24", "FIRE24"),
        (2, b, "ICE28", "ICE28"),
        (3, c, "FIRE24", "FIRE24"),
        (3, c, "ICE28", "ICE28"),
    ):
        is_variation = fake is b and sku == "ICE28"
        if fake is c and sku == "ICE28" and chance.random() < 0.6:
            product_id, variation_id = _add_parent(hub, c, on_hand), 0
            sold_as = tuple(c.product(product_id).variation_ids)
        else:
            product_id = parent.id if is_variation else fake.add_product(sku, on_hand).id
            variation_id = fake.product(sku).id if is_variation else 0
            sold_as = (variation_id or product_id,)
        id_ = _list(hub, number, (product_id, variation_id), sku, item, on_hand, is_variation)
        counted_by, buffer = variation_id or product_id, buffers[number - 1]
        found.append(Listed(id_, fake, counted_by, item, buffer, is_variation, sold_as))
    hub.tick()
    return found


def _add_parent(hub: Hub, fake: FakeStore, on_hand: int) -> int:
    """Let C count ICE28 at a parent, whose variation with a SKU is a listing too; return the parent's id."""
    parent = fake.add_variable_product("ICE28", {"ICE28-S": 0, "": 0}, manage_stock="parent", stock=on_hand)
    with hub.database.transaction() as db:
        values = {"store_id": 3, "product_id": parent.id, "variation_id": parent.variation_ids[0]}
        db.execute(insert(listings).values(**values, sku="ICE28-S", manage_stock="parent"))
    return parent.id


def _list(
    hub: Hub, store: int, key: tuple[int, int], sku: str, item: str, shown: int, allows_backorders: bool
) -> int:
    with hub.database.transaction() as db:
        product = db.execute(select(products.c.id, products.c.version).where(products.c.sku == item)).one()
        values = {
            "store_id": store,
            "product_id": key[0],
            "variation_id": key[1],
            "sku": sku,
            "stock_product_id": product.id,
            "allows_backorders": allows_backorders,
            "shown_quantity": shown,
            "confirmed_quantity": shown,
            "handled_version": product.version,
        }
        say_product(db, store, *key, item)
        return insert_row(db, listings, **values)
