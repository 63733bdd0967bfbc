"""A hand at the sqlite3 shell, on a file that readers read."""

import sqlite3
from pathlib import Path


def connect(file: Path) -> sqlite3.Connection:
    """Open a file as the writer keeps it."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def sell(connection: sqlite3.Connection, quantity: int) -> None:
    """Put a sale into the ledger."""
    connection.execute(
        "INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', ?)", (quantity,)
    )
