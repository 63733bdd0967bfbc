"""What the demo's shops sell, and how much of each the workshop makes at a time."""

from dataclasses import dataclass, replace
from decimal import Decimal

from tests.fake_services.woocommerce import FakeStore


@dataclass(frozen=True)
class Product:
    """One thing on sale. `share`: how often it is bought, compared with the others."""

    sku: str
    name: str
    price: str
    first_count: int
    box: int  # units that the workshop delivers at once
    reorder_point: int
    share: int
    counts_as: tuple[str, str]  # model and variant


CATALOGUE = (
    Product("FIRE24", "One ROM Fire 24", "12.00", 60, 50, 15, 26, ("Fire", "24pin")),
    Product("FIRE28-PCB", "One ROM Fire 28, bare board", "9.50", 40, 30, 10, 14, ("Fire", "28pin")),
    Product("ice24-kit", "One ROM Ice 24 kit", "15.00", 30, 25, 8, 12, ("Ice", "24pin")),
    Product("ICE28", "One ROM Ice 28", "18.00", 30, 25, 8, 12, ("Ice", "28pin")),
    Product("PROG-USB", "USB programmer", "24.00", 20, 20, 6, 8, ("Programmer", "USB")),
    Product("STICKER-01", "Sticker, holographic", "1.50", 400, 300, 60, 14, ("Sticker", "Holographic")),
)
CASE = Product("CASE", "Case", "7.00", 20, 20, 6, 6, ("Case", ""))
COLOURS = ("Red", "Blue", "Black")
CASES = tuple(
    replace(CASE, sku=f"CASE-{colour.upper()}", name=f"Case: {colour}", counts_as=("Case", colour))
    for colour in COLOURS
)
PRODUCTS = {product.sku: product for product in (*CATALOGUE, *CASES)}
LOW = "CASE-RED"  # nobody makes this one just now
NEWCOMER = ("TOTE-BAG", "Tote bag", "8.00")  # one shop put it on sale without a word


def stock_up(store: FakeStore, rate: str = "1") -> list[str]:
    """Put everything on sale at the prices of the catalogue times `rate`; return the SKUs."""
    for product in CATALOGUE:
        store.add_product(product.sku, product.first_count, name=product.name, price=_price(product, rate))
    counts = dict.fromkeys((product.sku for product in CASES), CASE.first_count)
    store.add_variable_product(CASE.sku, counts, name=CASE.name, price=_price(CASE, rate))
    return list(PRODUCTS)


def _price(product: Product, rate: str) -> str:
    return f"{Decimal(product.price) * Decimal(rate):.2f}"
