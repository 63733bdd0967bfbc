"""Home and the pages of orders among a million orders beside a thousand. Target: at most twice as long.

Measured is the processor time of a page in this process, the two databases by turns.
"""

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text

from deploy.demo.past import time_is
from tests.bench.many_orders import make_orders
from tests.makers import add_people, make_config, sign_in_as
from writer.app import create_app
from writer.db import Database

FEW = 1_000
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # the orders of many_orders end here
PAGES = (
    "/",
    "/?range=7",
    "/?range=year",
    "/orders",
    "/orders?view=to-ship",
    "/orders?view=late",
    "/orders?view=refunded",
    "/orders?q=customer500@",
    "/orders/500",
    "/stock",
    "/search?q=customer%20500",
)
# The three products that many_orders sells, and a sale of each line.
ROWS = (
    "INSERT INTO products (sku, sku_key, name, on_hand, counted_from) VALUES"
    " ('FIRE24', 'fire24', 'Fire 24', 50, '2020-01-01'), ('ICE28', 'ice28', 'Ice 28', 40, '2020-01-01'),"
    " ('RARE', 'rare', 'Rare', 3, '2020-01-01')",
    "UPDATE order_lines SET model = 'Fire', variant = '24pin', sold = quantity, sold_due = quantity,"
    " stock_product_id = (SELECT id FROM products WHERE products.sku_key = order_lines.sku_key)",
    "INSERT INTO sales (model, variant, quantity, date_added, source, sku, order_line_id, store_id)"
    " SELECT 'Fire', '24pin', l.quantity, o.created_at, 'order', l.sku, l.id, o.store_id"
    " FROM order_lines l JOIN orders o ON o.id = l.order_id",
)


def open_shop(folder: Path, how_many: int) -> FlaskClient:
    """Return the browser of an admin of an installation with so many orders, their lines and sales."""
    url = make_orders(folder, how_many)
    add_people(url)
    app = create_app(make_config(DATABASE_URL=url))
    database: Database = app.extensions["database"]
    with database.transaction() as db:
        for statement in ROWS:
            db.execute(text(statement))
    return sign_in_as(app, "ada")


def took_ms(client: FlaskClient, address: str) -> float:
    """Return the processor time of one request in this thread: what else the machine does is left out."""
    started = time.thread_time()
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, f"{address}: {answer.status}"
    return (time.thread_time() - started) * 1000


def compare(few: FlaskClient, many: FlaskClient, rounds: int) -> Iterator[tuple[str, float, float]]:
    """Yield each page with its median of both, in milliseconds; the first round warms up."""
    for address in PAGES:
        times: list[list[float]] = [[], []]
        for _ in range(rounds + 1):
            for place, client in enumerate((few, many)):
                times[place].append(took_ms(client, address))
        one, other = (statistics.median(part[1:]) for part in times)
        yield address, one, other


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", help="where the databases are made")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    with (
        tempfile.TemporaryDirectory(prefix="onerom-bench-", dir=options.folder) as name,
        time_is(lambda: NOW),
    ):
        few, many = open_shop(Path(name), FEW), open_shop(Path(name), options.orders)
        print(f"  {'page':28} {FEW:>9,} {options.orders:>12,}  ratio")
        for address, one, other in compare(few, many, options.rounds):
            print(f"  {address:28} {one:6.1f} ms {other:9.1f} ms  {other / one:5.2f}", flush=True)


if __name__ == "__main__":
    main()
