"""Random histories of three stores, with everything that can go wrong; the count must end right.

`python -m tests.sync.stock_push.converge --histories 5000` plays as many as one likes,
each on a fresh database; a history that fails prints its seed, and `--seed N --histories 1` plays it again.
"""

import argparse
import contextlib
import json
import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from tests.fake_services.faults import with_gaps
from tests.fake_services.store_model import Order
from tests.fake_services.store_orders import RefundTooLarge
from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub, running_hub
from tests.makers import WEBHOOK_SECRET, make_config
from tests.sync.stock_push import truth
from tests.sync.stock_push.mortal import Mortal
from tests.sync.stock_push.shelves import SKUS, Listed, stocked
from tests.sync.stock_push.truth import PAID, VOID, refunded
from writer.app import create_app
from writer.db.migrate import migrate
from writer.db.schema.stores import stores
from writer.people import users
from writer.stores import listings, registry
from writer.stores.listings.actions import map_by_hand
from writer.stores.woocommerce.signing import signature

STEPS = 18
HEADERS = frozenset({"link", "x-wp-total", "x-wp-totalpages"})
FAULTS: dict[str, object] = {
    **dict.fromkeys(
        ("maintenance", "broken", "drop_before", "drop_after_write", "firewall_page", "down"), True
    ),
    **dict.fromkeys(("keeps_answers", "lists_as_objects"), True),
    "drops_headers": HEADERS,
}
MODELS = {"FIRE24": ("Fire", "24pin"), "ICE28": ("Ice", "28pin")}


