"""A stock list, a fake Airtable it is told to, and a clock that tests turn."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from tests.fake_services.airtable import Base
from tests.stock.movements.products import make_product, open_notices, product
from writer.db import Database
from writer.lib.setting_values import AirtableSettings
from writer.reports import airtable
from writer.reports.airtable import state
from writer.stock import movements
from writer.stock.movements import Movement

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Hub:
    """What a test does and looks at."""

    database: Database
    base: Base
    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def tick(self, **how_long: float) -> None:
        """Let time pass: `tick(minutes=2)`."""
        self.time += timedelta(**how_long)

    @property
    def settings(self) -> AirtableSettings:
        return AirtableSettings(self.base.token, self.base.base_id, "Stock", "Events of stock", self.base.url)

    def push(self, **options: Any) -> airtable.Done:
        return airtable.push(self.database, self.settings, **options)

    def settle(self) -> airtable.Done:
        """Push once every movement is old enough to be told."""
        self.tick(minutes=2)
        return self.push(is_asked=True)

    def add(self, sku: str, on_hand: int = 10) -> None:
        make_product(self.database, sku, on_hand)

    def move(self, quantity: int, sku: str = "X", kind: str = "sale", days_ago: float = 0) -> None:
        """Move stock, as of so many days ago."""
        at = self.time - timedelta(days=days_ago)
        moved = Movement(product(self.database, sku).id, quantity, kind, at, "ada")
        with self.database.transaction() as db:
            movements.record(db, [moved])

    def line(self, sku: str = "X") -> dict[str, Any]:
        """The one record of a SKU in Airtable's stock table."""
        (found,) = [row for row in self.base.rows("Stock") if row["SKU"] == sku]
        return found

    def events(self) -> list[int]:
        """The movements in Airtable's events table, oldest first; a first count is one."""
        return [row["Delta"] for row in self.base.rows("Events of stock")]

    def state(self) -> Row[Any]:
        with self.database.reading() as db:
            row = state.find(db)
        assert row is not None
        return row

    def notice(self) -> str | None:
        return open_notices(self.database).get("airtable")
