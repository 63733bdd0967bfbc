"""The ledger of units sold, and what its models and variants are: this room's door."""

from writer.sales.actions import post
from writer.sales.rules import (
    add_rule,
    classify,
    ignore_sku,
    is_ignored,
    list_ignored,
    list_rules,
    remove_rule,
    unignore_sku,
)
from writer.sales.types import is_known_type, list_types

__all__ = [
    "add_rule",
    "classify",
    "ignore_sku",
    "is_ignored",
    "is_known_type",
    "list_ignored",
    "list_rules",
    "list_types",
    "post",
    "remove_rule",
    "unignore_sku",
]
