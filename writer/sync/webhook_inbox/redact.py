"""Taking people out of what a store sent: pure. What is counted of an order stays."""

from typing import Any

# WooCommerce's words, and those of the short form.
_ORDER = frozenset(
    ("id", "order_id", "site_id", "parent_id", "number", "order_key", "status", "currency", "total")
) | {"total_tax", "discount_total", "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "refund_id"}
_LINE = frozenset(
    ("id", "line_item_id", "name", "product_id", "variation_id", "sku", "quantity", "qty", "total")
) | {"subtotal", "total_tax"}
_REFUND = frozenset(("id", "total"))
_SHIPPING = frozenset(("id", "method_title", "total"))
_FEE = frozenset(("id", "total"))  # its name may be what the customer had engraved


def without_people(payload: Any) -> Any:
    """Return an order's payload with nothing in it but what counts, marked as the store marks such a one."""
    if not isinstance(payload, dict):
        return {}
    kept = _some(payload, _ORDER)
    kept["line_items"] = [_line(item) for item in _objects(payload.get("line_items"))]
    kept["refunds"] = [_some(item, _REFUND) for item in _objects(payload.get("refunds"))]
    kept["shipping_lines"] = [_some(item, _SHIPPING) for item in _objects(payload.get("shipping_lines"))]
    kept["fee_lines"] = [_some(item, _FEE) for item in _objects(payload.get("fee_lines"))]
    kept["meta_data"] = [{"key": "_anonymized", "value": "yes"}]
    return kept


def mentions(found: Any, address: str) -> bool:
    """Tell whether any text in a payload holds this e-mail address (in small letters), in any case."""
    if isinstance(found, dict):
        return any(mentions(part, address) for part in found.values())
    if isinstance(found, list):
        return any(mentions(part, address) for part in found)
    return isinstance(found, str) and address in found.lower()


def _line(item: dict[str, Any]) -> dict[str, Any]:
    # What begins so is WooCommerce's own; anything else may be what the customer had engraved.
    meta = [entry for entry in _objects(item.get("meta_data")) if str(entry.get("key")).startswith("_")]
    return {**_some(item, _LINE), "meta_data": [_some(entry, frozenset(("key", "value"))) for entry in meta]}


def _some(item: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name in names}


def _objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
