"""The model and variant pairs a sale can be of."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, func, select

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


def is_known_type(db: Connection, model: str, variant: str) -> bool:
    """Tell whether sales of this pair, in any case, are taken."""
    return find_active(db, model, variant) is not None
