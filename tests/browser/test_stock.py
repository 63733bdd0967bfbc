"""Stock in a real browser: a product from its first count to its CSV, and the reason for its number."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stock.movements.products import make_product, moves, on_hand
from writer.db import Database
from writer.stock import movements, products

# Stock is received and counted at the shelf.
pytestmark = [pytest.mark.usefixtures("check_width"), pytest.mark.phone]


def test_a_product_is_added_received_and_explained(database: Database, admin_page: Page) -> None:
    admin_page.goto("/stock")
    admin_page.get_by_role("link", name="Add a product").first.click()

    admin_page.get_by_label("SKU", exact=True).fill("fire24-a")
    admin_page.get_by_label("On hand now").fill("40")
    admin_page.get_by_role("button", name="Add product").click()
    expect(admin_page.get_by_text("fire24-a is counted from now on.")).to_be_visible()
    admin_page.get_by_label("Units that came in").fill("24")
    admin_page.locator("#receive").get_by_role("textbox", name="Note").fill("batch 7")
    admin_page.get_by_role("button", name="Receive these units").click()

    expect(admin_page.get_by_text("Received 24: 64 of fire24-a on hand.")).to_be_visible()
    expect(admin_page.get_by_role("heading", name="Why it is 64")).to_be_visible()
    expect(admin_page.get_by_text("batch 7")).to_be_visible()
    assert on_hand(database, "fire24-a") == 64


def test_a_double_click_receives_once(database: Database, admin_page: Page) -> None:
    row = make_product(database)
    admin_page.goto(f"/stock/{row.id}")

    admin_page.get_by_label("Units that came in").fill("5")
    admin_page.get_by_role("button", name="Receive these units").dblclick()

    expect(admin_page.get_by_role("heading", name="Why it is 15")).to_be_visible()
    assert moves(database) == [5]


def test_an_adjustment_says_why_and_is_undone(database: Database, admin_page: Page) -> None:
    row = make_product(database)
    admin_page.goto(f"/stock/{row.id}")

    admin_page.get_by_label("Units, + or").fill("-2")
    admin_page.get_by_role("button", name="Adjust by these units").click()
    expect(admin_page.get_by_text("Say why: broken")).to_be_visible()
    admin_page.get_by_role("textbox", name="Reason").fill("given to a visitor")
    admin_page.get_by_role("button", name="Adjust by these units").click()
    expect(admin_page.get_by_text("Adjusted by -2: 8 of X on hand.")).to_be_visible()
    admin_page.get_by_role("button", name="Undo").click()

    expect(admin_page.get_by_text("Taken back: 10 of X on hand.")).to_be_visible()
    expect(admin_page.get_by_role("heading", name="Why it is 10")).to_be_visible()
    assert moves(database) == [-2, 2]


def test_twelve_products_are_received_in_few_clicks(database: Database, admin_page: Page) -> None:
    skus = [f"P{number:02}" for number in range(12)]
    for sku in skus:
        make_product(database, sku, 1)
    admin_page.goto("/stock")
    clicks = Clicks(admin_page)

    clicks.on(admin_page.get_by_role("link", name="Receive stock").first)
    expect(admin_page.get_by_label("SKU, line 1", exact=True)).to_be_focused()
    for number, sku in enumerate(skus):
        admin_page.keyboard.type(sku.lower())
        admin_page.keyboard.press("Tab")
        admin_page.keyboard.type(str(number + 1))
        admin_page.keyboard.press("Tab")
    clicks.on(admin_page.get_by_label("Delivery note"))
    admin_page.keyboard.type("DN-7")
    clicks.on(admin_page.get_by_role("button", name="Receive", exact=True))

    expect(admin_page.get_by_text("78 units of 12 products received.")).to_be_visible()
    assert [on_hand(database, sku) for sku in skus] == list(range(2, 14))
    assert clicks.number <= 15


class Clicks:
    """Clicks, and how many there were."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def on(self, place: Locator) -> None:
        """Click once."""
        self.number += 1
        place.click()


def test_enter_looks_a_line_up_and_the_next_one_waits(database: Database, admin_page: Page) -> None:
    make_product(database, "A", name="A box")
    admin_page.goto("/stocktake/receive")

    admin_page.keyboard.type("a")
    admin_page.keyboard.press("Tab")
    admin_page.keyboard.type("5")
    admin_page.keyboard.press("Enter")

    expect(admin_page.get_by_text("10 becomes 15")).to_be_visible()
    expect(admin_page.get_by_label("SKU, line 2", exact=True)).to_be_focused()
    assert moves(database, "A") == []


