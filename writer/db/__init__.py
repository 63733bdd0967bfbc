"""The database: engine, transactions and locks, prepared statements; tables and migrations beside."""

from writer.db.batches import each_in_batches, in_batches
from writer.db.engine import (
    AlreadyRunning,
    Database,
    begins_with,
    database,
    insert_row,
    is_unreachable,
    lock,
    make_engine,
    next_id,
    reading,
    share,
    transaction,
    update_row,
    upsert,
)
from writer.db.prepared import Prepared, savepoint
from writer.db.rows import LARGEST_ID, check_id, get_row, is_id, parse_id

__all__ = [
    "LARGEST_ID",
    "AlreadyRunning",
    "Database",
    "Prepared",
    "begins_with",
    "check_id",
    "database",
    "each_in_batches",
    "get_row",
    "in_batches",
    "insert_row",
    "is_id",
    "is_unreachable",
    "lock",
    "make_engine",
    "next_id",
    "parse_id",
    "reading",
    "savepoint",
    "share",
    "transaction",
    "update_row",
    "upsert",
]