class History:
    """One random history: `play` lets things happen, `end` lets everything settle, truth.problems judges."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self.hub = hub
        self.random = random.Random(seed)
        self.opening = self.random.choice((4, 15, 40))
        # Nobody changes a number by hand, so nothing is drift: a store that adopts drift would miscount it.
        self.adopts = self.random.random() < 0.5
        self.listed = stocked(hub, self.opening, self.random, 30 if self.adopts else 1200)
        if self.adopts:
            with hub.database.transaction() as db:
                db.execute(update(stores).values(difference_policy="adopt"))
        self.left_alone: set[Listed] = set()
        self.late: list[tuple[dict[str, str], bytes]] = []
        self.orders: list[tuple[FakeStore, Order]] = []
        self.by_hand: dict[int, tuple[str, int]] = {}  # sale id -> SKU, units: those not deleted
        with hub.database.transaction() as db:
            token = users.make_token(db, "till", "write", "ada")
        self.till = hub.app.test_client()
        self.till.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def play(self) -> list[str]:
        """Play the whole history; return what is wrong in the end, nothing if it ended right."""
        events: list[Callable[[], object]] = []
        events += [self.order] * 4 + [self.change] * 3 + [self.refund] * 2 + [self.bring] * 5
        events += [self.hand_change, self.sale_by_hand, self.trouble, self.trouble_over, self.wait]
        events += [self.hub.push] * 2
        events += [self.killed_push, self.restless_push, self.hub.poll, self.poll_and_lose]
        events += [
            self.trash_or_restore,
            self.leave_alone,
            self.map_again,
            self.rename,
            self.move,
            self.follow,
        ]
        for _ in range(STEPS):
            self.random.choice(events)()
            self.hub.tick(self.random.choice((0, 1, 1, 5, 70)))
        self.end()
        return truth.problems(self.hub, self.opening, self.listed, self.orders, self.by_hand)

    def lines(self, store: FakeStore) -> list[tuple[int, int]]:
        """Return one or two lines of what a store sells."""
        sold = [self.random.choice(listed.sold_as) for listed in self.listed if listed.fake is store]
        return [
            (product, self.random.randint(1, 4))
            for product in self.random.sample(sold, self.random.randint(1, 2))
        ]

    def order(self) -> None:
        store = self.random.choice(self.hub.fakes)
        status = self.random.choice(("processing", "processing", "completed", "on-hold", "pending"))
        placed = store.place_order(self.lines(store), status=status, paid=status in PAID)
        self.orders.append((store, placed))

    def change(self) -> None:
        """An order gets another status, is edited, or gets another line: what was void may be paid again."""
        if not self.orders:
            return
        store, order = self.random.choice(self.orders)
        if order.status in ("refunded", "trash"):
            return
        what = self.random.random()
        if what < 0.5:
            if self.adopts and order.refunds:
                return  # WooCommerce then holds other units than we do: that is drift
            choices = (
                *PAID,
                *VOID,
                "on-hold",
                *(("refunded",) if order.status in PAID and not order.refunds else ()),
            )
            store.set_status(order, self.random.choice(choices))
        elif what < 0.6:
            store.add_line(order, *self.random.choice(self.lines(store)))
        elif order.lines:
            line = self.random.choice(order.lines)
            fewest = refunded(order, line.id)  # WooCommerce edits no refunded order; its REST API does
            store.edit_line(order, line.id, fewest + self.random.randint(0, 6))

    def refund(self) -> None:
        sold = [(store, order) for store, order in self.orders if order.status in PAID and order.lines]
        if not sold:
            return
        store, order = self.random.choice(sold)
        line = self.random.choice(order.lines)
        left = line.quantity - refunded(order, line.id)
        if left > 0:
            units = self.random.randint(1, left)
            with contextlib.suppress(RefundTooLarge):  # an edit leaves a line's price as it was
                store.refund(order, {line.id: units}, restock=self.random.random() < 0.6)

    def trash_or_restore(self) -> None:
        """An order goes to the trash, from which lists leave it out, or returns as it was."""
        if not self.orders:
            return
        store, order = self.random.choice(self.orders)
        (store.untrash if order.status == "trash" else store.trash)(order)

    def leave_alone(self) -> None:
        """The owner leaves a listing alone for a while: its orders count as nothing meanwhile."""
        listed = self.random.choice(self.listed)
        with self.hub.database.transaction() as db:
            map_by_hand(db, "ada", listed.id, "")
        self.left_alone.add(listed)

    def map_again(self) -> None:
        """The owner maps again what was left alone: its orders count after all."""
        for listed in sorted(self.left_alone, key=lambda found: found.id):
            with self.hub.database.transaction() as db:
                map_by_hand(db, "ada", listed.id, listed.item)
        self.left_alone.clear()

    def rename(self) -> None:
        """A product gets another SKU in its store; what shows its parent's SKU shows the new one."""
        listed = self.random.choice(self.listed)
        sku = listed.fake.product(listed.counted_by).sku
        listed.fake.rename_sku(listed.counted_by, sku.removesuffix("-v2") if "-v2" in sku else f"{sku}-v2")

    def move(self) -> None:
        """A store gets another address. Its keys are entered anew at once, what it delivers is held.

        A store whose numbers are taken over is followed at once: what our write covers and is cancelled
        before we hear of either looks like a change by hand for ever.
        """
        number = self.random.randrange(len(self.hub.fakes))
        fake = self.hub.fakes[number]
        here, there = ("127.0.0.1", "localhost") if "127.0.0.1" in fake.url else ("localhost", "127.0.0.1")
        fake.state.url = fake.url.replace(here, there)
        with self.hub.database.transaction() as db:
            db.execute(update(stores).where(stores.c.id == number + 1).values(base_url=fake.url))
        if self.adopts:
            self.follow()

    def follow(self) -> None:
        """The owner says of every store that has moved that it is the same."""
        for number, fake in enumerate(self.hub.fakes, 1):
            with self.hub.database.transaction() as db:
                registry.move(db, "ada", number, registry.normalised(fake.url))

    def taken(self, fake: FakeStore) -> list[tuple[dict[str, str], bytes]]:
        """Return what a store delivers; some of it as PHP writes lists that have a gap in their keys."""
        return [item if self.random.random() < 0.9 else _with_gaps(*item) for item in fake.take_deliveries()]

    def bring(self) -> None:
        """Deliveries arrive: some now, some late, some twice, some never, in any order."""
        for fake in self.hub.fakes:
            self.late += self.taken(fake)
        self.random.shuffle(self.late)
        for item in [self.late.pop() for _ in range(self.random.randint(0, len(self.late)))]:
            fate = self.random.random()
            if fate < 0.2:
                continue  # lost
            self.hub.post(*item)
            if fate > 0.8:
                self.late.append(item)

    def poll_and_lose(self) -> None:
        """Orders are read, one changes within the same second, and its store's webhooks are all lost."""
        self.hub.poll()
        self.change()
        self.random.choice([store for store, _ in self.orders] or self.hub.fakes).take_deliveries()

    def hand_change(self) -> None:
        if self.adopts:
            return
        listed = self.random.choice(self.listed)
        listed.fake.set_stock(listed.counted_by, self.random.randint(0, 60))

    def sale_by_hand(self) -> None:
        """A program sells something, or corrects or deletes what it sold."""
        sku, units = self.random.choice(SKUS), self.random.randint(1, 3)
        if self.by_hand and self.random.random() < 0.5:
            sale_id = self.random.choice(sorted(self.by_hand))
            if self.random.random() < 0.5:
                assert self.till.delete(f"/api/sales/{sale_id}").status_code == 200
                del self.by_hand[sale_id]
                return
            told = self.till.put(f"/api/sales/{sale_id}", json={"sku": sku, "quantity": units})
        else:
            kind = dict(zip(("model", "variant"), MODELS[sku], strict=True))
            told = self.till.post("/api/sales", json={**kind, "sku": sku, "quantity": units})
        assert told.status_code in (200, 409), told.text  # 409: fewer are available, nothing is sold
        if told.status_code == 200:
            self.by_hand[told.get_json()["id"]] = (sku, units)

    def trouble(self) -> None:
        name = self.random.choice(list(FAULTS))
        setattr(self.random.choice(self.hub.fakes).faults, name, FAULTS[name])

    def trouble_over(self) -> None:
        self.random.choice(self.hub.fakes).faults.clear()

    def wait(self) -> None:
        self.hub.tick(self.random.choice((120, 900, 4000)))

    def killed_push(self) -> None:
        """The pusher is gone as by kill -9, just before or after a random call or commit."""
        Mortal(self.random.randint(1, 14), dies_before=self.random.random() < 0.5).push(self.hub)

    def restless_push(self) -> None:
        """Customers buy, and their webhooks come, between the pusher's calls to their store.

        What our write covers and is cancelled before we hear of either looks like a change by hand for ever.
        """
        for fake in self.hub.fakes:
            is_told = self.random.random() < 0.5 or self.adopts
            self._let_buy(fake, self.random.randint(1, 4), self.lines(fake), is_told)
        self.hub.push()
        for fake in self.hub.fakes:
            fake.after_request = None

    def _let_buy(self, fake: FakeStore, at: int, lines: list[tuple[int, int]], is_told: bool) -> None:
        calls = [0]

        def buy(_method: str, _path: str) -> None:
            calls[0] += 1
            if calls[0] == at:
                self.orders.append((fake, fake.place_order(lines)))
                for headers, body in fake.take_deliveries() if is_told else []:
                    self.hub.post(headers, body)

        fake.after_request = buy

    def end(self) -> None:
        """Trouble is over, what was late arrives, an hour passes; then one round of what cron does."""
        for fake in self.hub.fakes:
            fake.faults.clear()
        for store, order in self.orders:
            if order.status == "trash":
                store.untrash(order)
        self.map_again()
        self.follow()
        self.late += [item for fake in self.hub.fakes for item in self.taken(fake)]
        self.random.shuffle(self.late)
        for item in self.late:
            self.hub.post(*item)
        self.hub.tick(4000)
        with self.hub.database.transaction() as db:
            for number in range(len(self.hub.fakes)):
                listings.check_all(db, number + 1)
        self.hub.settle()


