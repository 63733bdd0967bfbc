"""The jobs of a day in the demo, by the clicks they take. Typing and the tab key are none; Enter is one."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from deploy.demo.hub import Hub
from deploy.demo.shops import Shop
from tests.browser.conftest import DESKTOP, PATIENCE_MS
from tests.demo_past import telling
from tests.makers import add_people, make_config, session_cookie
from tests.serving import served
from writer.app import create_app
from writer.db.schema.movements import movements
from writer.stock import add_product

pytestmark = pytest.mark.xdist_group("clicks")
Told = tuple[Hub, Shop, Shop]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The demo's past, and its shops, which answer."""
    url = f"sqlite:///{tmp_path_factory.mktemp('clicks') / 'demo.db'}"
    with telling(url) as found:
        add_people(url)
        yield found


@pytest.fixture(scope="module")
def demo(told: Told) -> Iterator[Flask]:
    made = create_app(make_config(DATABASE_URL=str(told[0].database.engine.url)))
    yield made
    made.extensions["database"].close()


class Hand:
    """A hand on the mouse, which counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, where: Locator, *, with_shift: bool = False) -> None:
        where.click(modifiers=["Shift"] if with_shift else [])
        self.clicks += 1

    def enter(self) -> None:
        self.page.keyboard.press("Enter")
        self.clicks += 1


@pytest.fixture
def hand(demo: Flask, chromium: Browser) -> Iterator[Hand]:
    """A hand at the machine of ada, who has just opened Home."""
    with served(demo) as base_url:
        width, height = DESKTOP
        context = chromium.new_context(base_url=base_url, viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MS)
        name, value = session_cookie(demo, "ada")
        context.add_cookies([{"name": name, "value": value, "url": base_url}])
        page = context.new_page()
        page.goto("/")
        yield Hand(page)
        context.close()


def test_what_must_i_do_now(hand: Hand) -> None:
    needs = hand.page.locator("#needs li")

    assert hand.clicks == 0
    expect(needs).to_have_count(5)
    for what in ("delivery", "orders to ship", "South Shop shows", "runs out", "to sort"):
        expect(needs.filter(has_text=what)).to_be_in_viewport()


def test_ship_five_orders(hand: Hand, told: Told) -> None:
    hand.click(hand.page.locator("#needs").get_by_role("link", name="Ship"))
    ticks = hand.page.locator("td.check input")
    numbers = [text.strip("#") for text in hand.page.locator("tbody a.key").all_inner_texts()[:5]]
    hand.click(ticks.nth(0))
    hand.click(ticks.nth(4), with_shift=True)
    hand.click(hand.page.get_by_role("button", name="Mark as shipped"))

    expect(hand.page.get_by_text("5 orders marked as shipped.")).to_be_visible()
    assert hand.clicks <= 4
    there = {str(order.id): order.status for shop in told[1:] for order in shop.state.orders.values()}
    assert [there[number] for number in numbers] == ["completed"] * 5


def test_receive_twelve_products(hand: Hand, told: Told) -> None:
    skus = [*told[0].counts()][:9]
    with told[0].database.transaction() as db:
        for number in range(3):
            add_product(db, "ada", f"NEW-{number}", 1)
            skus.append(f"NEW-{number}")
    hand.click(hand.page.get_by_role("button", name="New"))
    hand.click(hand.page.get_by_role("link", name="Receive stock"))
    while skus:
        for line in range(hand.page.get_by_label(re.compile("^SKU, line")).count()):
            sku = hand.page.get_by_label(f"SKU, line {line + 1}", exact=True)
            if skus and not sku.input_value():
                sku.fill(skus.pop(0))
                hand.page.get_by_label(f"Units, line {line + 1}", exact=True).fill("4")
        if skus:
            hand.click(hand.page.get_by_role("button", name="more lines"))
    hand.click(hand.page.get_by_role("button", name="Receive", exact=True))

    expect(hand.page.get_by_text("48 units")).to_be_visible()
    assert hand.clicks <= 15
    with told[0].database.reading() as db:
        newest = db.execute(select(movements.c.quantity).order_by(movements.c.id.desc()).limit(12))
        assert list(newest.scalars()) == [4] * 12


def test_find_the_order_of_a_customer(hand: Hand) -> None:
    hand.page.keyboard.press("/")
    hand.page.keyboard.type("hanna vogel")
    hand.enter()
    hand.click(hand.page.locator("[data-group=Orders] a").first)

    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Order")
    expect(hand.page.get_by_text("Hanna Vogel").first).to_be_visible()
    assert hand.clicks <= 2


def test_explain_a_number(hand: Hand) -> None:
    shown = hand.page.locator('[data-stat="Units sold"] b').inner_text()

    hand.click(hand.page.locator('[data-stat="Units sold"]'))

    assert hand.clicks <= 1
    of_orders = hand.page.locator('[data-table=orders] td[data-label="Units"]')
    expect(of_orders.first).to_be_visible()
    assert sum(map(as_number, of_orders.all_inner_texts())) == as_number(shown)


def as_number(text: str) -> int:
    return int(text.replace(",", ""))
