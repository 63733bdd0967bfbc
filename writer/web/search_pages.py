"""The pages and actions that search finds by their names, and by other words for them."""

from dataclasses import dataclass

from flask import current_app

from writer.web.menu import AREAS, NEW, SETTINGS, Link

MOST = 6


@dataclass(frozen=True)
class Entry:
    """One page or action; it is found as soon as a page answers at `path`."""

    label: str
    path: str
    area: str
    words: str = ""  # other words that people look for it by
    is_for_admins: bool = False


# Other words that people look for a page of the menu by.
_WORDS = {
    "/": "dashboard start overview needs you",
    "/orders?view=to-ship": "shipping pack pick post send parcels open orders",
    "/customers": "people buyers e-mail erase",
    "/orders/refunds": "refunded returns money back",
    "/sales": "units sold history",
    "/sales/new": "add enter market fair",
    "/stock": "products inventory on hand count",
    "/stock/new": "add new sku",
    "/stocktake/receive": "goods in delivery note receipt arrived restock",
    "/stocktake/count": "stocktake take stock inventory",
    "/stocktake": "deliveries received counted take back",
    "/to-sort": "unmatched inbox unknown lines map mapping",
    "/to-sort/rules": "patterns matching ignore",
    "/product-types": "models variants counts as",
    "/revenue": "money turnover income takings",
    "/public-page": "what the public sees total badge privacy rounding",
    "/stores": "shops woocommerce channels",
    "/stores/connect": "add shop woocommerce new",
    "/activity": "webhook inbox deliveries pushes updates reads log history",
    "/order-import": "sync read orders poll",
    "/airtable": "spreadsheet copy export",
    "/notices": "notifications bell warnings",
    "/settings": "set up configuration options shop time zone",
    "/users": "people staff roles invite",
    "/tokens": "keys programs access",
    "/docs": "reference openapi programs developers",
    "/audit": "audit trail who changed what history",
    "/account": "theme look dark light sign out profile",
}
_NOT_IN_THE_MENU = (
    Entry("What failed in stores", "/activity?outcome=trouble", "Stores", "failures failed push status held"),
    Entry("Erase a customer", "/customers/erase", "Orders", "gdpr forget delete privacy", is_for_admins=True),
    Entry("Import stock from CSV", "/stocktake/csv", "Products", "spreadsheet upload file"),
    Entry("Error codes", "/docs/errors", "Settings", "api problems"),
    Entry("Change your password", "/password", "Settings", "new secret"),
    Entry("Keyboard shortcuts", "/shortcuts", "Help", "keys hotkeys"),
)


def _of(area: str, links: list[Link]) -> list[Entry]:
    return [
        Entry(each.label, each.address, area, _WORDS.get(each.address, ""), each.is_for_admins)
        for each in links
    ]


ENTRIES = (
    *(entry for area in (*AREAS, SETTINGS) for entry in _of(area.label, area.links)),
    *_of("New", NEW),
    *_NOT_IN_THE_MENU,
)


def find(text: str, is_admin: bool) -> list[tuple[Entry, bool]]:
    """Return the entries that have words beginning as those of the text, best first, and whether it is
    their whole name.
    """
    typed = text.casefold()
    found = [entry for entry in offered(is_admin) if _matches(entry, typed.split())]
    found.sort(key=lambda entry: (_label(entry) != typed, not _label(entry).startswith(typed)))
    return [(entry, _label(entry) == typed) for entry in found[:MOST]]


def offered(is_admin: bool) -> list[Entry]:
    """Return the entries that there are pages for, and that this user may open."""
    there = {rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return [
        entry
        for entry in ENTRIES
        if entry.path.partition("?")[0] in there and (is_admin or not entry.is_for_admins)
    ]


def _label(entry: Entry) -> str:
    return entry.label.casefold()


def _matches(entry: Entry, typed: list[str]) -> bool:
    words = f"{_label(entry)} {entry.words}".split()
    return all(any(word.startswith(part) for word in words) for part in typed)
