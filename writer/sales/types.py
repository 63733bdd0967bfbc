"""The model and variant pairs a sale can be of."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, func, select

from writer.errors import Invalid
from writer.schema.sales import sale_types


def list_types(db: Connection) -> Sequence[Row[int, str, str, bool]]:
    """Return every pair (id, model, variant, is_active), inactive ones too, by name."""
    columns = (sale_types.c.id, sale_types.c.model, sale_types.c.variant, sale_types.c.is_active)
    by_name = (func.lower(sale_types.c.model), func.lower(sale_types.c.variant), sale_types.c.id)
    return db.execute(select(*columns).order_by(*by_name)).all()


def find_active(db: Connection, model: str, variant: str) -> tuple[str, str] | None:
    """Return the active pair as the owner writes it: the exact one, else one that differs in case only."""
    wanted = (model.casefold(), variant.casefold())
    active = [(row.model, row.variant) for row in list_types(db) if row.is_active]
    if (model, variant) in active:
        return model, variant
    return next((pair for pair in active if (pair[0].casefold(), pair[1].casefold()) == wanted), None)


def get_active(db: Connection, model: str, variant: str) -> tuple[str, str]:
    """As find_active, but raises Invalid, naming the variant where the model exists, else the model."""
    pair = find_active(db, model, variant)
    if pair is not None:
        return pair
    active = [row for row in list_types(db) if row.is_active]
    is_model = any(row.model.casefold() == model.casefold() for row in active)
    known = ", ".join(f"{row.model} {row.variant}" for row in active[:20]) or "none"
    sentence = f"No active type has this model and variant. There are: {known}."
    raise Invalid(sentence, {"variant" if is_model else "model": sentence})


def is_known_type(db: Connection, model: str, variant: str) -> bool:
    """Tell whether sales of this pair, in any case, are taken."""
    return find_active(db, model, variant) is not None
