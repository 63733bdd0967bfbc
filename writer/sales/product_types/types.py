"""The product types: pairs of model and variant."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, or_, select

from writer.db import insert_row, lock, update_row
from writer.db.schema.ledger import sales
from writer.db.schema.orders import order_lines
from writer.db.schema.product_types import sale_types, sku_rules
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.text import UnusableText, check_line
from writer.people import audit
from writer.sales.product_types import limits


def named(model: str, variant: str) -> str:
    """Return what a type is called: its variant is "" where a product counts as itself."""
    return f"{model} {variant}".strip()


def list_types(db: Connection) -> Sequence[Row[int, str, str, bool]]:
    """Return every pair (id, model, variant, is_active), inactive ones too, by name."""
    columns = (sale_types.c.id, sale_types.c.model, sale_types.c.variant, sale_types.c.is_active)
    by_name = (func.lower(sale_types.c.model), func.lower(sale_types.c.variant), sale_types.c.id)
    return db.execute(select(*columns).order_by(*by_name)).all()


def find_active(db: Connection, model: str, variant: str) -> tuple[str, str] | None:
    """Return the active pair in the owner's spelling: the exact one, else one that differs only in case."""
    wanted = (model.casefold(), variant.casefold())
    active = [(row.model, row.variant) for row in list_types(db) if row.is_active]
    if (model, variant) in active:
        return model, variant
    return next((pair for pair in active if (pair[0].casefold(), pair[1].casefold()) == wanted), None)


def get_active(db: Connection, model: str, variant: str) -> tuple[str, str]:
    """As find_active, but raise Invalid naming the variant if the model exists, else the model."""
    pair = find_active(db, model, variant)
    if pair is not None:
        return pair
    active = [row for row in list_types(db) if row.is_active]
    is_model = any(row.model.casefold() == model.casefold() for row in active)
    known = ", ".join(f"{row.model} {row.variant}" for row in active[:20]) or "none"
    sentence = f"No active type has this model and variant. There are: {known}."
    raise Invalid(sentence, {"variant" if is_model else "model": sentence})


def is_known_type(db: Connection, model: str, variant: str) -> bool:
    """Tell whether this pair is a product type, ignoring case."""
    return find_active(db, model, variant) is not None


def list_used(db: Connection) -> set[int]:
    """Return the ids of the pairs that a sale, a rule or an order line uses."""
    return set(db.execute(select(sale_types.c.id).where(_is_used())).scalars())


def add_type(db: Connection, actor: str, model: str, variant: str) -> int:
    """Add a pair that sales may have; return its id.

    Raises Invalid naming each unusable field, and Conflict if the pair exists, ignoring case.
    """
    names: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in (("model", model), ("variant", variant)):
        try:
            names[name] = check_line(value, limits.MAX_NAME, required=True)
        except UnusableText as error:
            errors[name] = str(error)
    if errors:
        listed = " ".join(f"{name}: {sentence}" for name, sentence in errors.items())
        raise Invalid(f"The type cannot be used as it is. {listed}", errors)
    lock(db, "sale types")
    for row in list_types(db):
        if (row.model.casefold(), row.variant.casefold()) == tuple(map(str.casefold, names.values())):
            state = "is there already" if row.is_active else "is there, not active: activate it instead"
            raise Conflict(f"{row.model} {row.variant} {state}.", {"model": f"{row.variant} {state}."})
    type_id = insert_row(db, sale_types, **names)
    audit.note(db, actor, "type.add", _subject(type_id), None, {**names, "is_active": True})
    return type_id


def set_active(db: Connection, actor: str, type_id: int, is_active: bool) -> Row[int, str, str, bool]:
    """Activate the pair for new sales and rules, or deactivate it; return it as it was. Raises NotFound.

    Its sales stay, and orders whose SKU has a rule for it are still counted.
    """
    before = _get(db, type_id)
    if before.is_active != is_active:
        update_row(db, sale_types, type_id, is_active=is_active)
        action = "type.activate" if is_active else "type.deactivate"
        after = {**_snapshot(before), "is_active": is_active}
        audit.note(db, actor, action, _subject(type_id), _snapshot(before), after)
    return before


def delete_type(db: Connection, actor: str, type_id: int) -> Row[int, str, str, bool]:
    """Delete a pair; return it as it was. Raises NotFound, and Conflict if it is in use."""
    before = _get(db, type_id)
    if db.execute(select(sale_types.c.id).where(sale_types.c.id == type_id, _is_used())).first():
        raise Conflict(
            f"{before.model} {before.variant} is used by sales, rules or orders and cannot be deleted:"
            " deactivate it instead."
        )
    db.execute(delete(sale_types).where(sale_types.c.id == type_id))
    audit.note(db, actor, "type.delete", _subject(type_id), _snapshot(before), None)
    return before


def _get(db: Connection, type_id: int) -> Row[int, str, str, bool]:
    found = next((row for row in list_types(db) if row.id == type_id), None)
    if found is None:
        raise NotFound("There is no such type.")
    return found


def _is_used() -> ColumnElement[bool]:
    names = [
        exists().where(table.c.model == sale_types.c.model, table.c.variant == sale_types.c.variant)
        for table in (sales, sku_rules, order_lines)
    ]
    return or_(*names)


def _subject(type_id: int) -> str:
    return f"type {type_id}"


def _snapshot(row: Row[int, str, str, bool]) -> dict[str, object]:
    return {"model": row.model, "variant": row.variant, "is_active": row.is_active}
