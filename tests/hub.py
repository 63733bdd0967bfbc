"""The whole product against fake stores over real HTTP, on a clock that tests turn.

Conventions of the scenarios: stores a, b, c; item X; on hand 10, each store shows 10, all mapped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update

from tests.delivering import URL
from tests.fake_services.store_model import Order
from tests.fake_services.woocommerce import FakeStore
from tests.makers import WEBHOOK_SECRET
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.listings import listings
from writer.db.schema.movements import movements
from writer.db.schema.notices import notices
from writer.db.schema.orders import orders
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.sales import product_types
from writer.stock.movements import Movement, add_product, record
from writer.stock.products import get
from writer.stores.listings import check_all
from writer.stores.registry import NotNow, Vault, contact, registry
from writer.stores.woocommerce import StoreError, client
from writer.sync import order_import
from writer.sync.stock_push import pusher
from writer.sync.stock_push.pusher import PushRound


class Hub:
    """The writer and its fake stores. Time stands still until `tick`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.database: Database = app.extensions["database"]
        self.vault: Vault = app.extensions["keyring"].vault
        self.time = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
        self.fakes: list[FakeStore] = []

    def now(self) -> datetime:
        return self.time

    def tick(self, seconds: float = 1) -> None:
        """Let time pass, here and in every store."""
        self.time += timedelta(seconds=seconds)

    # Setting up

    def add_item(self, sku: str = "X", on_hand: int = 10) -> int:
        """Count an item here and in every store, all showing the same."""
        with self.database.transaction() as db:
            product = add_product(db, "test", sku, on_hand)
            version = db.execute(select(products.c.version).where(products.c.id == product.id)).scalar_one()
            for index, fake in enumerate(self.fakes):
                item = fake.add_product(sku, on_hand)
                db.execute(
                    insert(listings).values(
                        store_id=index + 1,
                        product_id=item.id,
                        sku=sku,
                        stock_product_id=product.id,
                        shown_quantity=on_hand,
                        confirmed_quantity=on_hand,
                        handled_version=version,
                    )
                )
        self.tick()
        return int(product.id)

    def count_as(self, sku: str, model: str = "Fire", variant: str = "28pin") -> None:
        """Let an item count in the totals too, as this model and variant."""
        with self.database.transaction() as db:
            product_types.add_rule(db, "test", sku, model, variant)

    def add_store(self, fake: FakeStore, **settings: Any) -> None:
        """Register a fake store with its keys, pushing on."""
        self.fakes.append(fake)
        with self.database.transaction() as db:
            row = registry.register(db, registry.normalised(fake.url), "test")
            keys = {
                "base_url": fake.url,
                "consumer_key_encrypted": self.vault.lock(fake.key),
                "consumer_secret_encrypted": self.vault.lock(fake.secret),
                "ca_bundle": fake.ca_bundle,
                "auth": "basic" if fake.is_https else "oauth",
                "push_state": "on",
                "order_cursor": self.now(),
                "stock_from": self.now(),
                "name": fake.name,
                **settings,
            }
            db.execute(update(stores).where(stores.c.id == row.id).values(**keys))
        fake.add_order_webhooks(f"http://hub.example{URL}")

    # What happens

    def deliver(self, *fakes: FakeStore) -> list[int]:
        """Bring what the stores have queued to the webhook; return the answers' statuses."""
        return [self.post(*found) for fake in fakes or self.fakes for found in fake.take_deliveries()]

    def post(self, headers: dict[str, str], body: bytes) -> int:
        """Bring one delivery."""
        sent = {name: value for name, value in headers.items() if name not in ("Host", "Connection")}
        return self.client.post(URL, data=body, headers=sent).status_code

    def sell_here(self, units: int, sku: str = "X") -> None:
        """A sale made elsewhere than in a store."""
        with self.database.transaction() as db:
            product = get(db, sku)
            record(db, [Movement(product.id, -units, "sale", clock.now(), "ada")])

    def let_drift(self, store: int, shows: int) -> None:
        """Let somebody change the number in a store by hand, and let it be seen twice."""
        self.fakes[store - 1].set_stock("X", shows)
        for _ in range(2):
            with self.database.transaction() as db:
                check_all(db, store)
            self.push(store_ids=[store])
            self.tick(61)

    def push(self, **options: Any) -> PushRound:
        """One run of the pusher."""
        return pusher.push_all(self.database, self.vault, **options)

    def poll(self) -> None:
        """One reading of every store's orders; a store that cannot be read is left out."""
        for index in range(len(self.fakes)):
            try:
                with contact(self.database, self.vault, index + 1, "read orders") as client:
                    reader = order_import.Reader(self.database, client, index + 1)
                    reader.poll()
                    reader.read_asked()
            except (NotNow, StoreError):
                continue

    def settle(self) -> None:
        """Everything that cron does, until nothing is left to do: read, push, look a second time, push."""
        self.poll()
        self.push()
        self.tick(61)
        self.poll()
        self.push()

    # What is seen

    def on_hand(self, sku: str = "X") -> int:
        with self.database.reading() as db:
            return int(db.execute(select(products.c.on_hand).where(products.c.sku == sku)).scalar_one())

    def moves(self, sku: str = "X") -> list[int]:
        """Return the movements of an item after its first count."""
        with self.database.reading() as db:
            product = get(db, sku)
            query = select(movements.c.quantity).where(
                movements.c.stock_product_id == product.id, movements.c.note != "first count"
            )
            return list(db.execute(query.order_by(movements.c.id)).scalars())

    def shown(self, sku: str = "X") -> list[int | None]:
        """Return what each store shows of an item."""
        return [fake.stock(sku) for fake in self.fakes]

    def sold(self) -> int:
        with self.database.reading() as db:
            return sum(db.execute(select(sales.c.quantity)).scalars())

    def total_of(self, order: Order) -> int:
        """Return what an order is recorded to come to, in pence."""
        query = select(orders.c.total_minor).where(orders.c.external_id == str(order.id))
        with self.database.reading() as db:
            return int(db.execute(query).scalar_one())

    def rows(self, table: Any) -> list[Any]:
        with self.database.reading() as db:
            return list(db.execute(select(table).order_by(table.c.id)).all())

    def open_notices(self) -> list[str]:
        """Return the kinds of the notices that are open."""
        with self.database.reading() as db:
            query = select(notices.c.kind).where(notices.c.closed_at.is_(None)).order_by(notices.c.id)
            return list(db.execute(query).scalars())

    def listing(self, store: int, sku: str = "X") -> Any:
        """Return the listing of an item in the store of that number (from 1)."""
        query = select(listings).where(listings.c.store_id == store, listings.c.sku == sku)
        with self.database.reading() as db:
            return db.execute(query).one()

    def store(self, number: int) -> Any:
        """Return the row of the store of that number (from 1)."""
        with self.database.reading() as db:
            return registry.get(db, number)


@contextmanager
def running_hub(app: Flask, monkeypatch: Any, how_many: int = 3, **fake_settings: Any) -> Iterator[Hub]:
    """A hub with started fake stores A, B, C, whose clocks are its own."""
    hub = Hub(app)
    monkeypatch.setattr(clock, "now", hub.now)
    monkeypatch.setattr(client, "READ_AGAIN_AFTER_S", (0.0,))
    started: list[FakeStore] = []
    try:
        for name in "ABCDEFGH"[:how_many]:
            fake = FakeStore(name, webhook_secret=WEBHOOK_SECRET, clock=hub.now, **fake_settings).start()
            started.append(fake)
            hub.add_store(fake)
        yield hub
    finally:
        for fake in started:
            fake.stop()
