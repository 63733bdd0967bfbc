"""The JSON of orders, refunds, notes and webhooks, key for key as captured from 10.5.0."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tests.fake_services.store_model import JsonDict, Line, Meta, Note, Order, Refund, Webhook
from tests.fake_services.store_state import StoreState
from tests.fake_services.store_stock import shown_sku

SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥"}
ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": ["woocommerce_process_product_meta", "woocommerce_new_product"],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
}


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def gmt(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None


def local(state: StoreState, at: datetime | None) -> str | None:
    return gmt(state.local(at)) if at else None


def api_url(state: StoreState, path: str) -> str:
    return f"{state.url}/wp-json/wc/v3/{path}"


def links(
    state: StoreState, path: str, collection: str, *, allow: list[str] | None = None, up: str = ""
) -> JsonDict:
    self_link = {"href": api_url(state, path), "targetHints": {"allow": allow or ALL_METHODS}}
    found: JsonDict = {"self": [self_link], "collection": [{"href": api_url(state, collection)}]}
    if up:
        found["up"] = [{"href": api_url(state, up)}]
    return found


def shown_metas(metas: list[Meta]) -> list[JsonDict]:
    return [{"id": meta.id, "key": meta.key, "value": meta.value} for meta in metas]


def _line_metas(metas: list[Meta]) -> list[JsonDict]:
    return [
        {
            "id": meta.id,
            "key": meta.key,
            "value": meta.value,
            "display_key": meta.key if meta.key.startswith("_") else meta.key.capitalize(),
            "display_value": meta.value,
        }
        for meta in metas
    ]


def _price(line: Line) -> int | float:
    """The only money that is a number here: PHP divides floats, and writes 12.0 as 12."""
    price = float(line.total) / line.quantity if line.quantity else 0.0
    return int(price) if price.is_integer() else price


def line_payload(state: StoreState, line: Line) -> JsonDict:
    product = state.products.get(line.stock_product_id)
    payload = {
        "id": line.id,
        "name": line.name,
        "product_id": line.product_id,
        "variation_id": line.variation_id,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": money(line.subtotal),
        "subtotal_tax": "0.00",
        "total": money(line.total),
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": _line_metas(line.meta),
        "sku": shown_sku(state, product) if product else None,
        "global_unique_id": "" if product else None,
        "price": _price(line),
        "image": {"id": "" if product and not line.variation_id else 0, "src": ""},
        "parent_name": line.parent_name,
    }
    if state.rules == "old":
        del payload["global_unique_id"]
    return payload


def order_payload(state: StoreState, order: Order) -> JsonDict:
    discount = sum((line.subtotal - line.total for line in order.lines), Decimal(0))
    shipping = sum((Decimal(line["total"]) for line in order.shipping_lines), Decimal(0))
    path = f"orders/{order.id}"
    order_links = links(state, path, "orders")
    order_links["email_templates"] = [
        {"embeddable": True, "href": api_url(state, f"{path}/actions/email_templates")}
    ]
    return {
        "id": order.id,
        "parent_id": order.parent_id,
        "status": order.status,
        "currency": order.currency,
        "version": state.version,
        "prices_include_tax": False,
        "date_created": local(state, order.created_at),
        "date_modified": local(state, order.modified_at),
        "discount_total": money(discount),
        "discount_tax": "0.00",
        "shipping_total": money(shipping),
        "shipping_tax": "0.00",
        "cart_tax": "0.00",
        "total": money(order.total),
        "total_tax": "0.00",
        "customer_id": 0,
        "order_key": order.order_key,
        "billing": dict(order.billing),
        "shipping": dict(order.shipping),
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_method_title,
        "transaction_id": order.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": order.created_via,
        "customer_note": order.customer_note,
        "date_completed": local(state, order.completed_at),
        "date_paid": local(state, order.paid_at),
        "cart_hash": "",
        "number": str(order.id),
        "meta_data": shown_metas(order.meta),
        "line_items": [line_payload(state, line) for line in order.lines],
        "tax_lines": [],
        "shipping_lines": list(order.shipping_lines),
        "fee_lines": [],
        "coupon_lines": list(order.coupon_lines),
        "refunds": [
            {"id": refund.id, "reason": refund.reason, "total": f"-{money(refund.amount)}"}
            for refund in order.refunds
        ],
        "payment_url": f"{state.url}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.order_key}",
        "is_editable": order.status in {"pending", "on-hold", "auto-draft"},
        "needs_payment": order.status in {"pending", "failed", "checkout-draft"} and order.total > 0,
        "needs_processing": any(line.product_id for line in order.lines),
        "date_created_gmt": gmt(order.created_at),
        "date_modified_gmt": gmt(order.modified_at),
        "date_completed_gmt": gmt(order.completed_at),
        "date_paid_gmt": gmt(order.paid_at),
        "currency_symbol": SYMBOLS.get(order.currency, order.currency),
        "_links": order_links,
    }


def refund_payload(state: StoreState, refund: Refund) -> JsonDict:
    order = f"orders/{refund.order_id}"
    return {
        "id": refund.id,
        "date_created": local(state, refund.created_at),
        "date_created_gmt": gmt(refund.created_at),
        "amount": money(refund.amount),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [{"id": refund.meta_id, "key": "_refund_type", "value": refund.kind}],
        "line_items": [line_payload(state, line) for line in refund.lines],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
        "_links": links(
            state, f"{order}/refunds/{refund.id}", f"{order}/refunds", allow=["GET", "DELETE"], up=order
        ),
    }


def note_payload(state: StoreState, order: Order, note: Note) -> JsonDict:
    path = f"orders/{order.id}"
    return {
        "id": note.id,
        "author": "WooCommerce",
        "date_created": local(state, note.created_at),
        "date_created_gmt": gmt(note.created_at),
        "note": note.text,
        "customer_note": note.customer_note,
        "_links": links(state, f"{path}/notes/{note.id}", f"{path}/notes", allow=["GET", "DELETE"], up=path),
    }


def webhook_payload(state: StoreState, hook: Webhook) -> JsonDict:
    return {
        "id": hook.id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": hook.resource,
        "event": hook.event,
        "hooks": HOOKS[hook.topic],
        "delivery_url": hook.delivery_url,
        "date_created": local(state, hook.created_at),
        "date_created_gmt": gmt(hook.created_at),
        "date_modified": local(state, hook.modified_at),
        "date_modified_gmt": gmt(hook.modified_at),
        "_links": links(state, f"webhooks/{hook.id}", "webhooks"),
    }
