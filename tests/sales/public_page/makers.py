"""Sales as the shell would write them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


def sell(
    db: Connection,
    quantity: int,
    model: str = "Fire",
    variant: str = "24pin",
    date: datetime | str | int = "2026-11-20 10:00:00",
) -> None:
    """Put one row into the ledger as a hand at the sqlite3 shell would."""
    values: dict[str, Any] = {"m": model, "v": variant, "q": quantity, "d": date}
    if isinstance(date, datetime) and db.dialect.name == "sqlite":
        values["d"] = date.isoformat(sep=" ")
    into = "INSERT INTO sales (model, variant, quantity, date_added) VALUES (:m, :v, :q, :d)"
    db.execute(text(into), values)
