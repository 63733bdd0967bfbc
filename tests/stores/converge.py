"""Random histories of three stores, with everything that can go wrong; the count must end right.

`python -m tests.stores.converge --histories 5000` plays as many as one likes, each on a fresh database;
a history that fails prints its seed, and `--seed N --histories 1` plays it again.
"""

import argparse
import contextlib
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.store_model import Order
from tests.fakes.woocommerce import FakeStore
from tests.makers import make_config
from tests.stores.hub import Hub, running_hub
from writer import clock, stock
from writer.app import create_app
from writer.migrate import migrate
from writer.stores import client as store_client
from writer.stores import settle

SKUS = ("FIRE24", "ICE28")
OPENING = 40
STEPS = 18
PAID = ("processing", "completed")
VOID = ("pending", "failed", "cancelled")


class Killed(BaseException):
    """The pusher's process is gone, as by kill -9: nothing of it runs on."""


class History:
    """One random history: `step` lets something happen, `end` lets everything settle, `problems` judges."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self.hub = hub
        self.random = random.Random(seed)
        self.late: list[tuple[dict[str, str], bytes]] = []
        self.orders: list[tuple[FakeStore, Order]] = []
        self.sold_by_hand = dict.fromkeys(SKUS, 0)

    def play(self) -> list[str]:
        """Play the whole history; return what is wrong in the end, nothing if it ended right."""
        events: list[Callable[[], object]] = []
        events += [self.order] * 4 + [self.change] * 3 + [self.refund] * 2 + [self.bring] * 5
        events += [self.hand_change, self.sale_by_hand, self.trouble, self.trouble_over, self.wait]
        events += [self.hub.push] * 3
        events += [self.killed_push, self.hub.poll]
        for _ in range(STEPS):
            self.random.choice(events)()
            self.hub.tick(self.random.choice((0, 1, 1, 5, 70)))
        self.end()
        return self.problems()

    def order(self) -> None:
        store = self.random.choice(self.hub.fakes)
        lines = [
            (sku, self.random.randint(1, 4)) for sku in self.random.sample(SKUS, self.random.randint(1, 2))
        ]
        status = self.random.choice(("processing", "processing", "completed", "on-hold", "pending"))
        placed = store.place_order(lines, status=status, paid=status in PAID)
        self.orders.append((store, placed))

    def change(self) -> None:
        """An order is edited, or gets another status; one that was refunded can only be cancelled."""
        if not self.orders:
            return
        store, order = self.random.choice(self.orders)
        if order.refunds:
            if order.status != "refunded" and self.random.random() < 0.3:
                store.set_status(order, "cancelled")
        elif self.random.random() < 0.5:
            store.set_status(order, self.random.choice((*PAID, *VOID, "on-hold")))
        elif order.lines:
            store.edit_line(order, self.random.choice(order.lines).id, self.random.randint(0, 6))

    def refund(self) -> None:
        sold = [(store, order) for store, order in self.orders if order.status in PAID and order.lines]
        if not sold:
            return
        store, order = self.random.choice(sold)
        line = self.random.choice(order.lines)
        left = line.quantity - refunded(order, line.id)
        if left > 0:
            units = self.random.randint(1, left)
            store.refund(order, {line.id: units}, restock=self.random.random() < 0.6)

    def bring(self) -> None:
        """Deliveries arrive: some now, some late, some twice, some never, in any order."""
        for fake in self.hub.fakes:
            self.late += fake.take_deliveries()
        self.random.shuffle(self.late)
        for item in [self.late.pop() for _ in range(self.random.randint(0, len(self.late)))]:
            fate = self.random.random()
            if fate < 0.2:
                continue  # lost
            self.hub.post(*item)
            if fate > 0.8:
                self.late.append(item)

    def hand_change(self) -> None:
        self.random.choice(self.hub.fakes).set_stock(self.random.choice(SKUS), self.random.randint(0, 60))

    def sale_by_hand(self) -> None:
        sku, units = self.random.choice(SKUS), self.random.randint(1, 3)
        with self.hub.database.transaction() as db:
            product = stock.get(db, sku)
            stock.record(db, [stock.Movement(product.id, -units, "sale", clock.now(), "ada")])
        self.sold_by_hand[sku] += units

    def trouble(self) -> None:
        faults = self.random.choice(self.hub.fakes).faults
        fault = self.random.choice(
            ("maintenance", "broken", "drop_before", "drop_after_write", "firewall_page")
        )
        setattr(faults, fault, True)

    def trouble_over(self) -> None:
        self.random.choice(self.hub.fakes).faults.clear()

    def wait(self) -> None:
        self.hub.tick(self.random.choice((120, 900, 4000)))

    def killed_push(self) -> None:
        """The pusher dies at a random call to a store: before it is sent, or after it was applied."""
        calls, dies_before = [self.random.randint(0, 6)], self.random.random() < 0.5
        real = store_client.Client.ask

        def ask(client: Any, *args: Any, **named: Any) -> Any:
            calls[0] -= 1
            if calls[0] == 0 and dies_before:
                raise Killed
            answer = real(client, *args, **named)
            if calls[0] == 0:
                raise Killed
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store_client.Client, "ask", ask)
            with contextlib.suppress(Killed):
                self.hub.push()

    def end(self) -> None:
        """Trouble is over, what was late arrives, an hour passes; then one round of what cron does."""
        for fake in self.hub.fakes:
            fake.faults.clear()
        self.late += [item for fake in self.hub.fakes for item in fake.take_deliveries()]
        self.random.shuffle(self.late)
        for item in self.late:
            self.hub.post(*item)
        self.hub.tick(4000)
        with self.hub.database.transaction() as db:
            for number in range(len(self.hub.fakes)):
                settle.look_at_all(db, number + 1)
        self.hub.settle()

    def problems(self) -> list[str]:
        """Return what is wrong: counts that differ from the stores' own truth, stores that show another."""
        wrong = []
        for sku in SKUS:
            held = sum(should_hold(store, order, sku) for store, order in self.orders)
            expected = OPENING - held - self.sold_by_hand[sku]
            if self.hub.on_hand(sku) != expected:
                wrong.append(f"{sku}: on hand {self.hub.on_hand(sku)}, should be {expected}")
            if OPENING + sum(self.hub.moves(sku)) != self.hub.on_hand(sku):
                wrong.append(f"{sku}: on hand is not the sum of its movements")
            if self.hub.shown(sku) != [max(0, expected)] * 3:
                wrong.append(f"{sku}: stores show {self.hub.shown(sku)}, should be {max(0, expected)}")
        sold = sum(should_have_sold(order) for _, order in self.orders)
        if self.hub.sold() != sold:
            wrong.append(f"ledger {self.hub.sold()}, should be {sold}")
        return wrong


