"""What the tests of the area of sync share: a connected store with one recorded order."""

from collections.abc import Iterator

import pytest

from tests.connected import connect_store
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.stores.registry import Keyring, contact
from writer.sync.order_import import Reader


@pytest.fixture
def store(db: Database, ring: Keyring) -> Iterator[FakeStore]:
    """A connected store whose one order, FIRE24 x 2, is recorded here as order 1."""
    with FakeStore("Kiln") as found:
        found.add_product("FIRE24", 12)
        store_id = connect_store(db, ring, found, "Kiln")
        found.place_order([("FIRE24", 2)])
        with contact(db, ring.vault, store_id, "read orders") as client:
            Reader(db, client, store_id).poll()
        found.calls.clear()
        yield found
