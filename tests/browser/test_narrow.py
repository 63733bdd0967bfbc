"""Every page whose address needs no number fits the narrowest phone, all that opens in it opened."""

from flask import Flask
from playwright.sync_api import Browser

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import session_cookie

NO_PAGES = ("/api/", "/assets/", "/docs", "/openapi.json", "/health")


def pages(app: Flask) -> list[str]:
    """The addresses of all pages."""
    asked = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted(
        rule.rule
        for rule in asked
        if not rule.arguments and not rule.rule.startswith(NO_PAGES) and not rule.rule.endswith(".csv")
    )


def test_every_page_fits_the_narrowest_phone(app: Flask, chromium: Browser, writer_server: str) -> None:
    client = app.test_client()
    deliver(client, make_order_body(line_items=[make_line(), make_line(id=12, sku="CASE-" + "BLUE" * 12)]))
    deliver(client, make_order_body(id=2), source="https://a-copy-of-the-shop-for-tests.example/")
    name, value = session_cookie(app, "ada")
    context = chromium.new_context(base_url=writer_server, viewport={"width": 320, "height": 640})
    context.add_cookies([{"name": name, "value": value, "url": writer_server}])
    page = context.new_page()

    wide = []
    for path in pages(app):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true; })")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320 and page.title():  # a part of a page has none
            wide.append((path, width))

    context.close()
    assert wide == []
