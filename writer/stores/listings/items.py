"""A product or variation as a store's REST API shows it: what of it is a listing. Pure."""

from dataclasses import dataclass
from typing import Any

from writer import db as database
from writer import stock
from writer.stores.woocommerce import Shown, read_shown

Key = tuple[int, int]  # product id, variation id (0: none)


@dataclass(frozen=True)
class Item:
    """A product or variation as a store just showed it."""

    product_id: int
    variation_id: int
    sku: str
    name: str
    shown: Shown

    @property
    def key(self) -> Key:
        return self.product_id, self.variation_id


def item(payload: dict[str, Any], parent: dict[str, Any] | None = None) -> Item | None:
    """Read a product, or with `parent` a variation, of the REST API v3; None where it is no listing.

    A variable product that manages no stock itself is none: its variations are. A variation without a SKU
    of its own shows its parent's; where the parent counts it too, the parent alone is the listing.
    """
    if not is_id(payload.get("id")) or (parent is not None and not is_id(parent.get("id"))):
        return None
    shown = read_shown(payload)
    sku = _text(payload.get("sku"), 200)
    if parent is None:
        if payload.get("type") == "variable" and shown.manage_stock != "yes":
            return None
        return Item(int(payload["id"]), 0, sku, _text(payload.get("name"), 200), shown)
    if stock.key(sku) == stock.key(_text(parent.get("sku"), 200)):
        if shown.manage_stock == "parent":
            return None
        sku = ""
    return Item(int(parent["id"]), int(payload["id"]), sku, _variation_name(payload, parent), shown)


def is_id(number: Any) -> bool:
    """Tell whether it is a number that a product or variation can have, and that the database holds."""
    return isinstance(number, int) and not isinstance(number, bool) and database.is_id(number)


def _variation_name(payload: dict[str, Any], parent: dict[str, Any]) -> str:
    attributes = payload.get("attributes")
    known = [found for found in attributes if isinstance(found, dict)] if isinstance(attributes, list) else []
    options = ", ".join(str(found["option"]) for found in known if found.get("option"))
    return _text(f"{parent.get('name') or ''}: {options or payload.get('name') or payload['id']}", 200)


def _text(value: Any, limit: int) -> str:
    text = value.replace("\0", "") if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode().strip()[:limit]
