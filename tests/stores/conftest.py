"""What the tests of the area of stores share: a store, and that store connected."""

from collections.abc import Iterator

import pytest

from tests.connected import connect_store
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.stores.registry import Keyring
from writer.stores.webhook_setup import client


@pytest.fixture(autouse=True)
def _hub_example_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries to https://hub.example would arrive; other addresses are asked."""
    ask = client.problem_of
    monkeypatch.setattr(client, "problem_of", lambda url: None if "hub.example" in url else ask(url))


@pytest.fixture
def store() -> Iterator[FakeStore]:
    """A running store that sells nothing yet."""
    with FakeStore("Shop A") as store:
        yield store


@pytest.fixture
def store_id(db: Database, ring: Keyring, store: FakeStore) -> int:
    """The number of that store, connected."""
    return connect_store(db, ring, store)
