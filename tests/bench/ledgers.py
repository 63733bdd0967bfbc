"""Ledgers of any size, made fast: rows first, then the migration that counts them and sets the triggers."""

import sqlite3
from contextlib import closing
from pathlib import Path

from writer.db.migrate import migrate

# Ten years of sales, spread over types, quarter hours and days by numbers that share no factor.
ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO sales (model, variant, quantity, seller, date_added)
SELECT CASE i % 2 WHEN 0 THEN 'Fire' ELSE 'Ice' END, CASE i % 5 WHEN 0 THEN '24pin' ELSE '28pin' END,
  1 + i % 3, 'bench', datetime('now', '-' || (i * 7919 % 5256000) || ' minutes') FROM n
"""


def make_ledger(folder: Path, rows: int) -> Path:
    """Return a database at this version's schema with so many sales in it."""
    path = folder / f"sales-{rows}.db"
    url = f"sqlite:///{path}"
    migrate(url, "0004")
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        made = [(name, sql) for name, sql in indexes if "ON sales " in sql]
        for name, _ in made:
            db.execute(f"DROP INDEX {name}")
        db.execute(ROWS, (rows,))
        for _, sql in made:
            db.execute(sql)
        db.commit()
    migrate(url)
    return path
