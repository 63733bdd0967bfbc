"""The JSON the store shows of its products and variations, key for key as captured from 10.5.0."""

from __future__ import annotations

from tests.fake_services.store_model import JsonDict, Product
from tests.fake_services.store_payload import gmt, links, local, shown_metas
from tests.fake_services.store_state import StoreState
from tests.fake_services.store_stock import managed_by, shown_manage, shown_sku, shown_stock

SIGNS = {"GBP": "&pound;", "USD": "&#36;", "EUR": "&euro;", "JPY": "&yen;"}
SIZES = {"length": "", "width": "", "height": ""}


def _permalink(state: StoreState, product: Product) -> str:
    parent = state.products.get(product.parent_id)
    if product.status == "trash":
        return f"{state.url}/?post_type=product&p={product.id}"
    if parent is None:
        return f"{state.url}/product/{product.slug}/"
    chosen = "&".join(f"attribute_{name.lower()}={option}" for name, option in product.attributes.items())
    return f"{state.url}/product/{parent.slug}/?{chosen}"


def _dates(state: StoreState, product: Product) -> JsonDict:
    return {
        "date_created": local(state, product.created_at),
        "date_created_gmt": gmt(product.created_at),
        "date_modified": local(state, product.modified_at),
        "date_modified_gmt": gmt(product.modified_at),
    }


def _prices(product: Product) -> JsonDict:
    return {
        "price": product.price,
        "regular_price": "" if product.type == "variable" else product.price,
        "sale_price": "",
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": False,
    }


def _virtues() -> JsonDict:
    return {
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
    }


def _backorders(state: StoreState, product: Product) -> JsonDict:
    allowed = product.backorders != "no"
    quantity = shown_stock(state, product)
    return {
        "backorders": product.backorders,
        "backorders_allowed": allowed,
        "backordered": allowed and quantity is not None and quantity < 0,
        "low_stock_amount": None,
    }


def _stock_status(state: StoreState, product: Product) -> str:
    counted = managed_by(state, product)
    return (counted or product).stock_status


def _slug(product: Product, parent: Product | None) -> str:
    slug = f"{parent.slug}-{product.slug}" if parent else product.slug
    return f"{slug}__trashed" if product.status == "trash" else slug


def _options(state: StoreState, product: Product) -> list[JsonDict]:
    """A variable product's attributes with every option its variations have."""
    options: dict[str, list[str]] = {}
    for variation_id in product.variation_ids:
        for name, option in state.products[variation_id].attributes.items():
            options.setdefault(name, []).append(option)
    return [
        {
            "id": 0,
            "name": name,
            "slug": name,
            "position": 0,
            "visible": True,
            "variation": True,
            "options": list(dict.fromkeys(found)),
        }
        for name, found in options.items()
    ]


def _chosen(product: Product) -> list[JsonDict]:
    return [
        {"id": 0, "name": name, "slug": name.lower(), "option": option}
        for name, option in product.attributes.items()
    ]


def product_payload(state: StoreState, product: Product, *, edit: bool = False) -> JsonDict:
    """As /products shows it, and as webhooks send it (a variation too). `edit`: in the answer to a write."""
    is_variation = product.type == "variation"
    parent = state.products.get(product.parent_id)
    sign = SIGNS.get(state.currency, state.currency)
    payload: JsonDict = {
        "id": product.id,
        "name": f"{parent.name} - {product.name}" if parent else product.name,
        "slug": _slug(product, parent),
        "permalink": _permalink(state, product),
        **_dates(state, product),
        "type": product.type,
        "status": product.status,
        "featured": False,
        "catalog_visibility": "visible",
        "description": "",
        "short_description": "",
        "sku": shown_sku(state, product),
        **_prices(product),
        "purchasable": True,
        "total_sales": str(product.total_sales) if is_variation else product.total_sales,
        **_virtues(),
        "external_url": "",
        "button_text": "",
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": shown_manage(state, product),
        "stock_quantity": shown_stock(state, product),
        **_backorders(state, product),
        "sold_individually": False,
        "weight": "",
        "dimensions": SIZES,
        "shipping_required": True,
        "shipping_taxable": True,
        "shipping_class": "",
        "shipping_class_id": 0,
        "reviews_allowed": not is_variation,
        "average_rating": "0.00" if is_variation else "0",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": product.parent_id,
        "purchase_note": "",
        "categories": [] if is_variation else [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": _chosen(product) if is_variation else _options(state, product),
        "default_attributes": [],
        "variations": list(product.variation_ids),
        "grouped_products": [],
        "menu_order": 0,
        "price_html": (
            '<span class="woocommerce-Price-amount amount"><bdi>'
            f'<span class="woocommerce-Price-currencySymbol">{sign}</span>{product.price}</bdi></span>'
        ),
        "related_ids": [],
        "meta_data": shown_metas(product.meta),
        "stock_status": _stock_status(state, product),
        "has_options": bool(product.variation_ids),
        "post_password": "",
        "global_unique_id": "",
    }
    if edit:
        payload["permalink_template"] = f"{state.url}/product/%pagename%/"
        payload["generated_slug"] = product.slug
    up = f"products/{product.parent_id}" if is_variation else ""
    payload["_links"] = links(state, f"products/{product.id}", "products", up=up)
    return payload


def variation_payload(state: StoreState, product: Product, *, edit: bool = False) -> JsonDict:
    """As /products/<parent>/variations shows it."""
    parent = f"products/{product.parent_id}"
    return {
        "id": product.id,
        "type": "variation",
        **_dates(state, product),
        "description": "",
        "permalink": _permalink(state, product),
        "sku": shown_sku(state, product),
        "global_unique_id": "",
        **_prices(product),
        "status": product.status,
        "purchasable": True,
        **_virtues(),
        "tax_status": "taxable",
        "tax_class": "parent" if edit else "",
        "manage_stock": shown_manage(state, product),
        "stock_quantity": shown_stock(state, product),
        "stock_status": _stock_status(state, product),
        **_backorders(state, product),
        "weight": "",
        "dimensions": SIZES,
        "shipping_class": "",
        "shipping_class_id": 0,
        "image": None,
        "attributes": _chosen(product),
        "menu_order": 0,
        "meta_data": [],
        "name": product.name,
        "parent_id": product.parent_id,
        "_links": links(state, f"{parent}/variations/{product.id}", f"{parent}/variations", up=parent),
    }
