"""Product types: the models and variants that are sold, and which SKU counts as which of them."""

from writer.sales.product_types.limits import MAX_NAME, MAX_SKU
from writer.sales.product_types.rules import (
    add_rule,
    classify,
    ignore_sku,
    is_ignored,
    list_classified,
    list_ignored,
    list_rules,
    remove_rule,
    unignore_sku,
)
from writer.sales.product_types.types import get_active, is_known_type, list_types

__all__ = [
    "MAX_NAME",
    "MAX_SKU",
    "add_rule",
    "classify",
    "get_active",
    "ignore_sku",
    "is_ignored",
    "is_known_type",
    "list_classified",
    "list_ignored",
    "list_rules",
    "list_types",
    "remove_rule",
    "unignore_sku",
]
