"""A shop whose clock says noon of 20 November 2026, UTC."""

from datetime import UTC, datetime

import pytest

from writer.lib import clock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
