"""REST routes of products and variations: lists, and single writes, which are checked. No batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_services import store_products
from tests.fake_services.store_answers import Answer, Request, RestError, invalid_type, listed
from tests.fake_services.store_lists import ORDERBY, ListQuery, page_answer, parse_list_query
from tests.fake_services.store_model import JsonDict, Product
from tests.fake_services.store_payload import api_url
from tests.fake_services.store_product_payload import product_payload, variation_payload
from tests.fake_services.store_state import StoreState

PRODUCT_ORDERBY = (*ORDERBY, "price", "popularity", "rating", "menu_order")
INVALID_PRODUCT = ("woocommerce_rest_product_invalid_id", "Invalid ID.")
INVALID_VARIATION = ("woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
USE_VARIATIONS = (
    "woocommerce_rest_invalid_product_id",
    "To manipulate product variations you should use the "
    "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.",
)


def list_products(state: StoreState, request: Request) -> Answer:
    wanted = parse_list_query(state, request, PRODUCT_ORDERBY)
    query = request.query
    key = tuple(repr(query.get(name)) for name in ("sku", "search_sku", "type", "status", "search"))
    found = state.kept_list(
        ("products", *key, repr(wanted.bounds), wanted.orderby, wanted.descending, repr(wanted.include)),
        lambda: _matching(state, wanted, query),
    )

    def build(product_id: int) -> JsonDict:
        return product_payload(state, state.products[product_id])

    return page_answer(state, request, wanted, found, build)


def _matching(state: StoreState, wanted: ListQuery, query: dict[str, Any]) -> list[int]:
    """Variations are only found by their SKU."""
    if query.get("sku"):
        by_sku = [state.find_sku(sku.strip()) for sku in str(query["sku"]).split(",")]
        pool = list({product.id: product for product in by_sku if product}.values())
    else:
        chosen = [state.products[i] for i in wanted.include if i in state.products]
        pool = [p for p in (chosen if wanted.include else state.products.values()) if p.type != "variation"]
    part, kind = str(query.get("search_sku") or "").casefold(), query.get("type")
    status, text = query.get("status", "any"), str(query.get("search") or "").casefold()
    found = [
        product
        for product in pool
        if (product.status == status or (status == "any" and product.status != "trash"))
        and part in product.sku.casefold()
        and text in product.name.casefold()
        and kind in (None, product.type)
        and wanted.keeps(product.id, product.created_at, product.modified_at)
    ]
    return _sorted(found, wanted)


def _sorted(found: list[Product], wanted: ListQuery) -> list[int]:
    keys: dict[str, Callable[[Product], Any]] = {
        "modified": lambda product: (product.modified_at, product.id),
        "date": lambda product: (product.created_at, product.id),
        "title": lambda product: (product.name, product.id),
    }
    if wanted.orderby != "include":
        found.sort(key=keys.get(wanted.orderby, lambda product: product.id), reverse=wanted.descending)
    return [product.id for product in found]


def existing(state: StoreState, product_id: int, missing: int = 404) -> Product:
    product = state.products.get(product_id)
    if product is None:
        raise RestError(missing, *INVALID_PRODUCT)
    return product


def writable(state: StoreState, product_id: int) -> Product:
    product = existing(state, product_id, missing=400)
    if product.type == "variation":
        raise RestError(404, *USE_VARIATIONS)
    return product


def existing_variation(state: StoreState, parent_id: int, variation_id: int) -> Product:
    product = state.products.get(variation_id)
    if product is None or product.parent_id != parent_id or not parent_id:
        raise RestError(404, *INVALID_VARIATION, known_route=False)
    return product


def get_product(state: StoreState, request: Request, product_id: int) -> Answer:
    return Answer(200, product_payload(state, existing(state, product_id)), is_object=True)


def checked(params: JsonDict) -> JsonDict:
    """A single write is checked against the schema; null passes as an integer and becomes 0."""
    values = dict(params)
    if "stock_quantity" in values:
        quantity = values["stock_quantity"]
        if quantity is not None and not _is_integer(quantity):
            raise invalid_type("stock_quantity", "integer")
        values["stock_quantity"] = 0 if quantity is None else quantity
    managed = values.get("manage_stock")
    if managed is not None and str(managed).lower() not in {"true", "false", "1", "0"}:
        raise invalid_type("manage_stock", "boolean")
    return values


def _is_integer(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and float(value).is_integer()
    except (TypeError, ValueError, OverflowError):
        return False


def write_product(state: StoreState, product: Product, values: JsonDict) -> JsonDict:
    echoed = store_products.write(state, product, values)
    is_variation = product.type == "variation"
    shown = (variation_payload if is_variation else product_payload)(state, product, edit=True)
    return shown if echoed is None else shown | {"stock_quantity": echoed}


def update_product(state: StoreState, request: Request, product_id: int) -> Answer:
    values = checked(request.params)
    return Answer(200, write_product(state, writable(state, product_id), values), is_object=True)


def create_product(state: StoreState, request: Request) -> Answer:
    product = make_from(state, checked(request.params))
    headers = {"Location": api_url(state, f"products/{product.id}")}
    return Answer(201, product_payload(state, product, edit=True), headers, is_object=True)


def make_from(state: StoreState, values: JsonDict, parent_id: int = 0) -> Product:
    sku = str(values.get("sku", ""))
    taken = state.find_sku(sku) if sku else None
    if taken is not None:
        data = {"status": 400, "resource_id": taken.id, "unique_sku": f"{sku}-1"}
        raise RestError(400, "product_invalid_sku", "Invalid or duplicated SKU.", data=data)
    return store_products.make(
        state,
        kind="variation" if parent_id else str(values.get("type", "simple")),
        sku=sku,
        name=str(values.get("name", "Product")),
        price=str(values.get("regular_price", "")),
        manage_stock=store_products.as_bool(values.get("manage_stock", False)),
        stock=store_products.as_units(values.get("stock_quantity", 0)),
        parent_id=parent_id,
    )


def delete_product(state: StoreState, request: Request, product_id: int) -> Answer:
    product = existing(state, product_id)
    before = product_payload(state, product, edit=True)
    if str(request.query.get("force", "")).lower() in {"true", "1"}:
        store_products.delete(state, product)
    else:
        store_products.trash(state, product)
    return Answer(200, before, is_object=True)


def list_variations(state: StoreState, request: Request, parent_id: int) -> Answer:
    wanted = parse_list_query(state, request, PRODUCT_ORDERBY)
    parent = existing(state, parent_id)
    skus = {sku.casefold() for sku in listed(request.query.get("sku"))}
    found = [state.products[i] for i in parent.variation_ids if not wanted.include or i in wanted.include]
    found = [p for p in found if (not skus or p.sku.casefold() in skus) and p.id not in wanted.exclude]

    def build(product_id: int) -> JsonDict:
        return variation_payload(state, state.products[product_id])

    return page_answer(state, request, wanted, _sorted(found, wanted), build)


def create_variation(state: StoreState, request: Request, parent_id: int) -> Answer:
    product = make_from(state, checked(request.params), existing(state, parent_id).id)
    headers = {"Location": api_url(state, f"products/{parent_id}/variations/{product.id}")}
    return Answer(201, variation_payload(state, product, edit=True), headers, is_object=True)


def get_variation(state: StoreState, request: Request, parent_id: int, variation_id: int) -> Answer:
    product = existing_variation(state, parent_id, variation_id)
    return Answer(200, variation_payload(state, product), is_object=True)


def update_variation(state: StoreState, request: Request, parent_id: int, variation_id: int) -> Answer:
    values = checked(request.params)
    product = existing_variation(state, parent_id, variation_id)
    return Answer(200, write_product(state, product, values), is_object=True)


WRITES = ("POST", "PUT", "PATCH")
ROUTES: list[tuple[str, dict[str, Callable[..., Answer]]]] = [
    ("products", {"GET": list_products, "POST": create_product}),
    (
        r"products/(\d+)",
        {"GET": get_product, **dict.fromkeys(WRITES, update_product), "DELETE": delete_product},
    ),
    (r"products/(\d+)/variations", {"GET": list_variations, "POST": create_variation}),
    (r"products/(\d+)/variations/(\d+)", {"GET": get_variation, **dict.fromkeys(WRITES, update_variation)}),
]
