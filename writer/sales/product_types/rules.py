"""SKU rules: which model and variant a SKU counts as, and which SKUs are ignored."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, delete, func, insert, select

from writer.db import Prepared, get_row, insert_row
from writer.db.schema.product_types import ignored_skus, sku_rules
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.text import UnusableText, check_line, fold, is_storable
from writer.people import audit
from writer.sales.product_types import limits
from writer.sales.product_types.types import get_active, named

# A longer SKU can match no rule, and a store can send anything as a SKU.
_LONGEST_MATCH = limits.MAX_SKU * 4
_LONGEST_NAME = 200  # of a product that counts as itself
_LENGTH = func.length(sku_rules.c.prefix)
_LONGEST_RULE = Prepared(
    select(sku_rules.c.model, sku_rules.c.variant, sku_rules.c.sorting_id)
    # Not LIKE, in which % and _ of a rule would match anything.
    .where(func.substr(bindparam("sku", type_=Text), 1, _LENGTH) == sku_rules.c.prefix)
    .order_by(_LENGTH.desc())
    .limit(1)
)


def classify(db: Connection, sku: str) -> tuple[str, str] | None:
    """Return the (model, variant) of the longest rule that `sku` begins with, ignoring case; else None."""
    found = find_rule(db, sku)
    return (found.model, found.variant) if found else None


def find_rule(db: Connection, sku: str) -> Any | None:
    """Return the longest rule (model, variant, sorting_id) that `sku` begins with, ignoring case."""
    return _LONGEST_RULE.first(db, sku=fold(sku)[:_LONGEST_MATCH])


def list_classified(db: Connection, skus: Iterable[str]) -> list[str]:
    """Return those of many SKUs that `classify` would return a type of; the rules are read once."""
    prefixes = tuple(rule.prefix for rule in list_rules(db))
    return [sku for sku in skus if fold(sku).startswith(prefixes)]


def list_rules(db: Connection) -> Sequence[Row[int, str, str, str]]:
    """Return every rule (id, prefix, model, variant) by prefix."""
    columns = (sku_rules.c.id, sku_rules.c.prefix, sku_rules.c.model, sku_rules.c.variant)
    return db.execute(select(*columns).order_by(sku_rules.c.prefix)).all()


def check_rule(db: Connection, prefix: str, model: str, variant: str) -> tuple[str, str, str]:
    """Return a new rule as it would be kept: folded prefix, model, variant.

    Raises Invalid naming the field, and Conflict if the prefix has a rule.
    """
    folded = _usable(prefix, "prefix")
    pair = get_active(db, model, variant)
    _check_free(db, folded)
    return folded, *pair


def check_itself(db: Connection, sku: str, name: str) -> tuple[str, str]:
    """Return a rule by which a product counts as itself as it would be kept: folded SKU, and its name.

    Raises as check_rule.
    """
    folded = _usable(sku, "prefix")
    _check_free(db, folded)
    return folded, (name.strip() or sku.strip())[:_LONGEST_NAME]


def _check_free(db: Connection, folded: str) -> None:
    taken = db.execute(select(sku_rules).where(sku_rules.c.prefix == folded)).first()
    if taken:
        sentence = f"SKUs beginning with {folded} already count as {named(taken.model, taken.variant)}."
        raise Conflict(sentence, {"prefix": sentence})


def add_rule(
    db: Connection, actor: str, prefix: str, model: str, variant: str, sorting_id: int | None = None
) -> int:
    """Count SKUs that begin with `prefix` as this active pair from now on; return the rule's id.

    `sorting_id` is the decision that lines are to name as the reason. Raises as check_rule.
    """
    return _add(db, actor, check_rule(db, prefix, model, variant), sorting_id)


def add_rule_itself(db: Connection, actor: str, sku: str, name: str, sorting_id: int | None = None) -> int:
    """Count SKUs that begin with `sku` under this name, without a variant; else as add_rule."""
    return _add(db, actor, (*check_itself(db, sku, name), ""), sorting_id)


def _add(db: Connection, actor: str, kept: tuple[str, str, str], sorting_id: int | None) -> int:
    rule = dict(zip(("prefix", "model", "variant"), kept, strict=True))
    rule_id = insert_row(db, sku_rules, **rule, sorting_id=sorting_id)
    audit.note(db, actor, "rule.add", f"rule {rule['prefix']}", None, rule)
    return rule_id


def restore_rule(db: Connection, actor: str, rule: Mapping[str, Any]) -> None:
    """Bring a removed rule back, as `remove_rule` returned it. Raises Conflict if its prefix has another."""
    taken = db.execute(select(sku_rules).where(sku_rules.c.prefix == rule["prefix"])).first()
    if taken:
        raise Conflict(
            f"SKUs beginning with {rule['prefix']} count as {named(taken.model, taken.variant)} by now:"
            " remove that rule first."
        )
    kept = {name: rule[name] for name in ("prefix", "model", "variant", "sorting_id")}
    insert_row(db, sku_rules, **kept)
    audit.note(db, actor, "rule.add", f"rule {rule['prefix']}", None, kept)


def remove_rule(db: Connection, actor: str, rule_id: int) -> dict[str, Any]:
    """Remove a rule and return it as it was; what it already counted stays. Raises NotFound."""
    rule = get_row(db, sku_rules, rule_id, "There is no such rule.")
    db.execute(delete(sku_rules).where(sku_rules.c.id == rule_id))
    before = {"prefix": rule.prefix, "model": rule.model, "variant": rule.variant}
    audit.note(db, actor, "rule.remove", f"rule {rule.prefix}", before, None)
    return before | {"sorting_id": rule.sorting_id}


def remove_rules_of(db: Connection, actor: str, sorting_id: int) -> None:
    """Remove the rule that this decision made, if it is still there."""
    made = select(sku_rules.c.id).where(sku_rules.c.sorting_id == sorting_id)
    for rule_id in db.execute(made).scalars().all():
        remove_rule(db, actor, rule_id)


def is_ignored(db: Connection, sku: str) -> bool:
    """Tell whether the owner marked this SKU as no product, ignoring case."""
    wanted = select(ignored_skus.c.sku).where(ignored_skus.c.sku == fold(sku))
    return db.execute(wanted).first() is not None


def list_ignored(db: Connection) -> Sequence[Row[str, datetime]]:
    """Return every ignored SKU (sku, added_at) by name."""
    return db.execute(select(ignored_skus.c.sku, ignored_skus.c.added_at).order_by(ignored_skus.c.sku)).all()


def check_sku(sku: str) -> str:
    """Return a SKU as the ignore list keeps it. Raises Invalid."""
    return _usable(sku, "sku")


def ignore_sku(db: Connection, actor: str, sku: str) -> None:
    """Ignore lines with this SKU from now on; ignoring it again changes nothing. Raises Invalid."""
    folded = check_sku(sku)
    if is_ignored(db, folded):
        return
    db.execute(insert(ignored_skus).values(sku=folded, added_at=clock.now()))
    audit.note(db, actor, "sku.ignore", f"sku {folded}", None, {"sku": folded})


def unignore_sku(db: Connection, actor: str, sku: str) -> None:
    """List lines with this SKU to be sorted again. Raises NotFound if it was not ignored."""
    folded = fold(sku)
    if not is_storable(folded) or not is_ignored(db, folded):
        raise NotFound("This SKU is not ignored.")
    db.execute(delete(ignored_skus).where(ignored_skus.c.sku == folded))
    audit.note(db, actor, "sku.unignore", f"sku {folded}", {"sku": folded}, None)


def _usable(sku: str, field: str) -> str:
    try:
        return fold(check_line(sku, limits.MAX_SKU, required=True))
    except UnusableText as error:
        raise Invalid(f"The {field} cannot be used. {error}", {field: str(error)}) from None
