"""The kinds of decisions of this room: how each is taken back, and which order lines follow it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from writer.lib.errors import Conflict
from writer.orders.record import (
    Reason,
    find_said,
    list_matchable,
    list_of_product,
    list_reopened,
    rematch_orders,
    reopen_orders,
    say_product,
    unsay_product,
)
from writer.orders.to_sort import sortings
from writer.orders.to_sort.sortings import Decided, FindStep, Kind, Step
from writer.sales import product_types


def rematch_all(db: Connection, decided: Decided) -> Step:
    """Match what matched nothing and would now."""
    return _rematch(list_matchable(db), decided)


def rematch_product(db: Connection, decided: Decided) -> Step:
    """Match the lines of a store's product that lack a type or a counted product."""
    return _rematch(list_of_product(db, **_product(decided)), decided)


def reopen(db: Connection, decided: Decided) -> Step:
    """Take back what this decision matched."""
    return reopening(db, Reason(sorting_id=decided.id), decided)


def reopen_itself(db: Connection, decided: Decided) -> Step:
    """Take back what counts as itself, all of it or that of one SKU, if it does no longer."""
    return reopening(db, Reason(sku_key=decided.details.get("sku")), decided)


def reopening(db: Connection, reason: Reason, decided: Decided) -> Step:
    """Return the step that takes back what lines were matched by for this reason."""

    def change(db: Connection, order_ids: Sequence[int]) -> int:
        return reopen_orders(db, order_ids, reason, decided.cause)

    return Step(list_reopened(db, reason), change)


def _rematch(order_ids: Sequence[int], decided: Decided) -> Step:
    def change(db: Connection, order_ids: Sequence[int]) -> int:
        return rematch_orders(db, order_ids, decided.cause)

    return Step(order_ids, change)


def _unmake_rule(db: Connection, actor: str, decided: Decided) -> None:
    product_types.remove_rules_of(db, actor, decided.id)


def _restore_rule(db: Connection, actor: str, decided: Decided) -> None:
    if sortings.is_taken_back(db, decided.details["sorting_id"]):
        raise Conflict("That this rule was added was taken back since: add it again if it is wanted.")
    product_types.restore_rule(db, actor, decided.details)


def _unignore(db: Connection, actor: str, decided: Decided) -> None:
    if product_types.is_ignored(db, decided.details["sku"]):
        product_types.unignore_sku(db, actor, decided.details["sku"])


def _ignore(db: Connection, actor: str, decided: Decided) -> None:
    product_types.ignore_sku(db, actor, decided.details["sku"])


def _unmap(db: Connection, actor: str, decided: Decided) -> None:
    """Let a product be what was said of it before, unless something else was decided of it since."""
    now = find_said(db, **_product(decided))
    if now is not None and now.sorting_id == decided.id:
        _say_as_before(db, decided)


def _map_again(db: Connection, actor: str, decided: Decided) -> None:
    """Let a product be what it was mapped to, unless something was said of it since."""
    if find_said(db, **_product(decided)) is None:
        _say_as_before(db, decided)


def _say_as_before(db: Connection, decided: Decided) -> None:
    before = sortings.still_said(db, decided.details["before"])
    if before is None:
        unsay_product(db, **_product(decided))
    else:
        say_product(db, **_product(decided), sku=before["sku"], sorting_id=before["sorting_id"])


def _choose_again(db: Connection, actor: str, decided: Decided) -> None:
    if product_types.get_counting(db) != decided.details["after"]:
        raise Conflict("Something else was chosen since: choose what products count as now.")
    product_types.set_counting(db, actor, decided.details["before"])


def _product(decided: Decided) -> dict[str, Any]:
    return {name: decided.details[name] for name in ("store_id", "product_id", "variation_id")}


_NOTHING: tuple[FindStep, ...] = ()
KINDS = {
    "rule.add": Kind(
        "counted SKUs that begin with {subject} as {model} {variant}",
        "rule {subject} added",
        _unmake_rule,
        (rematch_all,),
        (reopen, rematch_all),
    ),
    "rule.remove": Kind(
        "removed the rule for SKUs that begin with {subject}",
        "rule {subject} removed",
        _restore_rule,
        _NOTHING,
        (rematch_all,),
    ),
    "sku.ignore": Kind("ignored {subject}", "{subject} ignored", _unignore, (reopen_itself,), (rematch_all,)),
    "sku.unignore": Kind(
        "no longer ignored {subject}",
        "{subject} no longer ignored",
        _ignore,
        (rematch_all,),
        (reopen_itself,),
    ),
    "product.map": Kind(
        "counted {subject} as {sku}",
        "product {product_id} mapped",
        _unmap,
        (rematch_product,),
        (reopen, rematch_product),
    ),
    "product.unmap": Kind(
        "no longer counted {subject} as {sku}",
        "product {product_id} no longer mapped",
        _map_again,
        _NOTHING,
        (rematch_product,),
    ),
    "counting.choose": Kind(
        "chose that products count as {subject}",
        "choice of what products count as",
        _choose_again,
        (reopen_itself, rematch_all),
        (reopen_itself, rematch_all),
        is_for_admins=True,
    ),
}
