"""The pages and actions that search finds by their names, and by other words for them."""

from dataclasses import dataclass

from flask import current_app

MOST = 6


@dataclass(frozen=True)
class Entry:
    """One page or action; it is found as soon as a page answers at `path`."""

    label: str
    path: str
    area: str
    words: str = ""  # other words that people look for it by
    is_for_admins: bool = False


ENTRIES = (
    Entry("Home", "/", "Home", "dashboard start overview needs you"),
    Entry("Orders", "/orders", "Orders", "all orders sales"),
    Entry("To ship", "/orders?view=to-ship", "Shipping", "shipping pack pick post send parcels open orders"),
    Entry("Customers", "/customers", "Orders", "people buyers e-mail"),
    Entry("Erase a customer", "/customers/erase", "Orders", "gdpr forget delete privacy", is_for_admins=True),
    Entry("Refunds", "/orders/refunds", "Orders", "refunded returns money back"),
    Entry("Sales ledger", "/sales", "Orders", "units sold history"),
    Entry("Add a sale by hand", "/sales/new", "New", "enter sale market fair"),
    Entry("Stock", "/stock", "Products", "products inventory on hand count"),
    Entry("Add a product", "/stock/new", "New", "new sku"),
    Entry("Receive stock", "/stocktake/receive", "New", "goods in delivery note receipt arrived restock"),
    Entry("Stock count", "/stocktake", "Products", "counts and receipts stocktake take stock inventory"),
    Entry("Import stock from CSV", "/stocktake/csv", "Products", "spreadsheet upload file"),
    Entry("To sort", "/to-sort", "Products", "unmatched inbox unknown lines map mapping"),
    Entry("SKU rules", "/to-sort/rules", "Products", "patterns matching ignore"),
    Entry("Product types", "/product-types", "Products", "models variants counts as"),
    Entry("Revenue", "/revenue", "Money", "money turnover income takings"),
    Entry("Public page", "/public-page", "Insights", "what the public sees total badge privacy rounding"),
    Entry("Stores", "/stores", "Stores", "shops woocommerce channels"),
    Entry("Connect a store", "/stores/connect", "New", "add shop woocommerce new store", is_for_admins=True),
    Entry("Activity", "/activity", "Stores", "webhook inbox deliveries pushes updates reads log history"),
    Entry("What failed in stores", "/activity?outcome=trouble", "Stores", "failures failed push status held"),
    Entry("Order import", "/order-import", "Stores", "sync read orders poll"),
    Entry("Airtable", "/airtable", "Stores", "spreadsheet copy export"),
    Entry("Notices", "/notices", "Settings", "notifications bell warnings"),
    Entry("Settings", "/settings", "Settings", "set up configuration options shop time zone"),
    Entry("Users", "/users", "Settings", "people staff roles password invite", is_for_admins=True),
    Entry("API tokens", "/tokens", "Settings", "keys programs access", is_for_admins=True),
    Entry("API docs", "/docs", "Settings", "reference openapi programs developers"),
    Entry("Error codes", "/docs/errors", "Settings", "api problems"),
    Entry("Audit log", "/audit", "Settings", "audit trail who changed what history"),
    Entry("Your account", "/account", "Settings", "theme dark light sign out signed in profile"),
    Entry("Change your password", "/password", "Settings", "new password secret"),
    Entry("Keyboard shortcuts", "/shortcuts", "Help", "keys help hotkeys"),
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
