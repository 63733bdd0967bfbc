"""Fixtures of the airtable room: the hub, and calls that need not wait for each other."""

from collections.abc import Iterator

import pytest

from tests.airtable.hub import Hub
from tests.fakes import airtable as fake
from writer import clock
from writer.airtable import client
from writer.db import Database


@pytest.fixture
def hub(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub whose Airtable takes any number of calls a second."""
    monkeypatch.setattr(client, "PAUSE_S", 0.0)
    monkeypatch.setattr(fake, "CALLS_A_SECOND", 1000)
    with fake.Base() as base:
        made = Hub(database, base)
        monkeypatch.setattr(clock, "now", made.now)
        yield made
