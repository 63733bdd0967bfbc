"""Checks of the fields of a short message."""

import re
from typing import Any

from writer.lib.errors import Invalid
from writer.stores import woocommerce

_STATUS = re.compile(r"[a-z0-9_-]{1,40}")


def is_short(payload: Any) -> bool:
    """Tell whether a body is in the short form, not WooCommerce's own order."""
    return isinstance(payload, dict) and "order_id" in payload and "id" not in payload


def check(payload: dict[str, Any]) -> None:
    """Raise Invalid naming each field of a short body that cannot be used."""
    errors = {}
    if not _is_id(payload.get("order_id")):
        errors["order_id"] = "Must be the order's number in the store, above 0."
    site_id = payload.get("site_id")
    if site_id is not None and not (
        isinstance(site_id, str) and 0 < len(site_id) <= 60 and site_id.isprintable()
    ):
        errors["site_id"] = "Must be a text of at most 60 characters."
    status = payload.get("status")
    if status is not None and not (isinstance(status, str) and _STATUS.fullmatch(status_of(status))):
        errors["status"] = "Must be a status such as processing."
    if payload.get("refund_id") is not None and not _is_id(payload["refund_id"]):
        errors["refund_id"] = "Must be the refund's number in the store, above 0."
    wrong = _wrong_with(payload.get("line_items", []))
    if wrong:
        errors["line_items"] = wrong
    if errors:
        raise Invalid("The order cannot be used as it is.", errors)


def status_of(text: str) -> str:
    """Return a status in the spelling of WooCommerce's REST API."""
    return text.strip().lower().removeprefix("wc-")


def _wrong_with(items: Any) -> str | None:
    if items is None:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return "Must be a list of lines."
    given: set[int] = set()
    for position, item in enumerate(items, start=1):
        wrong = _wrong_with_line(item, position)
        if wrong:
            return wrong
        if item.get("line_item_id") is not None:
            line_id = int(item["line_item_id"])
            if line_id in given:
                return f"Line {position}: line_item_id {line_id} is given twice."
            given.add(line_id)
    return None


def _wrong_with_line(item: dict[str, Any], position: int) -> str | None:
    line_id, sku = item.get("line_item_id"), item.get("sku")
    if line_id is not None and not _is_id(line_id):
        return f"Line {position}: line_item_id must be a number above 0."
    if sku is not None and not isinstance(sku, str):
        return f"Line {position}: sku must be a text."
    if line_id is None and not (sku or "").strip():
        return f"Line {position} needs a line_item_id or a sku."
    if not _is_units(item.get("qty")):
        return f"Line {position}: qty must be a whole number of at most {woocommerce.LARGEST_QUANTITY:,}."
    return None


def _is_units(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    digits = text.removeprefix("-")  # WooCommerce writes refunded quantities as negative numbers
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 20
    return is_number and int(digits) <= woocommerce.LARGEST_QUANTITY


def _is_id(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) > 0