def test_a_receipt_is_taken_back_later(database: Database, admin_page: Page) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movements.receive(db, "ada", [(row, 27)], delivery_note="DN-7")
    admin_page.goto("/stocktake")

    admin_page.get_by_role("link", name="Receipt 1").click()
    expect(admin_page.get_by_text("37 becomes 10")).to_be_visible()
    admin_page.get_by_role("button", name="Take back").click()

    expect(admin_page.get_by_text("Taken back: 10 of X on hand.")).to_be_visible()
    assert moves(database) == [27, -27]


def test_stock_is_taken_of_several_skus_after_a_look(database: Database, admin_page: Page) -> None:
    make_product(database, "A")
    make_product(database, "B")
    make_product(database, "C")
    admin_page.goto("/stocktake/count")

    admin_page.get_by_label("Found of A").fill("8")
    admin_page.get_by_label("Found of B").fill("ten")
    admin_page.get_by_role("button", name="Show differences").click()
    expect(admin_page.get_by_text("1 count cannot be used")).to_be_visible()
    admin_page.get_by_label("Found of B").fill("10")
    admin_page.get_by_role("button", name="Show differences").click()
    expect(admin_page.get_by_text("1 off")).to_be_visible()
    admin_page.get_by_role("button", name="Save this stock count").click()

    expect(admin_page.get_by_text("2 products were counted: 1 was off.")).to_be_visible()
    assert [moves(database, sku) for sku in "ABC"] == [[-2], [], []]


def test_what_sold_is_explained_by_one_click(database: Database, admin_page: Page) -> None:
    row = make_product(database)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 3, "fair")
        movements.sell(db, "ada", row, 1, "club")
    admin_page.goto(f"/stock/{row.id}")

    admin_page.locator('[data-stat="Sold in 30 days"]').click()

    expect(admin_page.get_by_text("1–2 of 2 movements · together −4")).to_be_visible()  # noqa: RUF001
    expect(admin_page.get_by_text("club")).to_be_visible()
    expect(admin_page.get_by_text("fair")).to_be_visible()


def test_settings_and_another_sku_are_kept(database: Database, admin_page: Page) -> None:
    row = make_product(database)
    admin_page.goto(f"/stock/{row.id}")

    admin_page.get_by_label("Reorder point").fill("12")
    admin_page.get_by_role("button", name="Save", exact=True).click()
    expect(admin_page.get_by_text("X was changed.")).to_be_visible()
    admin_page.get_by_label("Another SKU").fill("X-old")
    admin_page.get_by_role("button", name="Add this SKU").click()

    expect(admin_page.get_by_text("X-old is an alias of X now.")).to_be_visible()
    with database.reading() as db:
        found = products.get(db, "x-OLD")
    assert (found.reorder_point, bool(found.is_low)) == (12, True)


def test_the_list_goes_out_and_comes_back_counted(
    database: Database, admin_page: Page, tmp_path: Path
) -> None:
    make_product(database, "A")
    make_product(database, "B")
    admin_page.goto("/stocktake/csv")

    with admin_page.expect_download() as download:
        admin_page.get_by_role("link", name="Active products").click()
    sheet = tmp_path / "counted.csv"
    text = Path(download.value.path()).read_text("utf-8-sig")
    sheet.write_text("\n".join(f"{line}8" if line.startswith("A,") else line for line in text.splitlines()))
    admin_page.get_by_label("CSV file").set_input_files(sheet)
    admin_page.get_by_role("button", name="Show what it would change").click()
    expect(admin_page.get_by_text("0 new, 1 changed, 1 unchanged.")).to_be_visible()
    admin_page.get_by_role("button", name="Write these changes").click()

    expect(admin_page.get_by_text("1 product was added or changed.")).to_be_visible()
    assert on_hand(database, "A") == 8


def test_a_sale_of_more_than_there_is_warns_and_is_taken_when_meant(
    database: Database, admin_page: Page
) -> None:
    make_product(database, on_hand=1)
    admin_page.goto("/sales/new")

    admin_page.get_by_label("Units").first.fill("2")
    admin_page.get_by_label("SKU").first.fill("x")
    admin_page.get_by_role("button", name="Save").click()
    expect(admin_page.get_by_text("Only 1 of x are available.")).to_be_visible()
    admin_page.get_by_label("It was sold anyway").check()
    admin_page.get_by_role("button", name="Save").click()

    expect(admin_page.get_by_text("Sale 1 was added.")).to_be_visible()
    assert on_hand(database) == -1
