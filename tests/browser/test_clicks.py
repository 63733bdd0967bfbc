"""The jobs of a day in the demo: by the clicks they take, without a script, and by the keyboard alone.

Typing and the tab key are no clicks; Enter is one.
"""

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
    hand.click(hand.page.locator("[data-group=Orders] li a").first)

    expect(hand.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Order \d+"))
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


@pytest.fixture
def bare(demo: Flask, chromium: Browser) -> Iterator[Page]:
    """A page of a browser that runs no script, on which ada is signed in."""
    with served(demo) as base_url:
        context = chromium.new_context(base_url=base_url, java_script_enabled=False)
        context.set_default_timeout(PATIENCE_MS)
        name, value = session_cookie(demo, "ada")
        context.add_cookies([{"name": name, "value": value, "url": base_url}])
        yield context.new_page()
        context.close()


def test_without_a_script_orders_are_marked_as_shipped_and_that_is_taken_back(bare: Page) -> None:
    bare.goto("/orders?view=to-ship")
    waiting = bare.locator("tbody a.key").all_inner_texts()[:2]
    for tick in bare.locator("td.check input").all()[:2]:
        tick.check()
    bare.get_by_role("button", name="Mark as shipped").click()
    expect(bare.locator('[data-flash="success"]')).to_contain_text("2 orders marked as shipped.")
    bare.get_by_role("button", name="Undo").click()

    expect(bare.locator('[data-flash="success"]')).to_be_visible()
    bare.goto("/orders?view=to-ship")
    assert bare.locator("tbody a.key").all_inner_texts()[:2] == waiting


def test_without_a_script_menus_open_and_stock_is_received(bare: Page, told: Told) -> None:
    sku = next(iter(told[0].counts()))
    bare.goto("/")
    bare.get_by_role("button", name="New").click()
    bare.get_by_role("link", name="Receive stock").click()
    bare.get_by_label("SKU, line 1", exact=True).fill(sku)
    bare.get_by_label("Units, line 1", exact=True).fill("3")
    bare.get_by_role("button", name="Receive", exact=True).click()

    expect(bare.get_by_text("3 units").first).to_be_visible()


def test_without_a_script_a_customer_is_found(bare: Page) -> None:
    bare.goto("/")
    bare.get_by_role("searchbox", name="Search everything").fill("hanna vogel")
    bare.get_by_role("searchbox", name="Search everything").press("Enter")

    expect(bare.locator("[data-group=Orders] li a").first).to_contain_text("Hanna Vogel")


def tab_to(page: Page, where: Locator) -> None:
    """Press the tab key until this has the focus."""
    for _ in range(150):
        if where.evaluate("there => there === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the tab key never comes there")


def test_by_the_keyboard_alone_an_order_is_found_and_marked_as_shipped(hand: Hand) -> None:
    page = hand.page
    page.goto("/orders?view=to-ship")
    first = page.locator("tbody a.key").first
    number = first.inner_text().strip("#")
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    tab_to(page, page.get_by_role("button", name="Mark as shipped"))
    page.keyboard.press("Enter")

    expect(page.locator('[data-flash="success"]').first).to_contain_text(number)
