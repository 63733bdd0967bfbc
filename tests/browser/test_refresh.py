"""Pages that refresh themselves, in a real browser: what is new appears, and nobody is disturbed by it."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.delivering import deliver, make_order_body

pytestmark = pytest.mark.usefixtures("check_width")


@pytest.fixture
def page(app: Flask, admin_page: Page) -> Page:
    """Ada's page, with one order there; its clock is the test's to turn."""
    deliver(app.test_client(), make_order_body())
    admin_page.clock.install()
    return admin_page


def later(page: Page) -> None:
    """Let eleven seconds pass."""
    page.clock.run_for(11_000)


def refresh(page: Page) -> None:
    """Let eleven seconds pass, and what is fetched then come in."""
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch") as fetched:
        later(page)
    fetched.value.finished()


def order_another(app: Flask) -> None:
    body = make_order_body(id=2002, billing={"first_name": "Grace", "last_name": "Hopper"})
    assert deliver(app.test_client(), body).status_code == 200


def test_a_new_order_shows_up_by_itself(app: Flask, page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("1 order to ship")).to_be_visible()

    order_another(app)
    refresh(page)

    expect(page.get_by_text("2 orders to ship")).to_be_visible()


def test_a_form_that_is_typed_in_stays_as_it_is(app: Flask, page: Page) -> None:
    page.goto("/orders")
    field = page.get_by_role("searchbox", name="Search these orders")
    field.fill("Gra")
    field.press("ArrowLeft")

    order_another(app)
    refresh(page)

    expect(page.get_by_role("link", name="2002")).to_be_visible()
    expect(field).to_be_focused()
    assert field.evaluate("field => [field.value, field.selectionStart]") == ["Gra", 2]


def test_who_walks_the_list_by_keyboard_keeps_the_place(app: Flask, page: Page) -> None:
    page.goto("/orders")
    link = page.get_by_role("link", name="1001")
    link.focus()

    order_another(app)
    later(page)
    expect(link).to_be_focused()
    link.blur()
    refresh(page)

    expect(page.get_by_role("link", name="2002")).to_be_visible()


def test_ticked_rows_stay_ticked_until_something_is_done_with_them(app: Flask, page: Page) -> None:
    page.goto("/orders")
    tick = page.get_by_role("checkbox", name="Order 1001")
    tick.check()
    tick.blur()

    order_another(app)
    later(page)
    expect(tick).to_be_checked()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    page.get_by_role("button", name="Choose none").click()
    refresh(page)

    expect(page.get_by_role("checkbox", name="Order 2002")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="All on this page")).to_be_visible()


def test_text_that_is_marked_and_where_one_has_scrolled_to_stay(app: Flask, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto("/orders")
    page.evaluate(
        "document.getSelection().selectAllChildren(document.querySelector('td[data-label=Customer]'))"
    )

    order_another(app)
    later(page)
    assert page.evaluate("document.getSelection().toString()") != ""
    page.evaluate("document.getSelection().removeAllRanges(); window.scrollTo(0, 40)")
    refresh(page)

    expect(page.get_by_role("link", name="2002")).to_be_attached()
    assert page.evaluate("window.scrollY") == 40


def test_what_has_not_changed_is_left_alone(app: Flask, page: Page) -> None:
    page.goto("/orders")
    order_another(app)
    refresh(page)
    expect(page.get_by_role("link", name="2002")).to_be_visible()
    page.evaluate("document.querySelector('[data-refresh] table').dataset.same = 'yes'")

    refresh(page)

    assert page.evaluate("document.querySelector('[data-refresh] table').dataset.same") == "yes"
