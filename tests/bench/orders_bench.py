"""GET /api/v1/orders of a million cached orders beside one of a thousand, by every filter and sort."""

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from tests.bench.many_orders import make_orders
from tests.makers import add_people, make_config, sign_in_as
from writer.app import create_app
from writer.db import Database

FEW = 1_000
FILTERS = {
    "nothing": "",
    "status": "&status=processing",
    "rare status": "&status=failed",
    "store": "&store=2",
    "status and store": "&status=completed&store=3",
    "one day": "&from=2026-09-01&to=2026-09-01",
    "a month": "&from=2026-06-01&to=2026-06-30",
    "a year": "&from=2025-01-01&to=2025-12-31",
    "number": "&q=777",
    "one customer": "&q=customer500@",
}
SORTS = ("date_created", "date_modified", "total", "status")
DEPTHS = {"first page": 0.0, "middle": 0.5, "last page": 1.0}


def open_cache(folder: Path, how_many: int) -> FlaskClient:
    """Return the browser of an admin of an installation with so many orders."""
    url = make_orders(folder, how_many)
    add_people(url)
    app = create_app(make_config(DATABASE_URL=url))
    database: Database = app.extensions["database"]
    assert database.is_sqlite
    return sign_in_as(app, "ada")


def asked(client: FlaskClient, filters: str, sort: str, depth: float) -> str | None:
    """Return the address of a page so far down a list; None where the list may not be sorted so."""
    address = f"/api/v1/orders?orderBy={sort}{filters}"
    answer = client.get(address)
    if answer.status_code == 422:
        return None
    total = answer.get_json()["total_count"]
    return f"{address}&offset={int(max(0, total - 25) * depth)}"


def took_ms(client: FlaskClient, address: str) -> float:
    """Return the processor time of one request in this thread: what else the machine does is left out."""
    started = time.thread_time()
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return (time.thread_time() - started) * 1000


def cases() -> Iterator[tuple[str, str, str]]:
    for name in FILTERS:
        for sort in SORTS:
            for depth in DEPTHS:
                yield name, sort, depth


def compare(few: FlaskClient, many: FlaskClient, rounds: int) -> list[float]:
    """Print each case and return its ratios: alternated, so that what the machine does else meets both."""
    ratios = []
    for name, sort, depth in cases():
        addresses = [asked(client, FILTERS[name], sort, DEPTHS[depth]) for client in (few, many)]
        if None in addresses:
            if depth == "first page":
                print(f"  {name:18} {sort:14} refused: the dates hold too many orders")
            continue
        times: list[list[float]] = [[], []]
        for _ in range(rounds):
            for place, client in enumerate((few, many)):
                times[place].append(took_ms(client, str(addresses[place])))
        one, other = (statistics.median(part) for part in times)
        ratios.append(other / one)
        print(
            f"  {name:18} {sort:14} {depth:10} {one:6.2f} ms  {other:7.2f} ms  ratio {other / one:5.2f}",
            flush=True,
        )
    return ratios


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", help="where the databases are made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="onerom-bench-", dir=options.folder) as name:
        started = time.perf_counter()
        few, many = open_cache(Path(name), FEW), open_cache(Path(name), options.orders)
        logging.disable(logging.INFO)
        print(f"{options.orders:,} orders made in {time.perf_counter() - started:.0f} s")
        print(f"  filter             sort           page       {FEW:,}   {options.orders:,}")
        ratios = compare(few, many, options.rounds)
    most = statistics.quantiles(ratios, n=20)[18]
    print(
        f"\n  ratio: median {statistics.median(ratios):.2f}, 95 % below {most:.2f}, largest {max(ratios):.2f}"
    )


if __name__ == "__main__":
    main()
