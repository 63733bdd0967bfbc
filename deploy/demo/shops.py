"""The demo's stores: the fake WooCommerce of the tests, with a window to look at and to buy from."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, select_autoescape

from deploy.demo import catalogue
from deploy.demo.customers import CUSTOMERS
from tests.fake_services.store_answers import Answer, Request
from tests.fake_services.store_auth import Authenticator
from tests.fake_services.store_model import Order
from tests.fake_services.woocommerce import FakeStore
from writer.lib import clock

FOLDER = Path(__file__).parent
FILES = {"/demo.css": "text/css; charset=UTF-8", "/demo.js": "text/javascript; charset=UTF-8"}
MOST_AT_ONCE = 20

pages = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(["html"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Item:
    """One thing on sale as the store shows it."""

    sku: str
    name: str
    price: str
    stock: int


@dataclass(frozen=True)
class Land:
    """Where a shop is: its time zone, its currency, and what that makes of the catalogue's prices."""

    tz: str
    currency: str
    symbol: str
    rate: str
    postage: str


BRITAIN = Land("Europe/London", "GBP", "£", "1", "3.50")
GERMANY = Land("Europe/Berlin", "EUR", "€", "1.2", "5.90")


class Diary:
    """What happened lately, newest first; each line is also handed to `tell`."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.lines: deque[str] = deque(maxlen=14)
        self._tell = tell

    def write(self, sentence: str) -> None:
        """Keep a sentence with the time."""
        line = f"{datetime.now(UTC):%H:%M:%S}  {sentence}"
        self.lines.appendleft(line)
        self._tell(line)


class Shop(FakeStore):
    """A fake store whose front page lists what it has, with a button to buy it."""

    store_id: int  # of the hub, once it is connected there

    def __init__(self, name: str, port: int, diary: Diary, land: Land, first_id: int) -> None:
        super().__init__(
            name,
            port=port,
            tz=land.tz,
            currency=land.currency,
            clock=lambda: clock.now(),  # what clock.now is then: the demo's past is told in it
            first_id=first_id,
            keep_calls=False,
        )
        self.diary = diary
        self.symbol, self.postage = land.symbol, land.postage
        with self.state.lock:
            self.skus = catalogue.stock_up(self, land.rate)

    def items(self) -> list[Item]:
        """Return what is on sale, as any visitor sees it."""
        with self.state.lock:
            found = [self.product(sku) for sku in self.skus]
            return [
                Item(each.sku, self._title(each.sku), each.price, self.stock(each.sku) or 0) for each in found
            ]

    def _title(self, sku: str) -> str:
        product = self.product(sku)
        return (
            f"{self.product(product.parent_id).name}, {product.name}" if product.parent_id else product.name
        )

    def sell(self, sku: str, quantity: int) -> Order | None:
        """Sell to a customer, as far as the store thinks it has the units; None where it has none."""
        with self.state.lock:
            units = min(quantity, self.stock(sku) or 0, MOST_AT_ONCE)
            order = self._order(sku, units) if units > 0 else None
        if order is not None:
            self.diary.write(f"{self.name} sells {units} x {sku}: order {order.id}.")
        return order

    def _order(self, sku: str, units: int) -> Order:
        customer = self.state.random.choice(CUSTOMERS)
        return self.place_order([(sku, units)], customer=customer, shipping=self.postage)

    def _apply(self, auth: Authenticator, request: Request) -> Answer:
        if request.path == "/":
            return html("shop.html", shop=self, items=self.items())
        if request.path in FILES:
            return file(request.path)
        if request.path == "/buy" and request.method == "POST":
            form = dict(parse_qsl(request.raw.decode(errors="replace")))
            if form.get("sku") in self.skus:
                self.sell(form["sku"], 1)
            return Answer(303, b"", {"Location": "/"})
        return super()._apply(auth, request)


def html(name: str, **values: object) -> Answer:
    """Answer with a page of this folder."""
    return Answer(200, pages.get_template(name).render(**values).encode(), {}, "text/html; charset=UTF-8")


def file(path: str) -> Answer:
    """Answer with one of the FILES, by its path."""
    return Answer(200, (FOLDER / path.removeprefix("/")).read_bytes(), {}, FILES[path])
