"""REST routes of an order's refunds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from tests.fake_services import store_orders
from tests.fake_services.store_answers import Answer, Request, RestError
from tests.fake_services.store_lists import page_answer, parse_list_query
from tests.fake_services.store_model import JsonDict, Order, Refund
from tests.fake_services.store_payload import api_url, refund_payload
from tests.fake_services.store_state import StoreState

NOT_CREATED = "woocommerce_rest_cannot_create_order_refund"


def list_refunds(state: StoreState, request: Request, order_id: int) -> Answer:
    """Newest first; of an order that does not exist: an empty list, not an error."""
    wanted = parse_list_query(state, request)
    order = state.orders.get(order_id)
    refunds = {refund.id: refund for refund in order.refunds} if order else {}
    found = sorted(refunds, reverse=wanted.descending)

    def build(refund_id: int) -> JsonDict:
        return refund_payload(state, refunds[refund_id])

    return page_answer(state, request, wanted, found, build)


def _order(state: StoreState, order_id: int) -> Order:
    order = state.orders.get(order_id)
    if order is None:
        raise RestError(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    return order


def _refund(order: Order, refund_id: int) -> Refund:
    for refund in order.refunds:
        if refund.id == refund_id:
            return refund
    raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")


def create_refund(state: StoreState, request: Request, order_id: int) -> Answer:
    order = _order(state, order_id)
    params = request.params
    items = params.get("line_items") or []
    amount = _amount(params, items)
    if params.get("api_refund", True) and not state.gateway_refunds:
        message = "The payment gateway for this order does not support automatic refunds."
        raise RestError(500, NOT_CREATED, message, data=500)
    known = {line.id for line in order.lines}
    units = {item["id"]: int(item.get("quantity", 0)) for item in items if item.get("id") in known}
    try:
        refund = store_orders.refund(
            state,
            order,
            units,
            amount=amount,
            restock=bool(params.get("api_restock", True)),
            reason=str(params.get("reason", "")),
        )
    except store_orders.RefundTooLarge as error:
        raise RestError(500, NOT_CREATED, str(error), data=500) from None
    # WooCommerce forgets to fill in the order's id here.
    headers = {"Location": api_url(state, rf"orders/(?P<order_id>[\d]+)/refunds/{refund.id}")}
    return Answer(201, refund_payload(state, refund), headers, is_object=True)


def _amount(params: JsonDict, items: list[JsonDict]) -> Decimal:
    given = params.get("amount") or sum(Decimal(str(item.get("refund_total", 0))) for item in items)
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal(0)
    if amount <= 0:
        message = "Refund amount must be greater than zero."
        raise RestError(400, "woocommerce_rest_invalid_order_refund", message)
    return amount


def get_refund(state: StoreState, request: Request, order_id: int, refund_id: int) -> Answer:
    refund = _refund(_order(state, order_id), refund_id)
    return Answer(200, refund_payload(state, refund), is_object=True)


def delete_refund(state: StoreState, request: Request, order_id: int, refund_id: int) -> Answer:
    order = _order(state, order_id)
    refund = _refund(order, refund_id)
    if str(request.query.get("force", request.params.get("force", ""))).lower() not in {"true", "1"}:
        message = "Order refunds do not support trashing."
        raise RestError(501, "woocommerce_rest_trash_not_supported", message)
    before = Answer(200, refund_payload(state, refund), is_object=True)
    store_orders.delete_refund(state, order, refund_id)
    return before


ROUTES: list[tuple[str, dict[str, Callable[..., Answer]]]] = [
    (r"orders/(\d+)/refunds", {"GET": list_refunds, "POST": create_refund}),
    (r"orders/(\d+)/refunds/(\d+)", {"GET": get_refund, "DELETE": delete_refund}),
]
