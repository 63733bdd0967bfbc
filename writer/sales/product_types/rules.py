"""SKU rules: which model and variant a SKU counts as, and which SKUs are ignored."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, Text, bindparam, delete, func, insert, select

from writer.db import Prepared, get_row, insert_row
from writer.db.schema.product_types import ignored_skus, sku_rules
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.text import UnusableText, check_line, fold
from writer.people import audit
from writer.sales.product_types import limits
from writer.sales.product_types.types import get_active

# A longer SKU can match no rule, and a store can send anything as a SKU.
_LONGEST_MATCH = limits.MAX_SKU * 4
_LENGTH = func.length(sku_rules.c.prefix)
_LONGEST_RULE = Prepared(
    select(sku_rules.c.model, sku_rules.c.variant)
    # Not LIKE, in which % and _ of a rule would match anything.
    .where(func.substr(bindparam("sku", type_=Text), 1, _LENGTH) == sku_rules.c.prefix)
    .order_by(_LENGTH.desc())
    .limit(1)
)


def classify(db: Connection, sku: str) -> tuple[str, str] | None:
    """Return the (model, variant) of the longest rule that `sku` begins with, ignoring case; else None."""
    found = _LONGEST_RULE.first(db, sku=fold(sku)[:_LONGEST_MATCH])
    return (found.model, found.variant) if found else None


def list_classified(db: Connection, skus: Iterable[str]) -> list[str]:
    """Return those of many SKUs that `classify` would return a type of; the rules are read once."""
    prefixes = tuple(rule.prefix for rule in list_rules(db))
    return [sku for sku in skus if fold(sku).startswith(prefixes)]


def list_rules(db: Connection) -> Sequence[Row[int, str, str, str]]:
    """Return every rule (id, prefix, model, variant) by prefix."""
    columns = (sku_rules.c.id, sku_rules.c.prefix, sku_rules.c.model, sku_rules.c.variant)
    return db.execute(select(*columns).order_by(sku_rules.c.prefix)).all()


def add_rule(db: Connection, actor: str, prefix: str, model: str, variant: str) -> int:
    """Count SKUs that begin with `prefix` as this active pair from now on; return the rule's id.

    Raises Invalid naming the field, and Conflict if the prefix has a rule.
    """
    folded = _usable(prefix, "prefix")
    pair = get_active(db, model, variant)
    taken = db.execute(select(sku_rules).where(sku_rules.c.prefix == folded)).first()
    if taken:
        sentence = f"SKUs beginning with {folded} already count as {taken.model} {taken.variant}."
        raise Conflict(sentence, {"prefix": sentence})
    rule = {"prefix": folded, "model": pair[0], "variant": pair[1]}
    rule_id = insert_row(db, sku_rules, **rule)
    audit.note(db, actor, "rule.add", f"rule {folded}", None, rule)
    return rule_id


def remove_rule(db: Connection, actor: str, rule_id: int) -> None:
    """Remove a rule; what it already counted stays. Raises NotFound."""
    rule = get_row(db, sku_rules, rule_id, "There is no such rule.")
    db.execute(delete(sku_rules).where(sku_rules.c.id == rule_id))
    before = {"prefix": rule.prefix, "model": rule.model, "variant": rule.variant}
    audit.note(db, actor, "rule.remove", f"rule {rule.prefix}", before, None)


def is_ignored(db: Connection, sku: str) -> bool:
    """Tell whether the owner marked this SKU as no product, ignoring case."""
    wanted = select(ignored_skus.c.sku).where(ignored_skus.c.sku == fold(sku))
    return db.execute(wanted).first() is not None


def list_ignored(db: Connection) -> Sequence[Row[str, datetime]]:
    """Return every ignored SKU (sku, added_at) by name."""
    return db.execute(select(ignored_skus.c.sku, ignored_skus.c.added_at).order_by(ignored_skus.c.sku)).all()


def ignore_sku(db: Connection, actor: str, sku: str) -> None:
    """Ignore lines with this SKU from now on; ignoring it again changes nothing. Raises Invalid."""
    folded = _usable(sku, "sku")
    if is_ignored(db, folded):
        return
    db.execute(insert(ignored_skus).values(sku=folded, added_at=clock.now()))
    audit.note(db, actor, "sku.ignore", f"sku {folded}", None, {"sku": folded})


def unignore_sku(db: Connection, actor: str, sku: str) -> None:
    """List lines with this SKU to be sorted again. Raises NotFound if it was not ignored."""
    folded = fold(sku)
    if not is_ignored(db, folded):
        raise NotFound("This SKU is not ignored.")
    db.execute(delete(ignored_skus).where(ignored_skus.c.sku == folded))
    audit.note(db, actor, "sku.unignore", f"sku {folded}", {"sku": folded}, None)


def _usable(sku: str, field: str) -> str:
    try:
        return fold(check_line(sku, limits.MAX_SKU, required=True))
    except UnusableText as error:
        raise Invalid(f"The {field} cannot be used. {error}", {field: str(error)}) from None
