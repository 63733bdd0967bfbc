"""What every page owes to those who hear it or use a keyboard: a title, headings, names for what is there."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.delivering import deliver, make_order_body
from tests.stock.movements.products import make_product
from writer.db import Database

TEMPLATES = sorted((Path(__file__).parent.parent / "writer").rglob("templates/**/*.html"))
PAGES = (
    *(
        "/",
        "/sales",
        "/revenue",
        "/orders",
        "/stock",
        "/to-sort",
        "/notices",
        "/stores",
        "/order-import",
        "/activity",
    ),
    *(
        "/activity?outcome=trouble",
        "/product-types",
        "/to-sort/rules",
        "/public-page",
        "/airtable",
        "/audit",
        "/users",
        "/tokens",
        "/docs",
        "/docs/errors",
    ),
    *(
        "/account",
        "/password",
        "/customers",
        "/customers/1",
        "/customers/erase",
        "/orders/saved-views?view=late",
        "/stock/new",
        "/stocktake",
        "/stocktake/count",
        "/stocktake/receive",
        "/stocktake/csv",
        "/stores/connect",
    ),
    *(
        "/orders/1",
        "/stock/1",
        "/stores/1",
        "/stores/1/connect",
        "/stores/1/stock-sync",
        "/stores/1/differences",
    ),
    *("/webhook-inbox/1", "/sales/1", "/users/1", "/nowhere"),
)


class Seen(HTMLParser):
    """What of a page is looked at here."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.tags if tag in names)


@pytest.fixture
def a_bit_of_everything(app: Flask, database: Database) -> None:
    deliver(app.test_client(), make_order_body(id=1))
    make_product(database, "FIRE24", 3)


@pytest.mark.usefixtures("a_bit_of_everything")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_title_one_heading_and_a_name_for_every_field(admin: FlaskClient, path: str) -> None:
    page = admin.get(path).text
    seen = Seen(page)

    assert "<title> ·" not in page
    assert len(list(seen.all("h1"))) == 1
    labelled = {label.get("for") for label in seen.all("label")}
    assert [
        field
        for field in seen.all("input", "select", "textarea")
        if field.get("type") != "hidden" and not field.get("aria-label") and field.get("id") not in labelled
    ] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_heading_of_a_table_says_whether_it_heads_a_column_or_a_row(template: Path) -> None:
    assert [heading for heading in Seen(template.read_text()).all("th") if not heading.get("scope")] == []


def test_what_a_field_has_wrong_is_tied_to_it(admin: FlaskClient) -> None:
    page = admin.post("/stock/new", data={"sku": "", "set_aside": "0", "on_hand": "0"}).text

    field = next(field for field in Seen(page).all("input") if field.get("id") == "sku")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "sku-error")
    assert 'id="sku-error"' in page


@pytest.mark.usefixtures("a_bit_of_everything")
def test_the_buttons_of_a_row_say_which_row(admin: FlaskClient) -> None:
    assert 'aria-label="Remove the rule fire24"' in admin.get("/to-sort/rules").text
