"""REST routes of orders and their notes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.fake_services import store_lines, store_orders
from tests.fake_services.store_answers import Answer, Request, RestError, listed, not_in_enum
from tests.fake_services.store_lists import ListQuery, page_answer, parse_list_query
from tests.fake_services.store_model import JsonDict, Line, Order
from tests.fake_services.store_payload import api_url, note_payload, order_payload
from tests.fake_services.store_state import StoreState
from tests.fake_services.store_stock import follow_edit

INVALID_ID = ("woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
HIDDEN = frozenset({"trash", "auto-draft"})


def _order(state: StoreState, order_id: int, missing: int = 404) -> Order:
    order = state.orders.get(order_id)
    if order is None:
        raise RestError(missing, *INVALID_ID)
    return order


def _shown(state: StoreState, order: Order) -> Answer:
    return Answer(200, order_payload(state, order), is_object=True)


def list_orders(state: StoreState, request: Request) -> Answer:
    wanted = parse_list_query(state, request)
    statuses = listed(request.query.get("status")) or ["any"]
    known = ("any", "trash", *state.statuses)
    for index, status in enumerate(statuses):
        if status not in known:
            raise not_in_enum("status", f"status[{index}]", known)
    found = state.kept_list(
        ("orders", tuple(statuses), repr(wanted.bounds), wanted.orderby, wanted.descending, *wanted.include),
        lambda: _matching(state, wanted, set(statuses)),
    )
    extra = [(f"status[{index}]", status) for index, status in enumerate(statuses)]
    is_inside = (wanted.page - 1) * wanted.per_page < len(found)
    extra += [("dp", "2"), ("context", "view")] if is_inside else []

    def build(order_id: int) -> JsonDict:
        return order_payload(state, state.orders[order_id])

    return page_answer(state, request, wanted, found, build, link_extra=extra)


def _matching(state: StoreState, wanted: ListQuery, statuses: set[str]) -> list[int]:
    pool = (
        [state.orders[i] for i in wanted.include if i in state.orders]
        if wanted.include
        else state.orders.values()
    )
    found = [
        order
        for order in pool
        if (order.status in statuses or ("any" in statuses and order.status not in HIDDEN))
        and wanted.keeps(order.id, order.created_at, order.modified_at)
    ]
    if wanted.orderby == "include":
        return [order.id for order in found]
    keys: dict[str, Callable[[Order], Any]] = {
        "modified": lambda order: (order.modified_at, order.id),
        "date": lambda order: (order.created_at, order.id),
    }
    found.sort(key=keys.get(wanted.orderby, lambda order: order.id), reverse=wanted.descending)
    return [order.id for order in found]


def get_order(state: StoreState, request: Request, order_id: int) -> Answer:
    return _shown(state, _order(state, order_id))


def create_order(state: StoreState, request: Request) -> Answer:
    params = request.params
    _check_status(state, params)
    order = store_orders.new_order(
        state,
        status=params.get("status", "pending"),
        customer=params.get("billing") or {},
        method=params.get("payment_method", ""),
        via="rest-api",
    )
    order.lines = [_new_line(state, item) for item in params.get("line_items") or []]
    for shipping in params.get("shipping_lines") or []:
        store_lines.add_shipping(state, order, shipping.get("total", "0"))
    order.shipping.update(dict.fromkeys(order.shipping, ""))
    order.currency = params.get("currency", state.currency)
    _set_plain(state, order, params)
    store_orders.place(state, order, paid=False)
    if params.get("set_paid"):
        store_orders.pay(state, order)
    headers = {"Location": api_url(state, f"orders/{order.id}")}
    return Answer(201, order_payload(state, order), headers, is_object=True)


def update_order(state: StoreState, request: Request, order_id: int) -> Answer:
    params = request.params
    _check_status(state, params)
    order = _order(state, order_id, missing=400)
    for item in params.get("line_items") or []:
        _write_line(state, order, item)
    _set_plain(state, order, params)
    if params.get("status"):
        store_orders.set_status(state, order, params["status"])
    else:
        store_orders.save(state, order)
    if params.get("set_paid"):
        store_orders.pay(state, order)
    return _shown(state, order)


def _check_status(state: StoreState, params: JsonDict) -> None:
    if params.get("status") is not None and params["status"] not in state.statuses:
        raise not_in_enum("status", "status", state.statuses)


def _new_line(state: StoreState, item: JsonDict) -> Line:
    ref = item.get("variation_id") or item.get("product_id") or item.get("sku")
    if not ref:
        raise RestError(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    line = store_lines.make_line(state, (state.find_product(ref), int(item.get("quantity", 1))))
    _set_totals(line, item)
    return line


def _set_totals(line: Line, item: JsonDict) -> None:
    if "subtotal" in item:
        line.subtotal = Decimal(str(item["subtotal"]))
    if "total" in item:
        line.total = Decimal(str(item["total"]))


def _write_line(state: StoreState, order: Order, item: JsonDict) -> None:
    if not item.get("id"):
        line = _new_line(state, item)
        order.lines.append(line)
        follow_edit(state, order, line, line.quantity)
        return
    existing = next((line for line in order.lines if line.id == item["id"]), None)
    if existing is None:
        message = "Order item ID provided is not associated with order."
        raise RestError(400, "woocommerce_rest_invalid_item_id", message)
    if "quantity" in item or item.get("product_id", 0) is None:
        store_lines.edit_line(state, order, existing, int(item.get("quantity") or 0))
    _set_totals(existing, item)


def _set_plain(state: StoreState, order: Order, params: JsonDict) -> None:
    for name in ("customer_note", "transaction_id", "payment_method", "payment_method_title"):
        if name in params:
            setattr(order, name, str(params[name]))
    for name, block in (("billing", order.billing), ("shipping", order.shipping)):
        block.update({key: str(value) for key, value in (params.get(name) or {}).items() if key in block})
    for meta in params.get("meta_data") or []:
        state.set_meta(order.meta, meta["key"], meta.get("value"))


def delete_order(state: StoreState, request: Request, order_id: int) -> Answer:
    order = _order(state, order_id)
    before = _shown(state, order)
    if str(request.query.get("force", request.params.get("force", ""))).lower() in {"true", "1"}:
        store_orders.delete(state, order)
    elif order.status == "trash":
        message = "The order has already been deleted."
        raise RestError(410, "woocommerce_rest_already_trashed", message)
    else:
        store_orders.trash(state, order)
    return before


def _noted(state: StoreState, order_id: int) -> Order:
    order = state.orders.get(order_id)
    if order is None:
        raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return order


def list_notes(state: StoreState, request: Request, order_id: int) -> Answer:
    order = _noted(state, order_id)
    kind = request.query.get("type", "any")
    wanted = [n for n in order.notes if kind == "any" or n.customer_note == (kind == "customer")]
    return Answer(200, [note_payload(state, order, note) for note in wanted])


def create_note(state: StoreState, request: Request, order_id: int) -> Answer:
    order = _noted(state, order_id)
    is_mailed = request.params.get("customer_note") in (True, "true", "1", 1)
    note = store_orders.add_note(state, order, str(request.params.get("note", "")), is_mailed)
    headers = {"Location": api_url(state, f"orders/{order.id}/notes/{note.id}")}
    return Answer(201, note_payload(state, order, note), headers, is_object=True)


ROUTES: list[tuple[str, dict[str, Callable[..., Answer]]]] = [
    ("orders", {"GET": list_orders, "POST": create_order}),
    (
        r"orders/(\d+)",
        {
            "GET": get_order,
            "POST": update_order,
            "PUT": update_order,
            "PATCH": update_order,
            "DELETE": delete_order,
        },
    ),
    (r"orders/(\d+)/notes", {"GET": list_notes, "POST": create_note}),
]
