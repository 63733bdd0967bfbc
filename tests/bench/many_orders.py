"""A cache of any number of orders, made fast: rows by bulk SQL with the triggers off, then the counts."""

import sqlite3
from contextlib import closing
from pathlib import Path

from writer.db.migrate import migrate

# Five years, four stores, seven statuses of very different share, prices most of which are a few; numbers
# that share no factor spread them. Who is to ship was paid in the last days, and a refund is one of thirty.
ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :orders)
INSERT INTO orders (store_id, external_id, number, status, snapshot_hash, created_at, changed_at, currency,
  total_minor, net_minor, units, customer_name, customer_email, customer_key, customer_turned, recorded_at,
  ship_to, ship_country, refunded_minor, to_ship)
SELECT 1 + i % 4, i, i,
  CASE WHEN i % 100 < 80 THEN 'completed' WHEN i % 100 < 88 THEN 'processing'
    WHEN i % 100 < 93 THEN 'cancelled' WHEN i % 100 < 96 THEN 'refunded'
    WHEN i % 100 < 98 THEN 'on-hold' WHEN i % 1000 < 999 THEN 'pending'
    ELSE 'failed' END,
  '', datetime('2026-11-20', '-' || (i * 7919 % 2628000) || ' minutes'),
  datetime('2026-11-20', '-' || (i * 7919 % 2628000) || ' minutes', '+' || (i * 31 % 90000) || ' minutes'),
  CASE i % 3 WHEN 0 THEN 'USD' ELSE 'EUR' END,
  CASE i % 5 WHEN 0 THEN 2400 WHEN 1 THEN 3600 ELSE 500 + i * 104729 % 60000 END, 2400, 1 + i % 3,
  'Customer ' || (i % 300000), 'customer' || (i % 300000) || '@example.test', 'customer ' || (i % 300000),
  (i % 300000) || ' customer', '2026-11-20',
  CASE WHEN i % 1000 = 7 THEN '{"city": "Reykjavik", "country": "IS"}'
    WHEN i % 5 < 3 THEN '{"city": "Leeds", "country": "GB"}' ELSE '{"city": "Kiel", "country": "DE"}' END,
  CASE WHEN i % 1000 = 7 THEN 'IS' WHEN i % 5 < 3 THEN 'GB' ELSE 'DE' END,
  CASE WHEN i % 100 BETWEEN 93 AND 95 THEN 500 ELSE 0 END,
  CASE WHEN i % 100 BETWEEN 80 AND 87 AND (i <= 1000 OR i * 7919 % 2628000 < 14400) THEN 1 + i % 3 ELSE 0 END
FROM n
"""
# Two products that sell all the time, and one that hardly ever does.
LINES = """
INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,
  total_minor, model, variant, sold_due, sold)
SELECT id, 1, 1, 0, sku, lower(sku), 'Product ' || sku, 1 + id % 3, total_minor, 'Fire', '24pin', 1, 1 FROM (
  SELECT id, total_minor,
    CASE WHEN id % 1000 = 3 THEN 'RARE' WHEN id % 2 THEN 'FIRE24' ELSE 'ICE28' END AS sku
  FROM orders)
"""
DAY = "CAST(strftime('%s', created_at) AS INTEGER) / 86400"
MONTH = "substr(created_at, 1, 4) * 12 + substr(created_at, 6, 2) - 1"


def make_orders(folder: Path, how_many: int, has_lines: bool = False) -> str:
    """Return the URL of a database at this version's schema with so many cached orders in it.

    With `has_lines` each of them has a line.
    """
    path = folder / f"orders-{how_many}.db"
    url = f"sqlite:///{path}"
    migrate(url)
    fill(path, how_many, has_lines)
    return url


def fill(path: Path, how_many: int, has_lines: bool = False) -> None:
    """Put so many cached orders of the stores 1 to 4 into a database of this version."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")
        is_of_orders = "LIKE '%order%' AND tbl_name IN ('orders', 'order_lines')"
        kinds = ("type = 'trigger' AND name", "type = 'index' AND sql <> '' AND name")
        kept = [_kept(db, f"{kind} {is_of_orders}") for kind in kinds]
        for name, _ in kept[0]:
            db.execute(f"DROP TRIGGER {name}")
        for name, _ in kept[1]:
            db.execute(f"DROP INDEX {name}")
        for store in range(1, 5):
            row = (store, f"Shop {store}", f"shop{store}.example", "2020-01-01")
            db.execute("INSERT OR IGNORE INTO stores (id, name, source, created_at) VALUES (?, ?, ?, ?)", row)
        db.execute(ROWS, {"orders": how_many})
        if has_lines:
            db.execute(LINES)
        _count(db)
        for _, sql in (*kept[1], *kept[0]):
            db.execute(sql)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _kept(db: sqlite3.Connection, which: str) -> list[tuple[str, str]]:
    return db.execute(f"SELECT name, sql FROM sqlite_master WHERE {which}").fetchall()


def _count(db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO order_counts (store_id, status, month, orders, cached)"
        f" SELECT store_id, status, {MONTH}, count(*), count(*) FROM orders GROUP BY 1, 2, 3"
    )
    db.execute(
        "INSERT INTO order_revenue (store_id, currency, day, orders, counted, units, net_minor)"
        f" SELECT store_id, currency, {DAY}, count(*), sum(units <> 0 OR net_minor <> 0), sum(units),"
        " sum(net_minor)"
        " FROM orders GROUP BY 1, 2, 3"
    )
