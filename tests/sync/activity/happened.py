"""Rows of every kind of activity, as a test needs them."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from writer import db as database
from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.order_import import sync_run_stores, sync_runs
from writer.db.schema.stock_push import stock_pushes
from writer.db.schema.stores import failures, stores
from writer.db.schema.webhook_inbox import deliveries


def add_store(db: Database, name: str, created_at: datetime, **more: Any) -> int:
    """Add a store; return its id."""
    with db.transaction() as connection:
        values = {"name": name, "source": f"{name.lower()}.example", "created_at": created_at}
        return database.insert_row(connection, stores, **values, **more)


def delivered(
    db: Database, store_id: int | None, at: datetime, outcome: str = "recorded", **more: Any
) -> int:
    """Add a delivery; return its id."""
    values = {"source": "kiln.example", "topic": "order.updated", "sentence": "So it was.", **more}
    with db.transaction() as connection:
        row = {"store_id": store_id, "received_at": at, "outcome": outcome, **values}
        return database.insert_row(connection, deliveries, **row)


def read(db: Database, store_id: int, at: datetime, state: str = "done", **counts: int) -> int:
    """Add a run that read one store; return the id of its part."""
    with db.transaction() as connection:
        run = {"started_by": "cron", "started_at": at, "ended_at": at}
        run_id = database.insert_row(connection, sync_runs, **run)
        part = {"run_id": run_id, "store_id": store_id, "state": state, "started_at": at}
        return database.insert_row(connection, sync_run_stores, **part, **counts)


def pushed(db: Database, store_id: int, at: datetime, sku: str = "FIRE24", quantity: int = 11) -> None:
    """Add a number that a store took for a listing of its own."""
    with db.transaction() as connection:
        listing = {"store_id": store_id, "product_id": 1000 + at.hour * 60 + at.minute, "sku": sku}
        listing_id = database.insert_row(connection, listings, **listing)
        push = {"store_id": store_id, "listing_id": listing_id, "at": at, "was": 12, "quantity": quantity}
        connection.execute(insert(stock_pushes).values(**push))


def failed(db: Database, store_id: int, at: datetime, ended_at: datetime | None = None, **more: Any) -> int:
    """Add a failure of the whole store; return its id."""
    values = {"what": "read orders", "sentence": "The store cannot be reached.", "times": 1, **more}
    with db.transaction() as connection:
        row = {"store_id": store_id, "first_at": at, "last_at": at, "ended_at": ended_at}
        return database.insert_row(connection, failures, **row, **values)