def _with_gaps(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    raw = json.dumps(with_gaps(json.loads(body))).encode()
    return {**headers, "X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, raw)}, raw


def play(app: Flask, seed: int) -> list[str]:
    """Play one history on the application's fresh database; return what is wrong in the end."""
    with pytest.MonkeyPatch.context() as patch, running_hub(app, patch) as hub:
        return History(hub, seed).play()


@contextmanager
def stage(template: Path, folder: Path) -> Iterator[Callable[[int], list[str]]]:
    """Give a function that plays the history of a seed on a fresh copy of a migrated SQLite database.

    One application plays them all: making one and compiling its statements would take longer than a history.
    """
    path = folder / "sales.db"
    shutil.copy(template, path)
    app = create_app(make_config(DATABASE_URL=f"sqlite:///{path}"))

    def play_afresh(seed: int) -> list[str]:
        app.extensions["database"].close()
        for left in (f"{path}-wal", f"{path}-shm"):
            Path(left).unlink(missing_ok=True)
        shutil.copy(template, path)
        return play(app, seed)

    try:
        yield play_afresh
    finally:
        app.extensions["database"].close()


def main() -> int:
    """Play histories until one fails or all are played."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1, help="of the first history")
    asked = parser.parse_args()
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        migrate(f"sqlite:///{template}")
        with stage(template, Path(folder)) as play_afresh:
            for seed in range(asked.seed, asked.seed + asked.histories):
                wrong = play_afresh(seed)
                if wrong:
                    print(f"history {seed} ended wrong: {'; '.join(wrong)}")
                    return 1
                if seed % 50 == 0:
                    print(f"{seed - asked.seed + 1} histories ended right", flush=True)
    print(f"{asked.histories} histories ended right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
