"""REST batches of products and variations: a hundred items at most, none of them checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_services import store_products
from tests.fake_services import store_products_rest as routes
from tests.fake_services.store_answers import Answer, Request, RestError
from tests.fake_services.store_model import JsonDict
from tests.fake_services.store_product_payload import product_payload
from tests.fake_services.store_state import StoreState

BATCH_LIMIT = 100


def batch_products(state: StoreState, request: Request) -> Answer:
    def update(item_id: int, item: JsonDict) -> JsonDict:
        return routes.write_product(state, routes.writable(state, item_id), item)

    return _batch(state, request, update)


def batch_variations(state: StoreState, request: Request, parent_id: int) -> Answer:
    def update(item_id: int, item: JsonDict) -> JsonDict:
        return routes.write_product(state, routes.existing_variation(state, parent_id, item_id), item)

    return _batch(state, request, update)


def _batch(state: StoreState, request: Request, update: Callable[[int, JsonDict], JsonDict]) -> Answer:
    """Item by item, in order, unchecked; an item's error stands in its place, inside a 200."""
    given = {name: request.params.get(name) or [] for name in ("create", "update", "delete")}
    items = {name: list(v.values()) if isinstance(v, dict) else list(v) for name, v in given.items()}
    if sum(len(found) for found in items.values()) > BATCH_LIMIT:
        message = f"Unable to accept more than {BATCH_LIMIT} items for this request."
        raise RestError(413, "woocommerce_rest_request_entity_too_large", message)

    def create(item_id: int, item: JsonDict) -> JsonDict:
        return product_payload(state, routes.make_from(state, item), edit=True)

    def delete(item_id: int, item: JsonDict) -> JsonDict:
        product = routes.existing(state, item_id)
        before = product_payload(state, product, edit=True)
        store_products.delete(state, product)
        return before

    done = {}
    for name, act in (("create", create), ("update", update), ("delete", delete)):
        if items[name]:
            done[name] = [_one(act, {"id": item} if name == "delete" else item) for item in items[name]]
    return Answer(200, done or [])


def _one(act: Callable[[int, JsonDict], JsonDict], item: Any) -> JsonDict:
    values = item if isinstance(item, dict) else {}
    item_id = store_products.as_units(values.get("id")) if values.get("id") is not None else None
    try:
        return act(item_id or 0, values)
    except RestError as error:
        return {"id": item_id, "error": error.body}


ROUTES: list[tuple[str, dict[str, Callable[..., Answer]]]] = [
    ("products/batch", dict.fromkeys(routes.WRITES, batch_products)),
    (r"products/(\d+)/variations/batch", dict.fromkeys(routes.WRITES, batch_variations)),
]
