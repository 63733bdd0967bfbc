"""A connected store and products to sell in it."""

from typing import Any

from sqlalchemy import Row, select

from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.stock import movements
from writer.stores import connect
from writer.stores.registry import Keyring
from writer.stores.woocommerce import Site


def connect_store(db: Database, ring: Keyring, store: FakeStore, name: str = "") -> int:
    """Connect a running fake store, as the wizard does; return its id."""
    site = Site(store.url, store.key, store.secret, ca_bundle=store.ca_bundle)
    found = connect.look(site)
    with db.transaction() as connection:
        return int(connect.save(connection, ring, "ada", site, found, name).id)


def add_product(db: Database, sku: str, on_hand: int = 0) -> int:
    """Begin to count a SKU; return the product's id."""
    with db.transaction() as connection:
        return int(movements.add_product(connection, "ada", sku, on_hand).id)


def store_row(db: Database, store_id: int) -> Any:
    """The store as it stands."""
    with db.reading() as connection:
        return connection.execute(select(stores).where(stores.c.id == store_id)).one()


def recorded(db: Database) -> Any:
    """The one order that is recorded."""
    with db.reading() as connection:
        return connection.execute(select(orders)).one()


def listed(db: Database, store_id: int) -> dict[str, Row[Any]]:
    """The store's listings by the SKU it writes on them; the last of several."""
    with db.reading() as connection:
        query = select(listings).where(listings.c.store_id == store_id).order_by(listings.c.id)
        return {row.sku: row for row in connection.execute(query)}
