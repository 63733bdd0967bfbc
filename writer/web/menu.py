"""Where things are: the areas of the sidebar with their pages, and what the button "New" offers."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Link:
    """One page of the menu; shown as soon as a page answers at its path."""

    label: str
    address: str
    icon: str = ""
    is_for_admins: bool = False
    covers: tuple[str, ...] = ()  # paths of the pages of its entries, where they are elsewhere

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    def fits(self, path: str, query: dict[str, str]) -> bool:
        """Tell whether this address, or one below it, is the page that this link leads to."""
        asked = dict(parse_qsl(urlsplit(self.address).query))
        roots = [self.path.rstrip("/"), *self.covers]
        is_below = path == self.path or any(path.startswith(f"{root}/") for root in roots)
        return is_below and all(query.get(name) == value for name, value in asked.items())


@dataclass(frozen=True)
class Area:
    """One of the areas of the sidebar; its pages are shown while one of them is open."""

    label: str
    icon: str
    links: list[Link] = field(default_factory=list)


AREAS = [
    Area("Home", "house", [Link("Home", "/")]),
    Area(
        "Orders",
        "receipt",
        [
            Link("All orders", "/orders"),
            Link("Customers", "/customers"),
            Link("Refunds", "/orders/refunds"),
            Link("Sales ledger", "/sales"),
        ],
    ),
    Area("Shipping", "truck", [Link("To ship", "/orders?view=to-ship")]),
    Area(
        "Products",
        "box-seam",
        [
            Link("Stock", "/stock"),
            Link("Counts and receipts", "/stocktake"),
            Link("To sort", "/to-sort"),
            Link("Product types", "/product-types"),
            Link("SKU rules", "/to-sort/rules"),
        ],
    ),
    Area("Money", "cash-stack", [Link("Revenue", "/revenue")]),
    Area("Insights", "graph-up-arrow", [Link("Public page", "/public-page")]),
    Area(
        "Stores",
        "shop",
        [
            Link("All stores", "/stores"),
            Link("Order import", "/order-import"),
            Link("Activity", "/activity", covers=("/webhook-inbox", "/stock-sync")),
            Link("Airtable", "/airtable"),
        ],
    ),
]
SETTINGS = Area(
    "Settings",
    "gear",
    [
        Link("Settings", "/settings"),
        Link("Users", "/users", is_for_admins=True),
        Link("API tokens", "/tokens", is_for_admins=True),
        Link("API docs", "/docs"),
        Link("Audit log", "/audit"),
        Link("Notices", "/notices"),
        Link("Your account", "/account"),
    ],
)
# On a phone these are a bar at the bottom, and "More" has the others.
ON_PHONES = ("Home", "Orders", "Shipping", "Products")
NEW = [
    Link("Sale by hand", "/sales/new", "receipt"),
    Link("Receive stock", "/stocktake/receive", "box-arrow-in-down"),
    Link("Stock count", "/stocktake/count", "clipboard-check"),
    Link("Product", "/stock/new", "box-seam"),
    Link("Connect a store", "/stores/connect", "plug", is_for_admins=True),
]
