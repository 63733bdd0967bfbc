"""How long a commit takes until a reader on a hot standby of PostgreSQL shows it."""

import argparse
import statistics
import time

import psycopg

from reader.app import create_app
from reader.settings import load
from tests.postgres import DURABLE, REPLICATION, programs, server, standby
from writer.db.migrate import migrate

SOLD = "INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 1)"
LONGEST_S = 30


def measure(commits: int) -> list[float]:
    """Return for each commit how many milliseconds after it the reader showed its unit."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not installed: sudo apt install postgresql.")
    took = []
    with server(found, DURABLE | REPLICATION) as primary:
        migrate(primary)
        with standby(found, primary) as url, psycopg.connect(primary.replace("+psycopg", "")) as connection:
            reader = create_app(load({"DATABASE_URL": url})).test_client()
            for number in range(1, commits + 1):
                connection.execute(SOLD)
                connection.commit()
                committed = time.perf_counter()
                while reader.get("/api/sales/total").get_json()["total"] < number:
                    if time.perf_counter() - committed > LONGEST_S:
                        raise SystemExit(f"A commit did not show on the standby within {LONGEST_S} seconds.")
                took.append((time.perf_counter() - committed) * 1000)
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=200)
    took = measure(parser.parse_args().commits)
    p99 = statistics.quantiles(took, n=100)[98]
    print(f"From a commit to the reader on the standby, {len(took)} commits:")
    spread = f"median {statistics.median(took):.1f} ms, p99 {p99:.1f} ms, longest {max(took):.1f} ms"
    print(f"  {spread} (asked: a second)")


if __name__ == "__main__":
    main()
