"""Fake stores and a database that pushes to them, of any size, for what pushing is measured by."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from tests.fake_services.woocommerce import FakeStore
from tests.makers import FERNET_KEY, WEBHOOK_SECRET, make_environment
from writer.config import ROOT
from writer.db import Database
from writer.db.migrate import migrate
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.registry import Vault, registry

ON_HAND = 100
INSERTED_AT_ONCE = 5000


@dataclass
class Shops:
    """Running fake stores, each listing the same products, and the migrated database that knows them."""

    url: str
    database: Database
    vault: Vault
    fakes: list[FakeStore]

    def change_all(self, by: int = -1) -> None:
        """Change the count of every product, so that every listing is due, and confirm that it is much."""
        with self.database.transaction() as db:
            changes = {"on_hand": products.c.on_hand + by, "version": products.c.version + 1}
            db.execute(update(products).values(**changes))
            db.execute(update(stores).values(mass_confirmed_at=clock.now()))

    def environment(self) -> dict[str, str]:
        """Return the environment in which a script works on this database."""
        return {**os.environ, **make_environment(DATABASE_URL=self.url)}


@contextmanager
def shops(how_many: int, items: int, keep_calls: bool = True, **fake_settings: Any) -> Iterator[Shops]:
    """Start so many stores that list so many products, all showing the count."""
    with tempfile.TemporaryDirectory(prefix="onerom-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'sales.db'}"
        migrate(url)
        found = Shops(url, Database(url), Vault([FERNET_KEY]), [])
        try:
            _add_products(found.database, items)
            for name in "ABCDEFGH"[:how_many]:
                fake = FakeStore(
                    name, webhook_secret=WEBHOOK_SECRET, keep_calls=keep_calls, **fake_settings
                ).start()
                found.fakes.append(fake)
                _add_store(found, fake, items)
            yield found
        finally:
            for fake in found.fakes:
                fake.stop()
            found.database.close()


def _add_products(database: Database, items: int) -> None:
    # A store's dates have whole seconds: an order of this one must not seem older than the count.
    same = {"on_hand": ON_HAND, "version": 2, "counted_from": clock.now() - timedelta(minutes=1)}
    with database.transaction() as db:
        for start in range(0, items, INSERTED_AT_ONCE):
            numbers = range(start, min(start + INSERTED_AT_ONCE, items))
            skus = [f"s{number:06}" for number in numbers]
            db.execute(insert(products), [{"sku": sku, "sku_key": sku, **same} for sku in skus])


def _add_store(found: Shops, fake: FakeStore, items: int) -> None:
    with found.database.transaction() as db:
        row = registry.register(db, registry.normalised(fake.url), "bench")
        keys = {
            "base_url": fake.url,
            "consumer_key_encrypted": found.vault.lock(fake.key),
            "consumer_secret_encrypted": found.vault.lock(fake.secret),
            "auth": "oauth",
            "push_state": "on",
            "order_cursor": clock.now(),
            "stock_from": clock.now() - timedelta(minutes=1),
        }
        db.execute(update(stores).where(stores.c.id == row.id).values(**keys))
        told = {
            "store_id": row.id,
            "shown_quantity": ON_HAND,
            "confirmed_quantity": ON_HAND,
            "handled_version": 2,
        }
        for start in range(0, items, INSERTED_AT_ONCE):
            made: list[dict[str, Any]] = []
            for number in range(start, min(start + INSERTED_AT_ONCE, items)):
                sku = f"s{number:06}"
                item = fake.add_product(sku, ON_HAND)
                made.append({"product_id": item.id, "sku": sku, "stock_product_id": number + 1, **told})
            db.execute(insert(listings), made)


@contextmanager
def watching(found: Shops) -> Iterator[None]:
    """Let `python -m writer.commands.push_stock --watch` run meanwhile."""
    command = [sys.executable, "-m", "writer.commands.push_stock", "--watch"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=found.environment(), **quiet)  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        process.kill()
        process.wait()


def in_a_process(found: Shops, module: str, what: str) -> dict[str, float]:
    """Run `python -m <module> --alone <what>` on the database; return the figures it prints."""
    command = [sys.executable, "-m", module, "--alone", what]
    told = subprocess.run(
        command, cwd=ROOT, env=found.environment(), check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    figures: dict[str, float] = json.loads(told.splitlines()[-1])
    return figures


def peak_kb() -> int:
    """Return the most memory this process has had, in KiB.

    From the kernel's account of this program alone: getrusage's also holds the peak of who started it.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
