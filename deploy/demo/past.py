"""The demo's past: what happened day by day, played through the product's own doors with the time replaced.

Every order is placed in its shop, and what the shop then sends and answers is taken as it always is. So the
ledger follows from the orders and the stock from its movements, as in an installation that ran all that time.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

from deploy.demo.hub import Hub
from deploy.demo.shops import Shop
from writer.lib import clock
from writer.stores import contact
from writer.sync import order_import, stock_push
from writer.sync.webhook_inbox import intake

_TOPIC = "X-WC-Webhook-Topic"
Happening = Callable[[], object]


class Past:
    """What is still to happen, in the order of time; `play` lets it happen."""

    def __init__(self, hub: Hub, shops: list[Shop], began: datetime, until: datetime) -> None:
        self.hub, self.shops = hub, shops
        self.began, self.until = began, until
        self.moment = began
        self._due: list[tuple[datetime, int, Happening]] = []
        self._order = itertools.count()  # two things of one moment happen as they were said
        self._pushed_at = began

    @property
    def days(self) -> int:
        """Return how many days there are before today's."""
        return (self.until.date() - self.began.date()).days

    @property
    def number(self) -> int:
        """Return the number of the present day; the first is 0."""
        return (self.moment.date() - self.began.date()).days

    def day(self, number: int, hour: int = 0, minute: int = 0) -> datetime:
        """Return a time of day of the day with this number."""
        return datetime.combine(self.began, time(hour, minute), UTC) + timedelta(days=number)

    def at(self, moment: datetime, happening: Happening) -> None:
        """Let something happen at a moment; what is to come after the present is left out."""
        if moment <= self.until:
            heapq.heappush(self._due, (max(moment, self.moment), next(self._order), happening))

    def play(self) -> None:
        """Let everything happen, and have every shop show the count afterwards."""
        while self._due:
            self.moment, _, happening = heapq.heappop(self._due)
            happening()
            self._take_deliveries()
            if self.moment - self._pushed_at > self._push_every():
                self.push()
        self.moment = self.until
        self.push()

    def _push_every(self) -> timedelta:
        """Return how long the shops may be left: a push takes much longer than anything else here."""
        is_lately = self.until - self.moment < timedelta(hours=26)
        return timedelta(minutes=40) if is_lately else timedelta(days=10)

    def push(self) -> None:
        """Have every shop show the count, as the worker does."""
        self._pushed_at = self.moment
        with self.hub.database.only_one(stock_push.TURN):
            stock_push.push_all(self.hub.database, self.hub.keyring.vault)

    def _take_deliveries(self) -> None:
        """Take what the shops deliver of orders, and read from them what a delivery leaves open."""
        for shop in self.shops:
            delivered = [found for found in shop.take_deliveries() if found[0][_TOPIC].startswith("order.")]
            for headers, body in delivered:
                self.deliver(headers, body)
            if delivered:
                self._read_asked(shop)

    def deliver(self, headers: dict[str, str], body: bytes) -> None:
        """Take one delivery, signed as it is."""
        sent = intake.Sent(
            body, *(headers[f"X-WC-Webhook-{name}"] for name in ("Source", "Topic", "Signature"))
        )
        intake.take(self.hub.database, self.hub.keyring, sent)

    def _read_asked(self, shop: Shop) -> None:
        database = self.hub.database
        with database.reading() as db:
            is_asked = bool(order_import.asked(db, shop.store_id))
        if is_asked:
            with contact(database, self.hub.keyring.vault, shop.store_id, "read orders") as client:
                order_import.Reader(database, client, shop.store_id).read_asked()

    def import_orders(self) -> None:
        """Read both shops' orders, as cron does."""
        order_import.run(self.hub.database, self.hub.keyring.vault, order_import.Plan("cron"))


@contextmanager
def time_is(now: Callable[[], datetime]) -> Iterator[None]:
    """While this lasts, it is for product and shops the moment that `now` returns."""
    real = clock.now
    clock.now = now
    try:
        yield
    finally:
        clock.now = real
