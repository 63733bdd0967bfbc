"""Units sold of each product by day, so that a list tells how long stock lasts without reading movements.

Revision 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SOLD = "('sale', 'cancellation')"
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}


def upgrade() -> None:
    """Make the table, add up the movements there are, and keep it by a trigger from now on."""
    op.create_table(
        "sold_days",
        sa.Column("stock_product_id", sa.Integer, sa.ForeignKey("products.id"), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("units", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    bind = op.get_bind()
    dialect = bind.dialect.name
    bind.exec_driver_sql(
        "INSERT INTO sold_days (stock_product_id, day, units)"
        f" SELECT stock_product_id, {DAY[dialect].format('at')}, -sum(quantity)"
        f" FROM movements WHERE kind IN {SOLD} GROUP BY 1, 2"
    )
    add = (
        "INSERT INTO sold_days (stock_product_id, day, units)"
        f" VALUES (NEW.stock_product_id, {DAY[dialect].format('NEW.at')}, -NEW.quantity)"
        " ON CONFLICT (stock_product_id, day) DO UPDATE SET units = sold_days.units + excluded.units;"
    )
    # The driver's own, for SQLAlchemy would read '::' as a parameter.
    for statement in _sqlite(add) if dialect == "sqlite" else _postgres(add):
        bind.exec_driver_sql(statement)


def _sqlite(add: str) -> list[str]:
    return [
        f"CREATE TRIGGER movements_sold AFTER INSERT ON movements WHEN NEW.kind IN {SOLD} BEGIN {add} END"
    ]


def _postgres(add: str) -> list[str]:
    return [
        f"CREATE FUNCTION movements_sold() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {add} RETURN NULL; END $$",
        f"CREATE TRIGGER movements_sold AFTER INSERT ON movements"
        f" FOR EACH ROW WHEN (NEW.kind IN {SOLD}) EXECUTE FUNCTION movements_sold()",
    ]
