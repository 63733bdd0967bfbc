"""After a plain ./restart.sh a store shows a sale within seconds; a killed service is told."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from tests.fake_services.woocommerce import FakeStore
from tests.ops.copies import Copy, project
from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stock import movements, products
from writer.stores.registry import Vault, registry

pytestmark = [pytest.mark.sqlite_only, pytest.mark.xdist_group("restart"), pytest.mark.slow]

PATIENCE_S = 60


class Shop:
    """A copy that runs, and the store it pushes to, which sells X."""

    def __init__(self, copy: Copy, fake: FakeStore) -> None:
        self.copy, self.fake = copy, fake
        self.database = Database(f"sqlite:///{copy.folder / 'data' / 'sales.db'}")
        self._connect()

    def _connect(self) -> None:
        settings = (self.copy.folder / ".env").read_text().splitlines()
        (key,) = (line.split("=", 1)[1] for line in settings if line.startswith("CONFIG_ENCRYPTION_KEY="))
        vault, item = Vault((key,)), self.fake.add_product("X", 100)
        with self.database.transaction() as db:
            store = registry.register(db, registry.normalised(self.fake.url), "test")
            keys = {
                "base_url": self.fake.url,
                "consumer_key_encrypted": vault.lock(self.fake.key),
                "consumer_secret_encrypted": vault.lock(self.fake.secret),
                "auth": "oauth",
                "push_state": "on",
                "stock_from": clock.now(),
                "order_cursor": clock.now(),
            }
            db.execute(update(stores).where(stores.c.id == store.id).values(**keys))
            product = movements.add_product(db, "test", "X", 100)
            listing = {"store_id": store.id, "product_id": item.id, "sku": "X", "confirmed_quantity": 100}
            db.execute(insert(listings).values(stock_product_id=product.id, handled_version=2, **listing))

    def sell(self) -> None:
        with self.database.transaction() as db:
            product = products.get(db, "X")
            movements.record(db, [movements.Movement(product.id, -1, "sale", clock.now(), "ada")])

    def is_told(self, quantity: int) -> bool:
        with self.database.reading() as db:
            told = db.execute(select(listings.c.confirmed_quantity)).scalar_one()
        return (self.fake.stock("X"), told) == (quantity, quantity)


def wait_for(condition: Callable[[], object]) -> float:
    """Return after how many seconds it was so."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with FakeStore("A") as fake, project(tmp_path / "copy", RUN_CRON="1") as copy:
        started = copy.run()
        assert started.returncode == 0, started.stderr
        made = Shop(copy, fake)
        yield made
        made.database.close()


def test_a_sale_is_shown_within_seconds_whatever_becomes_of_cron(shop: Shop) -> None:
    os.kill(shop.copy.pid("cron"), signal.SIGKILL)

    shop.sell()
    took_s = wait_for(lambda: shop.is_told(99))

    print(f"the sale was shown after {took_s:.1f} s")
    assert "  stock push: last round at" in shop.copy.run("status").stdout


def test_a_killed_worker_is_told_and_comes_back_with_a_restart(shop: Shop) -> None:
    os.kill(shop.copy.pid("worker"), signal.SIGKILL)

    status = shop.copy.run("status")
    assert (status.returncode, "worker does not run" in status.stdout) == (1, True)
    assert shop.copy.run().returncode == 0
    shop.sell()
    wait_for(lambda: shop.is_told(99))


def test_stop_ends_the_worker_within_seconds(shop: Shop) -> None:
    began = time.monotonic()

    stopped = shop.copy.run("stop")

    assert stopped.stdout == "Stopped: reader, writer, worker, cron.\n"
    assert time.monotonic() - began < 15
