"""Product types: the models and variants that are sold, and which SKU counts as which of them."""

from writer.sales.product_types.counting import get_counting, set_counting
from writer.sales.product_types.facts import tell_counts_as
from writer.sales.product_types.limits import MAX_NAME, MAX_SKU
from writer.sales.product_types.rules import (
    add_rule,
    add_rule_itself,
    check_itself,
    check_rule,
    check_sku,
    classify,
    find_rule,
    ignore_sku,
    is_ignored,
    list_classified,
    list_ignored,
    list_rules,
    remove_rule,
    remove_rules_of,
    restore_rule,
    unignore_sku,
)
from writer.sales.product_types.types import get_active, is_known_type, list_types, named

__all__ = [
    "MAX_NAME",
    "MAX_SKU",
    "add_rule",
    "add_rule_itself",
    "check_itself",
    "check_rule",
    "check_sku",
    "classify",
    "find_rule",
    "get_active",
    "get_counting",
    "ignore_sku",
    "is_ignored",
    "is_known_type",
    "list_classified",
    "list_ignored",
    "list_rules",
    "list_types",
    "named",
    "remove_rule",
    "remove_rules_of",
    "restore_rule",
    "set_counting",
    "tell_counts_as",
    "unignore_sku",
]
