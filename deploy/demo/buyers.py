"""The orders of the demo's past: when customers buy, what becomes of their orders, what they send back."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial

from deploy.demo.catalogue import PRODUCTS
from deploy.demo.customers import CUSTOMERS
from deploy.demo.past import Past
from deploy.demo.shops import Shop
from tests.fake_services.store_lines import LineSpec
from tests.fake_services.store_model import Order

SATURDAY = 5
# How busy each day of the week is, Monday first: makers buy in the evening of a working day.
WEEK = (1.15, 1.2, 1.15, 1.1, 1.0, 0.55, 0.6)
ORDERS_A_DAY = 3.8
LEFT_OVER = 3  # no customer of the past takes the last ones, so nothing is oversold
NOTES = (
    "Please leave the parcel with the neighbours at number 12.",
    "It is a present, so no invoice in the box, please.",
    "The bell does not work. Knock!",
    "For a VIC-20 and a C64: is the jumper set for 2332?",
)


@dataclass(frozen=True)
class Buyers:
    """Customers of both shops. Every choice is `chance`'s, so a seed tells the same story again."""

    past: Past
    north: Shop
    south: Shop
    chance: random.Random
    newcomers: list[dict[str, str]] = field(default_factory=CUSTOMERS.copy)

    def plan(self) -> None:
        """Say when somebody buys; what follows from an order is said as it is placed."""
        for number in range(self.past.days + 1):
            day = self.past.day(number)
            busy = WEEK[day.weekday()] * (0.8 + 0.4 * number / self.past.days)
            for _ in range(round(self.chance.gauss(ORDERS_A_DAY * busy, 1.2))):
                minute = int(self.chance.triangular(6 * 60 + 30, 22 * 60 + 30, 19 * 60))
                shop = self.north if self.chance.random() < 0.62 else self.south
                self.past.at(day + timedelta(minutes=minute), partial(self._somebody_buys, shop))

    def plan_stranger(self, shop: Shop) -> None:
        """Let a shop that is not connected sell something now and then."""
        for number, customer in enumerate(CUSTOMERS[::4]):
            parcel = [(("FIRE24", "ICE28", "CASE-BLUE")[number % 3], 1 + number % 2)]
            day = self.past.day(self.past.days - 3 * number - 1, 18, number)
            self.past.at(day, partial(self.buy, shop, parcel, customer))

    def _somebody_buys(self, shop: Shop) -> None:
        parcel = self._parcel()
        if not parcel:
            return
        fates = (self.buy, self._buy_by_transfer, self._give_up, self._have_card_refused)
        self.chance.choices(fates, (90, 5, 3, 2))[0](shop, parcel, self._customer())

    def _customer(self) -> dict[str, str]:
        """Return somebody new until everybody has bought once; else mostly one of those who come often."""
        if self.chance.random() < 0.25 and self.newcomers:
            return self.newcomers.pop()
        return CUSTOMERS[int(self.chance.expovariate(1 / 12)) % len(CUSTOMERS)]

    def _parcel(self) -> list[tuple[str, int]]:
        """Return what one customer takes, as far as there is enough of it."""
        there, shares = self.past.hub.counts(), [each.share for each in PRODUCTS.values()]
        chosen = self.chance.choices(list(PRODUCTS), shares, k=self.chance.choice((1, 1, 2, 3)))
        units = {sku: self.chance.choice((1, 1, 1, 2, 3)) for sku in dict.fromkeys(chosen)}
        return [(sku, number) for sku, number in units.items() if there[sku] - number >= LEFT_OVER]

    def buy(self, shop: Shop, parcel: list[tuple[str, int]], customer: dict[str, str]) -> None:
        """Place an order paid by card, which is sent within days."""
        self._plan_sending(shop, self.place(shop, parcel, customer, "processing", "stripe"))

    def _buy_by_transfer(self, shop: Shop, parcel: list[tuple[str, int]], customer: dict[str, str]) -> None:
        order = self.place(shop, parcel, customer, "on-hold")
        paid_at = self.past.moment + timedelta(hours=self.chance.randint(20, 70))
        self.past.at(paid_at, partial(shop.pay, order))
        self.past.at(paid_at, partial(self._plan_sending, shop, order))

    def _give_up(self, shop: Shop, parcel: list[tuple[str, int]], customer: dict[str, str]) -> None:
        order = self.place(shop, parcel, customer, "on-hold")
        self.past.at(self.past.moment + timedelta(days=6), partial(shop.set_status, order, "cancelled"))

    def _have_card_refused(self, shop: Shop, parcel: list[tuple[str, int]], customer: dict[str, str]) -> None:
        self.place(shop, parcel, customer, "failed", "stripe")

    def place(
        self,
        shop: Shop,
        parcel: list[tuple[str, int]],
        customer: dict[str, str],
        status: str,
        payment_method: str = "bacs",
    ) -> Order:
        """Place an order of (SKU, units); some customers have a voucher of ten per cent, some a wish."""
        factor = Decimal("0.9") if self.chance.random() < 0.06 else Decimal(1)
        lines: list[LineSpec] = [
            (sku, units, f"{Decimal(shop.product(sku).price) * units * factor:.2f}") for sku, units in parcel
        ]
        return shop.place_order(
            lines,
            status=status,
            customer=customer,
            payment_method=payment_method,
            shipping=shop.postage,
            customer_note=self.chance.choice(NOTES) if self.chance.random() < 0.08 else "",
        )

    def _plan_sending(self, shop: Shop, order: Order) -> None:
        """Have the parcel taken to the post on a working day, in the afternoon; some of it comes back."""
        number = self.past.number + 1 + self.chance.choice((0, 1, 1, 2))
        while self.past.day(number).weekday() >= SATURDAY:
            number += 1
        sent_at = self.past.day(number, 15, self.chance.randint(0, 55))
        self.past.at(sent_at, partial(shop.set_status, order, "completed"))
        regrets = (self._one_comes_back, self._all_comes_back, self._postage_is_given_back)
        if self.chance.random() < 0.08:
            regret = self.chance.choices(regrets, (2, 1, 1))[0]
            self.past.at(
                sent_at + timedelta(hours=self.chance.randint(90, 220)), partial(regret, shop, order)
            )

    def _one_comes_back(self, shop: Shop, order: Order) -> None:
        shop.refund(order, {order.lines[0].id: 1}, reason="One too many")

    def _all_comes_back(self, shop: Shop, order: Order) -> None:
        units = {line.id: line.quantity for line in order.lines}
        shop.refund(order, units, amount=order.total, reason="Sent back: wrong socket")

    def _postage_is_given_back(self, shop: Shop, order: Order) -> None:
        shop.refund(order, amount=shop.postage, reason="The parcel took two weeks")
