"""What happened in the demo's last days and waits for somebody: one of everything that can."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from deploy.demo.buyers import Buyers
from deploy.demo.catalogue import LOW, NEWCOMER
from deploy.demo.customers import CUSTOMERS
from deploy.demo.past import Happening, Past
from deploy.demo.shops import Shop
from writer.stores import listings

LEFT_OF_LOW = 4
# Hours ago, the customer, what is bought: the parcels on the bench.
FRESH = (
    (9.0, 22, [("FIRE24", 2), ("STICKER-01", 5)]),
    (7.5, 0, [("ICE28", 1)]),
    (6.2, 36, [("FIRE28-PCB", 3), ("CASE-BLUE", 1)]),
    (3.4, 8, [("PROG-USB", 1), ("FIRE24", 1)]),
    (1.1, 15, [("ice24-kit", 1)]),
    (0.3, 2, [("FIRE24", 1), ("CASE-BLACK", 1), ("STICKER-01", 1)]),
)


@dataclass(frozen=True)
class Lately:
    """The last week."""

    past: Past
    buyers: Buyers
    north: Shop
    south: Shop

    def plan(self) -> None:
        """Say when each thing happens that nobody has seen to yet."""
        place, north, south = self.buyers.place, self.north, self.south
        self._ago(150, self._newcomer_goes_on_sale)
        for hours, customer in ((101.0, 5), (52.0, 11), (20.0, 30)):
            parcel = [(NEWCOMER[0], 1), ("FIRE24", 1)]
            self._ago(hours, partial(self.buyers.buy, south, parcel, CUSTOMERS[customer]))
        parcel = [("PROG-USB", 1), ("FIRE24", 2)]
        self._ago(146, partial(place, north, parcel, CUSTOMERS[3], "processing", "stripe"))  # nobody sends it
        self._ago(49, partial(place, north, [("ICE28", 1)], CUSTOMERS[17], "on-hold"))
        self._ago(28, self._club_empties_the_shelf)
        for number, (hours, customer, parcel) in enumerate(FRESH):
            shop = (north, south)[number % 2]
            self._ago(hours, partial(self.buyers.buy, shop, parcel, CUSTOMERS[customer]))
        self._ago(15.0, self._shop_is_updated)
        self._ago(8, self._somebody_edits_the_count)
        for hours in (7.9, 7.8, 5.0, 2.0):
            self._ago(hours, self.past.push)
        for hours in range(26):
            self._ago(hours + 0.4, self.past.import_orders)
        self._ago(4, self._delivery_is_spoilt)

    def _ago(self, hours: float, happening: Happening) -> None:
        self.past.at(self.past.until - timedelta(hours=hours), happening)

    def _shop_is_updated(self) -> None:
        """Let a shop be read in the minute in which it is updated; it answers again soon after."""
        self.south.faults.maintenance = True
        self.past.import_orders()
        self.south.faults.clear()

    def _newcomer_goes_on_sale(self) -> None:
        """Let a product be on sale that the count does not know."""
        sku, name, price = NEWCOMER
        self.south.add_product(sku, 25, name=name, price=price)
        listings.refresh(self.past.hub.database, self.past.hub.keyring.vault, self.south.store_id)

    def _club_empties_the_shelf(self) -> None:
        units = self.past.hub.counts()[LOW] - LEFT_OF_LOW
        if units > 0:
            self.buyers.buy(self.north, [(LOW, units)], CUSTOMERS[28])

    def _somebody_edits_the_count(self) -> None:
        """Let the shop show three more than anybody counted, written there by hand."""
        self.south.set_stock("ICE28", (self.south.stock("ICE28") or 0) + 3)

    def _delivery_is_spoilt(self) -> None:
        """Let a plugin of the shop take the lines out of an order before it is delivered."""
        order = self.south.payload(max(self.south.state.orders))
        body = json.dumps({key: value for key, value in order.items() if key != "line_items"}).encode()
        signature = hmac.new(self.south.webhook_secret.encode(), body, hashlib.sha256).digest()
        headers = {
            "X-WC-Webhook-Source": f"{self.south.url}/",
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-Signature": base64.b64encode(signature).decode(),
        }
        self.past.deliver(headers, body)
