"""How many orders of a day bring money or units, and an index of them to add up parts of a day.

Revision 0031, after 0030.
"""

from alembic import op
from sqlalchemy import Column, Integer, text

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNTED = "store_id, status, created_at, is_cached"
EARNED = "store_id, currency, created_at, units, net_minor"
MONTH = "(extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1)::integer"
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}
COUNTS = "{0}units <> 0 OR {0}net_minor <> 0"


def upgrade() -> None:
    """Count the orders that are there, and let the triggers go on from there."""
    bind = op.get_bind()
    dialect = bind.dialect.name
    op.add_column("order_revenue", Column("counted", Integer, nullable=False, server_default=text("0")))
    which = text(COUNTS.format(""))
    index = ["created_at", "id", "store_id", "currency", "units", "net_minor"]
    op.create_index("ix_orders_counted", "orders", index, sqlite_where=which, postgresql_where=which)
    day = DAY[dialect].format("orders.created_at")
    op.execute(
        "INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor, counted)"
        f" SELECT store_id, currency, {day}, 0, 0, 0, count(*) FROM orders WHERE {COUNTS.format('')}"
        " GROUP BY 1, 2, 3 ON CONFLICT (store_id, currency, day) DO UPDATE SET counted = excluded.counted"
    )
    for statement in _sqlite_triggers() if dialect == "sqlite" else [_postgres_function()]:
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        bind.exec_driver_sql(statement)


def _earn(row: str, sign: int, dialect: str) -> str:
    day = DAY[dialect].format(f"{row}.created_at")
    counted = f"CASE WHEN {COUNTS.format(f'{row}.')} THEN {sign} ELSE 0 END"
    sums = f"{sign}, {counted}, {sign} * {row}.units, {sign} * {row}.net_minor"
    return (
        "INSERT INTO order_revenue (store_id, currency, day, orders, counted, units, net_minor)"
        f" VALUES ({row}.store_id, {row}.currency, {day}, {sums})"
        " ON CONFLICT (store_id, currency, day) DO UPDATE SET"
        " orders = order_revenue.orders + excluded.orders,"
        " counted = order_revenue.counted + excluded.counted, units = order_revenue.units + excluded.units,"
        " net_minor = order_revenue.net_minor + excluded.net_minor;"
    )


def _count(row: str, sign: int, month: str) -> str:
    cached = f"CASE WHEN {row}.is_cached THEN {sign} ELSE 0 END"
    return (
        "INSERT INTO order_counts (store_id, status, month, orders, cached)"
        f" VALUES ({row}.store_id, {row}.status, {month.format(f'{row}.created_at')}, {sign}, {cached})"
        " ON CONFLICT (store_id, status, month) DO UPDATE SET"
        " orders = order_counts.orders + excluded.orders, cached = order_counts.cached + excluded.cached;"
    )


def _differs(columns: str, is_not: str) -> str:
    return " OR ".join(f"OLD.{name} {is_not} NEW.{name}" for name in columns.split(", "))


def _sqlite_triggers() -> list[str]:
    month = "substr({0}, 1, 4) * 12 + substr({0}, 6, 2) - 1"
    uncount, count = _count("OLD", -1, month), _count("NEW", 1, month)
    unearn, earn = _earn("OLD", -1, "sqlite"), _earn("NEW", 1, "sqlite")
    return [
        "DROP TRIGGER orders_added",
        "DROP TRIGGER orders_earned_anew",
        "DROP TRIGGER orders_removed",
        f"CREATE TRIGGER orders_added AFTER INSERT ON orders BEGIN {count} {earn} END",
        f"CREATE TRIGGER orders_earned_anew AFTER UPDATE OF {EARNED} ON orders"
        f" WHEN {_differs(EARNED, 'IS NOT')} BEGIN {unearn} {earn} END",
        f"CREATE TRIGGER orders_removed AFTER DELETE ON orders BEGIN {uncount} {unearn} END",
    ]


def _postgres_function() -> str:
    recounted, earned = (_differs(columns, "IS DISTINCT FROM") for columns in (COUNTED, EARNED))
    uncount, count = _count("OLD", -1, MONTH), _count("NEW", 1, MONTH)
    unearn, earn = _earn("OLD", -1, "postgresql"), _earn("NEW", 1, "postgresql")
    # The trigger itself stays: it is deferred to the end of the transaction.
    return f"""CREATE OR REPLACE FUNCTION orders_recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND NOT ({recounted} OR {earned}) THEN RETURN NULL; END IF;
        PERFORM 1 FROM public_state FOR UPDATE;
        IF TG_OP = 'UPDATE' THEN
            IF {recounted} THEN {uncount} {count} END IF;
            IF {earned} THEN {unearn} {earn} END IF;
        ELSIF TG_OP = 'INSERT' THEN {count} {earn}
        ELSE {uncount} {unearn}
        END IF;
        RETURN NULL;
        END $$"""
