"""The pages that could hold most: products to sort, and an order of very many lines. Target: 500 ms each."""

import argparse
import json
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.makers import add_people, make_config, sign_in_as
from writer.app import create_app
from writer.db import Database, insert_row
from writer.db.migrate import migrate
from writer.db.schema.ledger import sales
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.text import fold

LINES_PER_ORDER = 10


def open_shop(folder: Path, lines: int) -> FlaskClient:
    """Return the browser of an admin of a shop with so many SKUs to sort, and order 1 with so many lines."""
    url = f"sqlite:///{folder / 'sales.db'}"
    migrate(url)
    add_people(url)
    app = create_app(make_config(DATABASE_URL=url))
    database: Database = app.extensions["database"]
    with database.transaction() as db:
        insert_row(db, stores, name="Shop", source="shop.example", created_at=clock.now())
        count = 1 + lines // LINES_PER_ORDER
        db.execute(insert(orders), [_order(number, lines) for number in range(1, count + 1)])
        db.execute(insert(order_lines), [_line(1, number, "FIRE24") for number in range(lines)])
        db.execute(
            insert(order_lines),
            [_line(2 + number // LINES_PER_ORDER, number, f"ODD-{number}") for number in range(lines)],
        )
        db.execute(insert(sales), [_sale(number + 1) for number in range(lines)])
    return sign_in_as(app, "ada")


def _order(number: int, lines: int) -> dict[str, object]:
    # WooCommerce sends about 300 bytes of each line; a delivery is at most five million bytes.
    sent = {"line_items": [{"id": n, "note": "x" * 200} for n in range(lines if number == 1 else 0)]}
    now = clock.now()
    values = {"store_id": 1, "external_id": str(number), "number": str(number), "status": "processing"}
    values |= {"snapshot_hash": "", "currency": "EUR", "raw": json.dumps(sent)}
    return values | {"total_minor": 100, "created_at": now, "recorded_at": now}


def _line(order_id: int, number: int, sku: str) -> dict[str, object]:
    known = {"model": "Fire", "variant": "24pin", "sold": 1} if order_id == 1 else {"model": None}
    values = {"order_id": order_id, "external_id": f"{order_id}-{number}", "product_id": number + 1}
    values |= {"sku": sku, "sku_key": fold(sku), "name": f"Thing {number}", "variation_id": 0, "quantity": 1}
    return {**values, "total_minor": 100, "sold_due": 1, "variant": None, "sold": 0, **known}


def _sale(line_id: int) -> dict[str, object]:
    values = {
        "model": "Fire",
        "variant": "24pin",
        "quantity": 1,
        "seller": "",
        "notes": "",
        "source": "order",
    }
    return {**values, "date_added": clock.now(), "order_line_id": line_id, "store_id": 1}


def measure(client: FlaskClient, rounds: int) -> Iterator[tuple[str, float]]:
    """Yield each page and the median of its times in milliseconds; the first request of each is left out."""
    for address in ("/to-sort", "/to-sort?page=400", "/orders/1", "/orders/1?page=100"):
        times = []
        for _ in range(rounds + 1):
            started = time.perf_counter()
            answer = client.get(address)
            assert answer.status_code == 200, answer.text
            times.append((time.perf_counter() - started) * 1000)
        yield address, statistics.median(times[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onerom-bench-") as name:
        client = open_shop(Path(name), options.lines)
        logging.disable(logging.INFO)
        for address, took_ms in measure(client, options.rounds):
            print(f"  {address:24} {took_ms:8.1f} ms", flush=True)


if __name__ == "__main__":
    main()
