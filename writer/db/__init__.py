"""The database: engine, transactions and locks, prepared statements; tables and migrations beside."""

from writer.db.engine import (
    AlreadyRunning,
    Database,
    begins_with,
    database,
    insert_row,
    lock,
    make_engine,
    next_id,
    reading,
    share,
    transaction,
    update_row,
    upsert,
)
from writer.db.prepared import Prepared

__all__ = [
    "AlreadyRunning",
    "Database",
    "Prepared",
    "begins_with",
    "database",
    "insert_row",
    "lock",
    "make_engine",
    "next_id",
    "reading",
    "share",
    "transaction",
    "update_row",
    "upsert",
]
