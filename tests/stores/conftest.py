"""What the tests of the area of stores share: a store, and that store connected."""

from collections.abc import Iterator

import pytest

from tests.connected import connect_store
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.stores.registry import Keyring


@pytest.fixture
def store() -> Iterator[FakeStore]:
    """A running store that sells nothing yet."""
    with FakeStore("Shop A") as store:
        yield store


@pytest.fixture
def store_id(db: Database, ring: Keyring, store: FakeStore) -> int:
    """The number of that store, connected."""
    return connect_store(db, ring, store)
