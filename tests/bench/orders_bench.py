"""The lists of orders and customers with a million orders beside those with a thousand, as people open them.

Every filter and sorting: its first page, the page in its exact middle and its last one; and the API's list.
"""

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.bench.many_orders import make_orders
from tests.makers import add_people, make_config, sign_in_as
from writer.app import create_app
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.lib.store_scope import EVERYTHING
from writer.orders.browse import asked, keyset, totals

FEW = 1_000
FILTERS = {
    "nothing": {},
    "to ship": {"view": "to-ship"},
    "late": {"view": "late"},
    "unpaid": {"view": "unpaid"},
    "shipped": {"view": "shipped"},
    "refunded": {"view": "refunded"},
    "status": {"status": "processing"},
    "rare status": {"status": "failed"},
    "store": {"store": "2"},
    "status and store": {"status": "completed", "store": "3"},
    "one day": {"from": "2026-09-01", "to": "2026-09-01"},
    "a month": {"from": "2026-06-01", "to": "2026-06-30"},
    "a year": {"from": "2025-01-01", "to": "2025-12-31"},
    "country": {"country": "GB"},
    "rare country": {"country": "IS"},
    "product": {"sku": "FIRE24"},
    "rare product": {"sku": "RARE"},
    "number": {"q": "777"},
    "one customer": {"q": "customer500@"},
}
SORTS = ("placed", "changed", "total", "status")
PLACES = ("first page", "middle", "last page")
ELSE = (
    ("customers", "/customers"),
    ("customers, search", "/customers?q=customer+77"),
    ("one customer's page", "/customers/500"),
    ("API, first page", "/api/v1/orders"),
    ("API, last page", "/api/v1/orders?offset={last}"),
    ("API, a month", "/api/v1/orders?from=2026-06-01&to=2026-06-30"),
)


@dataclass
class Cache:
    """An installation with so many orders, and an admin's browser."""

    app: Flask
    client: FlaskClient
    orders: int

    @classmethod
    def open(cls, folder: Path, how_many: int) -> "Cache":
        url = make_orders(folder, how_many, has_lines=True)
        add_people(url)
        app = create_app(make_config(DATABASE_URL=url))
        database: Database = app.extensions["database"]
        assert database.is_sqlite
        return cls(app, sign_in_as(app, "ada"), how_many)

    def address(self, filters: dict[str, str], sort: str, place: str) -> str | None:
        """Return the address of a page; None where the list may not be sorted so, or has no such page."""
        query = urlencode({**filters, "sort": sort})
        if place == "last page":
            return f"/orders?{query}&end=last"
        if place == "first page":
            return f"/orders?{query}"
        with self.app.test_request_context(f"/orders?{query}"):
            wanted, sorting = asked.filters(), asked.sorting()
            with self.app.extensions["database"].reading() as db:
                total = totals.total(db, EVERYTHING, wanted).orders
                half = (self.orders if total is None else total) // 2
                if half < 1:
                    return None
                try:
                    found = keyset.page(db, EVERYTHING, wanted, sorting, keyset.START, half)
                except Invalid:
                    return None
                row = db.execute(select(orders).where(orders.c.id == found.ids[-1])).one()
            key = asked.write_key(keyset.key_of(row, sorting))
        return f"/orders?{query}&{urlencode({'after': key, 'n': half})}"


def took_ms(client: FlaskClient, address: str) -> tuple[float, str]:
    """Return the processor time of one request in this thread, and the page."""
    started = time.thread_time()
    answer = client.get(address)
    took = (time.thread_time() - started) * 1000
    assert answer.status_code == 200, answer.text
    return took, answer.text


def cases() -> Iterator[tuple[str, str, str]]:
    for name in FILTERS:
        for sort in SORTS:
            for place in PLACES:
                yield name, sort, place


def compare(few: Cache, many: Cache, rounds: int) -> list[float]:
    """Print each case and return its ratios: alternated, so that what the machine does else meets both."""
    ratios = []
    for name, sort, place in cases():
        wanted = many.address(FILTERS[name], sort, place)
        if wanted is None:
            continue
        _, page = took_ms(many.client, wanted)
        rows = page.count("<tr data-order=")
        if "sort them by date" in page:
            if place == "first page":
                print(f"  {name:17} {sort:8} refused: too many orders to sort")
            continue
        # A thousand orders may hold no full page of what is rare: then a page of everything is beside it.
        beside = few.address(FILTERS[name], sort, place)
        is_full = beside is not None and took_ms(few.client, beside)[1].count("<tr data-order=") >= rows
        if not is_full:
            beside = few.address({}, sort, place)
        ratio, one, other = _ratio(few.client, str(beside), many.client, wanted, rounds)
        ratios.append(ratio)
        mark = "" if is_full else "  (beside a page of everything)"
        print(
            f"  {name:17} {sort:8} {place:10} {one:6.2f} ms  {other:7.2f} ms  ratio {ratio:5.2f}{mark}",
            flush=True,
        )
    for name, address in ELSE:
        beside, wanted = (address.format(last=cache.orders - 25) for cache in (few, many))
        ratio, one, other = _ratio(few.client, beside, many.client, wanted, rounds)
        ratios.append(ratio)
        print(f"  {name:37} {one:6.2f} ms  {other:7.2f} ms  ratio {ratio:5.2f}", flush=True)
    return ratios


def _ratio(
    few: FlaskClient, beside: str, many: FlaskClient, wanted: str, rounds: int
) -> tuple[float, float, float]:
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for place, (client, address) in enumerate(((few, beside), (many, wanted))):
            times[place].append(took_ms(client, address)[0])
    one, other = (statistics.median(part) for part in times)
    return other / one, one, other


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", help="where the databases are made")
    options = parser.parse_args()
    # The orders end on this day, and who is late depends on it.
    clock.now = lambda: datetime(2026, 11, 20, tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="onerom-bench-", dir=options.folder) as name:
        started = time.perf_counter()
        few, many = Cache.open(Path(name), FEW), Cache.open(Path(name), options.orders)
        logging.disable(logging.INFO)
        print(f"{options.orders:,} orders made in {time.perf_counter() - started:.0f} s")
        print(f"  filter            sort     page       {FEW:,}   {options.orders:,}")
        ratios = compare(few, many, options.rounds)
    most = statistics.quantiles(ratios, n=20)[18]
    over = sum(ratio > 2 for ratio in ratios)
    print(
        f"\n  ratio: median {statistics.median(ratios):.2f}, 95 % below {most:.2f}, largest {max(ratios):.2f}"
        f"; {over} of {len(ratios)} above 2"
    )


if __name__ == "__main__":
    main()
