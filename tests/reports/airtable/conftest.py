"""Fixtures of reports/airtable: the hub, and calls that need not wait for each other."""

from collections.abc import Iterator

import pytest

from tests.fake_services import airtable as fake
from tests.reports.airtable.hub import Hub
from writer.db import Database
from writer.lib import clock
from writer.reports.airtable import client


@pytest.fixture
def hub(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub whose Airtable takes any number of calls a second."""
    monkeypatch.setattr(client, "PAUSE_S", 0.0)
    monkeypatch.setattr(fake, "CALLS_A_SECOND", 1000)
    with fake.Base() as base:
        made = Hub(database, base)
        monkeypatch.setattr(clock, "now", made.now)
        yield made
