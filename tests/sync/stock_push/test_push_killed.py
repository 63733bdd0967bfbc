"""`python -m writer.commands.push_stock` killed with -9 at random moments; the next run converges."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub
from tests.makers import WEBHOOK_SECRET, make_environment
from writer.config import ROOT
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import failures, stores
from writer.lib import clock
from writer.stock import movements
from writer.stock import products as stock_products
from writer.sync import stock_sync

pytestmark = pytest.mark.slow

KILLS = 10
ITEMS = [f"S{number:02}" for number in range(40)]
AT_ONCE = 6  # items that change between two pushes


class Now(Hub):
    """A hub whose time is the real one, as the process's is."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def hub(app: Flask) -> Iterator[Now]:
    made = Now(app)
    started: list[FakeStore] = []
    for name in "ABC":
        started.append(FakeStore(name, webhook_secret=WEBHOOK_SECRET).start())
        made.add_store(started[-1])
    for sku in ITEMS:
        made.add_item(sku, 100)
    with made.database.transaction() as db:
        # A store's dates have whole seconds: an order of this second must not seem older than the count.
        before = datetime.now(UTC) - timedelta(minutes=1)
        db.execute(update(products).values(counted_from=before))
        db.execute(update(stores).values(stock_from=before))
        for store_id in (1, 2, 3):
            stock_sync.confirm_mass_change(
                db, "ada", store_id
            )  # what several runs left undone is a lot at once
    yield made
    for fake in started:
        fake.stop()


class Victim:
    """One run of the pusher, killed at its n-th call to a store, or so long after that."""

    def __init__(self, hub: Hub, database_url: str, dies_at: int, later_s: float) -> None:
        self.left, self.later_s = dies_at, later_s
        self.counting = threading.Lock()
        self.process = start(database_url)
        for fake in hub.fakes:
            fake.after_request = self.note

    def note(self, _method: str, _path: str) -> None:
        with self.counting:
            self.left -= 1
            if self.left != 0:
                return
        time.sleep(self.later_s)
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)

    def is_killed(self) -> bool:
        self.process.communicate(timeout=180)
        return self.process.returncode == -signal.SIGKILL


def start(database_url: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, **make_environment(DATABASE_URL=database_url)}
    command = [sys.executable, "-m", "writer.commands.push_stock"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def sell(hub: Hub, chance: random.Random, sold: dict[str, int]) -> None:
    """Sell a few items: half of them here, half in a store whose webhook arrives."""
    for sku in chance.sample(ITEMS, AT_ONCE):
        units = chance.randint(1, 3)
        sold[sku] += units
        if chance.random() < 0.5:
            chance.choice(hub.fakes).place_order([(sku, units)])
            continue
        with hub.database.transaction() as db:
            product = stock_products.get(db, sku)
            movements.record(db, [movements.Movement(product.id, -units, "sale", clock.now(), "ada")])
    hub.deliver()


def count(hub: Hub, table: Any, *where: Any) -> int:
    with hub.database.reading() as db:
        return int(db.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def test_after_kills_at_random_moments_one_push_converges(hub: Now, database_url: str) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # pytest shows it where this fails
    chance, sold, killed = random.Random(seed), dict.fromkeys(ITEMS, 0), 0
    for _ in range(KILLS):
        sell(hub, chance, sold)
        victim = Victim(hub, database_url, chance.randint(1, 6), chance.choice((0, 0, 0.005, 0.02)))
        killed += victim.is_killed()

    last = start(database_url)
    said, _ = last.communicate(timeout=180)

    assert killed >= KILLS // 2
    assert last.returncode == 0, said
    assert {sku: hub.shown(sku) for sku in ITEMS} == {sku: [100 - sold[sku]] * 3 for sku in ITEMS}
    assert [count(hub, stock_differences), count(hub, failures)] == [0, 0]
    assert count(hub, listings, listings.c.unexplained_at.is_not(None)) == 0
