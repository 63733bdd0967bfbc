"""The real product of the demo: its database filled by the product's own verbs, its processes started."""

import http.client
import os
from collections.abc import Iterable, Mapping
from functools import partial

from sqlalchemy import select

from deploy.demo.catalogue import PRODUCTS
from deploy.demo.settings import Ports
from deploy.demo.shops import Shop
from writer import wiring
from writer.config import Config
from writer.db import Database
from writer.db.migrate import migrate
from writer.db.schema.products import products
from writer.ops import processes
from writer.ops.preflight import Refused
from writer.people import users
from writer.reports.home import setup
from writer.sales import product_types
from writer.sales.product_types import types
from writer.stock import movements
from writer.stock import products as stock_products
from writer.stores import connect, webhook_setup
from writer.stores.connect import policies
from writer.stores.listings import refresh
from writer.stores.opening_stock import actions as baseline
from writer.stores.registry import Keyring, Vault, registry
from writer.stores.woocommerce import Site

BY = "demo"
SERVICES = ("demo-worker", "demo-writer", "demo-reader")
LOW, A_BOX = 3, 25  # below what opens a notice, so that there is one to look at
POLL_EVERY_S = 15


class Hub:
    """The count that all stores are brought to."""

    def __init__(self, config: Config, ports: Ports) -> None:
        migrate(config.database_url)
        self.ports = ports
        wiring.wire(config)
        self.database = Database.of(config)
        self.keyring = Keyring(Vault(config.encryption_keys), config.webhook_shared_secret)

    def settle_in(self) -> None:
        """Set up what an owner does in the first days: what products count as, a program that may read."""
        with self.database.transaction() as db:
            product_types.set_counting(db, BY, "types")
            setup.tick(db, BY, "public")
            users.make_token(db, "The till's display", "read", BY)
            known = {(row.model, row.variant) for row in product_types.list_types(db)}
            for product in PRODUCTS.values():
                if product.counts_as not in known:
                    types.add_type(db, BY, *product.counts_as)
                    product_types.add_rule(db, BY, product.sku, *product.counts_as)

    def connect(self, shops: Iterable[Shop]) -> None:
        """Connect the stores as an owner does: keys, webhooks, mappings, counts of the first, pushing on."""
        for shop in shops:
            self._connect(shop)
        ids = [shop.store_id for shop in shops]
        baseline.take_over(self.database, self.keyring.vault, BY, ids[0])
        with self.database.transaction() as db:
            baseline.start(db, BY, ids)
            for product in PRODUCTS.values():
                row = stock_products.get(db, product.sku)
                stock_products.change_product(db, BY, row, reorder_point=product.reorder_point)
            for store_id in ids:
                policies.change(db, BY, store_id, 0, "ask", True, False, POLL_EVERY_S)

    def _connect(self, shop: Shop) -> None:
        site = Site(shop.url, shop.key, shop.secret)
        found = connect.look(site)
        with self.database.transaction() as db:
            shop.store_id = int(connect.save(db, self.keyring, BY, site, found, shop.name).id)
            registry.set_secret(db, self.keyring, BY, shop.store_id, shop.webhook_secret)
        for topic in webhook_setup.TOPICS:
            url = f"http://127.0.0.1:{self.ports.writer}{webhook_setup.PATH}"
            shop.add_webhook(topic, url)
        refresh(self.database, self.keyring.vault, shop.store_id)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start reader, writer and worker, and return when they answer. Raises Refused."""
        os.environ.update(environment)
        for name, mark, port in (
            ("reader", processes.MARKS["reader"], self.ports.reader),
            ("writer", processes.MARKS["writer"], self.ports.writer),
        ):
            command = ["gunicorn", "-c", f"{name}/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", mark]
            processes.launch(f"demo-{name}", command)
        processes.launch("demo-worker", [processes.MARKS["demo-worker"]])
        for name, port in (("demo-reader", self.ports.reader), ("demo-writer", self.ports.writer)):
            if not processes.wait(name, partial(_answers, port)):
                raise Refused(f"The {name} did not start: see run/{name}.log.")

    def stop(self) -> None:
        """Return when nothing that was started runs any more."""
        self.database.close()
        processes.stop(SERVICES)

    def counts(self) -> dict[str, int]:
        """Return what is available of each SKU: the number every store is to show."""
        query = select(products.c.sku, products.c.on_hand - products.c.set_aside).order_by(products.c.sku_key)
        with self.database.reading() as db:
            return {sku: max(0, available) for sku, available in db.execute(query)}

    def restock(self) -> list[str]:
        """Receive a box of everything that runs low; return a sentence for each."""
        low = [sku for sku, units in self.counts().items() if units < LOW]
        with self.database.transaction() as db:
            received = [(stock_products.get(db, sku), A_BOX) for sku in low]
            if received:
                movements.receive(db, BY, received, "a box of each from the workshop")
        return [f"The workshop delivers {A_BOX} x {sku} to the hub." for sku in low]


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
