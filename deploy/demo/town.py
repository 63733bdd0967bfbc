"""What goes on in the demo by itself: customers buy, some change their mind, boxes arrive; who shows what."""

import random
import time
from dataclasses import dataclass

from deploy.demo.hub import Hub
from deploy.demo.shops import Diary, Shop
from tests.fake_services.store_model import Order


@dataclass(frozen=True)
class Line:
    """What the hub counts of a SKU and what each store shows of it."""

    sku: str
    hub: int
    shown: list[int]

    @property
    def agrees(self) -> bool:
        return all(number == self.hub for number in self.shown)


class Town:
    """Two stores and the hub; `step` lets a moment pass."""

    def __init__(self, hub: Hub, shops: list[Shop], diary: Diary, every_s: float) -> None:
        self.hub = hub
        self.shops = shops
        self.diary = diary
        self._every_s = every_s
        self._next_s = time.monotonic() + 2
        self._chance = random.Random()
        self._orders: list[tuple[Shop, Order]] = []
        self._open: set[str] = set()  # SKUs that do not show the same everywhere

    def lines(self) -> list[Line]:
        """Return every SKU with its numbers."""
        shown = [{item.sku: item.stock for item in shop.items()} for shop in self.shops]
        return [Line(sku, n, [of.get(sku, 0) for of in shown]) for sku, n in self.hub.counts().items()]

    def step(self) -> None:
        """Let somebody buy when it is time, and note which SKUs show the same everywhere again."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + self._every_s * self._chance.uniform(0.6, 1.4)
            self._something_happens()
        for line in self.lines():
            if line.agrees and line.sku in self._open:
                self.diary.write(f"Everybody shows {line.hub} x {line.sku}.")
            (self._open.discard if line.agrees else self._open.add)(line.sku)

    def _something_happens(self) -> None:
        for sentence in self.hub.restock():
            self.diary.write(sentence)
        if len(self._orders) > 2 and self._chance.random() < 0.15:
            self._change_of_mind(*self._orders.pop(0))
            return
        shop = self._chance.choice(self.shops)
        on_sale = [item.sku for item in shop.items() if item.stock > 0]
        order = (
            shop.sell(self._chance.choice(on_sale), self._chance.choice((1, 1, 1, 2, 3))) if on_sale else None
        )
        if order is not None:
            self._orders = [*self._orders, (shop, order)][-20:]

    def _change_of_mind(self, shop: Shop, order: Order) -> None:
        if self._chance.random() < 0.5:
            shop.set_status(order, "cancelled")
            self.diary.write(f"Order {order.id} of {shop.name} is cancelled: its units come back.")
        else:
            shop.refund(order, {line.id: line.quantity for line in order.lines})
            self.diary.write(f"Order {order.id} of {shop.name} is sent back and refunded.")