def refunded(order: Order, line_id: int) -> int:
    """Return the units of a line that the store refunded."""
    return sum(
        abs(line.quantity)
        for refund in order.refunds
        for line in refund.lines
        if str(line.meta_value("_refunded_item_id")) == str(line_id)
    )


def should_hold(store: FakeStore, order: Order, sku: str) -> int:
    """Work out from the store's own data how many units of an item an order keeps off the shelf."""
    product = store.product(sku).id
    held = 0
    for line in order.lines:
        if line.product_id == product:
            back = line.units("_restock_refunded_items")
            lost = refunded(order, line.id) - back
            held += lost if order.status in VOID else line.quantity - back
    return held


def should_have_sold(order: Order) -> int:
    """Work out from the store's own data how many units an order sold."""
    if order.status not in PAID:
        return 0
    return sum(line.quantity - refunded(order, line.id) for line in order.lines)


def play(database_url: str, seed: int) -> list[str]:
    """Play one history on a migrated database; return what is wrong in the end."""
    app = create_app(make_config(DATABASE_URL=database_url))
    try:
        with pytest.MonkeyPatch.context() as patch, running_hub(app, patch) as hub:
            for sku in SKUS:
                hub.add_item(sku, OPENING)
            with hub.database.transaction() as db:
                db.exec_driver_sql("UPDATE stores SET restocks_refunds = false")
            return History(hub, seed).play()
    finally:
        app.extensions["database"].close()


def main() -> int:
    """Play histories until one fails or all are played."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1, help="of the first history")
    asked = parser.parse_args()
    for seed in range(asked.seed, asked.seed + asked.histories):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'sales.db'}"
            migrate(url)
            wrong = play(url, seed)
        if wrong:
            print(f"history {seed} ended wrong: {'; '.join(wrong)}")
            return 1
        if seed % 50 == 0:
            print(f"{seed - asked.seed + 1} histories ended right")
    print(f"{asked.histories} histories ended right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
