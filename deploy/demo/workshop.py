"""What the maker did in the demo's past: made and counted stock, sold by hand at a fair and at the door."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from deploy.demo.catalogue import LOW, PRODUCTS
from deploy.demo.hub import BY
from deploy.demo.past import Past
from writer.lib import clock
from writer.sales.ledger import actions as ledger
from writer.stock import movements
from writer.stock import products as stock_products

MONDAY, THURSDAY = 0, 3
NO_MORE_FROM = 35  # days ago: LOW is not made any more
FAIR = (("FIRE24", 6), ("ICE28", 4), ("CASE-BLUE", 3), ("STICKER-01", 25), ("PROG-USB", 2))
COLLECTED = ((12, "ICE28"), (40, "FIRE24"), (71, "PROG-USB"), (97, "FIRE24"), (113, "ICE28"))


@dataclass(frozen=True)
class Workshop:
    """The maker's own days."""

    past: Past

    def plan(self) -> None:
        """Say when stock is received, counted and adjusted, and what is sold by hand."""
        for number in range(self.past.days + 1):
            if self.past.day(number).weekday() in (MONDAY, THURSDAY):
                self.past.at(self.past.day(number, 8, 40), partial(self._receive, number))
        self.past.at(self.past.day(76, 17, 30), self._count)
        self.past.at(self.past.day(31, 11, 5), partial(self._adjust, "FIRE24", -2, "dropped while packing"))
        self.past.at(
            self.past.day(88, 16, 20), partial(self._adjust, "STICKER-01", -20, "for the user group")
        )
        for minute, (sku, units) in enumerate(FAIR):
            self.past.at(self.past.day(62, 17, 10 + minute), partial(self._sell, sku, units, "Maker fair"))
        for number, sku in COLLECTED:
            self.past.at(
                self.past.day(number, 12, 25), partial(self._sell, sku, 1, "Collected at the workshop")
            )

    def _receive(self, number: int) -> None:
        """Receive a box of whatever may not last until the next delivery."""
        there, is_lately = self.past.hub.counts(), number > self.past.days - NO_MORE_FROM
        low = [
            each
            for each in PRODUCTS.values()
            if there[each.sku] < 2 * each.reorder_point and not (is_lately and each.sku == LOW)
        ]
        note = f"W-{self.past.day(number):%y%m%d}"
        with self.past.hub.database.transaction() as db:
            received = [(stock_products.get(db, each.sku), each.box) for each in low]
            if received:
                movements.receive(db, BY, received, delivery_note=note, supplier="Workshop")

    def _count(self) -> None:
        """Count everything on a quiet evening; two counts are off by a little."""
        there = self.past.hub.counts()
        found = there | {"FIRE24": there["FIRE24"] - 1, "STICKER-01": there["STICKER-01"] + 4}
        with self.past.hub.database.transaction() as db:
            counted = [(stock_products.get(db, sku).id, units) for sku, units in found.items()]
            movements.count(db, BY, counted, clock.now(), "Count of the whole shelf")

    def _adjust(self, sku: str, units: int, note: str) -> None:
        with self.past.hub.database.transaction() as db:
            movements.adjust(db, BY, stock_products.get(db, sku), units, note)

    def _sell(self, sku: str, units: int, notes: str) -> None:
        model, variant = PRODUCTS[sku].counts_as
        given = {"model": model, "variant": variant, "quantity": units, "sku": sku}
        with self.past.hub.database.transaction() as db:
            sold_at = clock.now() - timedelta(minutes=2)
            ledger.add(db, BY, "form", {**given, "seller": "Workshop", "notes": notes, "date": sold_at})
