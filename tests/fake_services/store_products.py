"""What happens to a product in the store: made, written by REST, renamed, trashed, gone."""

from __future__ import annotations

from typing import Any

from tests.fake_services import store_stock
from tests.fake_services.store_model import JsonDict, Product
from tests.fake_services.store_state import StoreState


def make(
    state: StoreState,
    *,
    kind: str,
    sku: str,
    name: str,
    price: str,
    manage_stock: bool,
    stock: int,
    product_id: int | None = None,
    **more: Any,
) -> Product:
    """A product in the store. Nothing is sent: the fake's webhooks are about what happens afterwards."""
    now = state.now()
    product = Product(
        id=state.reserve_id(product_id) if product_id else state.new_id(),
        type=kind,
        sku=sku,
        name=name,
        price=price,
        created_at=now,
        modified_at=now,
        manage_stock=manage_stock,
        stock=stock if manage_stock else 0,
        **more,
    )
    product.stock_status = store_stock.status_for(product)
    parent = state.products.get(product.parent_id)
    if parent is not None:
        parent.variation_ids.append(product.id)
    state.index(product)
    state.revision += 1
    return product


def as_bool(value: Any) -> bool:
    return value in (True, 1) or str(value).lower() in {"true", "1", "yes"}


def as_units(value: Any) -> int:
    """PHP's intval: what a batch, which checks nothing, makes of a quantity."""
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def write(state: StoreState, product: Product, values: JsonDict, by: str = "rest") -> int | None:
    """What REST does with values. Returns a quantity that the answer shows though nothing was stored."""
    if values.get("manage_stock") is not None:
        _set_managed(product, as_bool(values["manage_stock"]))
    _set_plain(state, product, values)
    managed = store_stock.shown_manage(state, product)
    echoed = _set_quantity(state, product, values, managed, by)
    if values.get("stock_status") and managed is False:
        product.stock_status = str(values["stock_status"])
    product.stock_status = store_stock.status_for(product)
    state.touch_product(product)
    state.emit("product.updated", product.id)
    return echoed


def _set_plain(state: StoreState, product: Product, values: JsonDict) -> None:
    if values.get("name"):
        product.name = str(values["name"])
    if values.get("sku") is not None:
        rename(state, product, str(values["sku"]))
    if values.get("regular_price") is not None:
        product.price = str(values["regular_price"])
    if values.get("backorders") in {"no", "notify", "yes"}:
        product.backorders = str(values["backorders"])


def _set_quantity(
    state: StoreState, product: Product, values: JsonDict, managed: bool | str, by: str
) -> int | None:
    quantity, delta = values.get("stock_quantity"), values.get("inventory_delta")
    if quantity is not None and managed == "parent":
        # WooCommerce sets it on the object it shows, but saves nothing: the parent keeps the count.
        return as_units(quantity)
    if quantity is not None and managed is True:
        store_stock.set_count(state, product, as_units(quantity), by)
    elif delta is not None and managed is True:
        store_stock.set_count(state, product, product.stock + as_units(delta), by)
    return None


def _set_managed(product: Product, managed: bool) -> None:
    if product.manage_stock and not managed:
        product.stock = 0
    product.manage_stock = managed


def rename(state: StoreState, product: Product, sku: str) -> None:
    state.unindex_sku(product)
    product.sku = sku
    state.index(product)
    state.touch_product(product)


def trash(state: StoreState, product: Product) -> None:
    product.status = "trash"
    for key, value in (
        ("_wp_trash_meta_status", "publish"),
        ("_wp_trash_meta_time", str(int(state.now().timestamp()))),
        ("_wp_desired_post_slug", product.slug),
    ):
        product.meta.append(state.meta(key, value))
    state.touch_product(product)
    state.emit("product.deleted", product.id)


def delete(state: StoreState, product: Product) -> None:
    """Gone for good: the lines that sold it lose their product, and with it their SKU."""
    gone = {product.id, *product.variation_ids}
    for product_id in gone:
        state.unindex_sku(state.products.pop(product_id))
    parent = state.products.get(product.parent_id)
    if parent is not None:
        parent.variation_ids.remove(product.id)
    for line in (line for order in state.orders.values() for line in order.lines):
        if line.product_id in gone or line.variation_id in gone:
            line.product_id = line.variation_id = 0
    state.revision += 1
