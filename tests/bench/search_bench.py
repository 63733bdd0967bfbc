"""The search over everything among a million orders beside a thousand, on SQLite and on PostgreSQL.

Prints the processor time of the whole search: of this process and, with PostgreSQL, of the server that
answers it, so that what the machine does else is left out. Target: below 50 ms each.
"""

import argparse
import logging
import os
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import Connection, text

from tests.bench.many_orders import make_orders
from tests.makers import make_config
from tests.postgres_copy import execute, url_of
from writer import wiring
from writer.db import Database
from writer.db.migrate import migrate
from writer.lib.store_scope import EVERYTHING, StoreScope
from writer.web import search

FEW, PRODUCTS = 1_000, 20_000
SEARCHES = {
    "number in full": "777",
    "one digit": "7",
    "first name": "customer 500",
    "everybody's name": "customer",
    "e-mail in full": "customer500@example.test",
    "SKU in full": "SKU-00012",
    "every SKU": "sku",
    "product's name": "blue 19",
    "nothing": "xyzzy",
}
SCOPES = {
    "all stores": EVERYTHING,
    "one store": StoreScope(frozenset({2})),
    "one without": StoreScope(frozenset({99})),
}
LINES = """
INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,
  total_minor)
SELECT id, '2', 1 + id % 500, 0, 'SKU-' || (10000 + id % 500), 'sku-' || (10000 + id % 500), 'Thing', 1, 500
FROM orders
"""
NUMBERS = {
    "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)",
    "postgresql": "WITH n (i) AS (SELECT generate_series(1, :many))",
}
GOODS = """
INSERT INTO products (sku, sku_key, name, counted_from)
{numbers} SELECT 'SKU-' || (10000 + i), 'sku-' || (10000 + i), 'Case Blue ' || i, '2026-01-01' FROM n
"""
ORDERS = """
INSERT INTO orders (store_id, external_id, number, status, snapshot_hash, created_at, currency, total_minor,
  customer_name, customer_email, customer_key, customer_turned, recorded_at)
{numbers} SELECT 1 + i % 4, i, i, 'completed', '', TIMESTAMPTZ '2026-11-20' - i * INTERVAL '3 minutes', 'EUR',
  2400, 'Customer ' || i, 'customer' || i || '@example.test', 'customer ' || i, i || ' customer', '2026-11-20'
FROM n
"""


def made_sqlite(folder: Path, how_many: int) -> Database:
    """Return a SQLite database with so many orders."""
    database = Database(make_orders(folder, how_many))
    with database.transaction() as db:
        _add_goods(db)
        db.execute(text("ANALYZE"))
    return database


def made_postgres(server: str, how_many: int) -> Database:
    """Return a database of this server with so many orders, made without the triggers on them."""
    name = f"search_{how_many}"
    execute(server, f"CREATE DATABASE {name}")
    url = url_of(server, name)
    migrate(url)
    database = Database(url)
    with database.transaction() as db:
        for store in range(1, 5):
            values = f"({store}, 'Shop {store}', 'shop{store}.example', '2020-01-01')"
            db.execute(text(f"INSERT INTO stores (id, name, source, created_at) VALUES {values}"))
        db.execute(text("ALTER TABLE orders DISABLE TRIGGER USER"))
        db.execute(text(ORDERS.format(numbers=NUMBERS["postgresql"])), {"many": how_many})
        db.execute(text("ALTER TABLE orders ENABLE TRIGGER USER"))
        _add_goods(db)
    with database.transaction() as db:
        db.execute(text("ANALYZE"))
    return database


def _add_goods(db: Connection) -> None:
    db.execute(text(LINES))
    db.execute(text(GOODS.format(numbers=NUMBERS[db.dialect.name])), {"many": PRODUCTS})


def took_ms(database: Database, typed: str, scope: StoreScope) -> float:
    """Return the processor time that all sources of the search take for one text."""
    with database.reading() as db:
        pid = None if database.is_sqlite else db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        started = time.thread_time() + server_s(pid)
        for source in search.search_sources:
            source(db, scope, typed)
        return (time.thread_time() + server_s(pid) - started) * 1000


def server_s(pid: int | None) -> float:
    """Return the seconds that a process of the server on this machine has run; None: there is none."""
    return 0.0 if pid is None else int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def compare(few: Database, many: Database, rounds: int) -> None:
    """Print each search and its ratio: alternated, so that what the machine does else meets both."""
    slowest = 0.0
    ratios: list[float] = []
    for name, typed in SEARCHES.items():
        for whose, scope in SCOPES.items():
            times: list[list[float]] = [[], []]
            for _ in range(rounds + 1):
                for place, database in enumerate((few, many)):
                    times[place].append(took_ms(database, typed, scope))
            one, other = (statistics.median(part[1:]) for part in times)
            slowest, ratios = max(slowest, other), [*ratios, other / one]
            print(
                f"  {name:18} {whose:10} {one:7.2f} ms {other:7.2f} ms  ratio {other / one:5.2f}", flush=True
            )
    median = statistics.median(ratios)
    print(f"  slowest {slowest:.1f} ms; ratio: median {median:.2f}, largest {max(ratios):.2f}")


def main() -> None:
    """Measure and print; PostgreSQL too where TEST_POSTGRES_URL names a server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", help="where the databases are made")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    wiring.wire(make_config())
    with tempfile.TemporaryDirectory(prefix="onerom-bench-", dir=options.folder) as name:
        print(f"SQLite, {FEW:,} and {options.orders:,} orders, {PRODUCTS:,} products", flush=True)
        few, many = (made_sqlite(Path(name), count) for count in (FEW, options.orders))
        compare(few, many, options.rounds)
    if server := os.environ.get("TEST_POSTGRES_URL"):
        print("PostgreSQL, the same", flush=True)
        few, many = (made_postgres(server, count) for count in (FEW, options.orders))
        compare(few, many, options.rounds)


if __name__ == "__main__":
    main()
