"""One count of orders for each store, status and month in place of nine; indexes to read long lists along.

Revision 0018, after 0017.
"""

from typing import Any

from alembic import op
from sqlalchemy import Column, Integer, Text, text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

COUNTED = "store_id, status, created_at, is_cached"
EARNED = "store_id, currency, created_at, units, net_minor"
MONTH = {
    "sqlite": "substr({0}, 1, 4) * 12 + substr({0}, 6, 2) - 1",
    "postgresql": "(extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1)::integer",
}
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}
SQLITE_TRIGGERS = (
    *("counted", "recounted_old", "recounted_new", "uncounted"),
    *("earned", "earned_anew", "unearned"),
)


def upgrade() -> None:
    """Count the orders that are there by month; revenue stays as it is."""
    bind = op.get_bind()
    dialect = bind.dialect.name
    if dialect == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER orders_{name}")
    else:
        op.execute("DROP TRIGGER orders_recount ON orders")
    _index()
    op.drop_table("order_counts")
    op.create_table(
        "order_counts",
        Column("store_id", Integer, primary_key=True),
        Column("status", Text, primary_key=True),
        Column("month", Integer, primary_key=True),
        Column("orders", Integer, nullable=False),
        Column("cached", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    is_cached = "CASE WHEN is_cached THEN 1 ELSE 0 END"
    op.execute(
        "INSERT INTO order_counts (store_id, status, month, orders, cached)"
        f" SELECT store_id, status, {MONTH[dialect].format('created_at')}, count(*), sum({is_cached})"
        " FROM orders GROUP BY 1, 2, 3"
    )
    for statement in _sqlite_triggers() if dialect == "sqlite" else _postgres_triggers():
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        bind.exec_driver_sql(statement)


def _index() -> None:
    for name in ("newest", "by_created", "by_modified", "by_total"):
        op.drop_index(f"ix_orders_{name}", "orders")
    of_cached: dict[str, Any] = {
        "sqlite_where": text("is_cached = 1"),
        "postgresql_where": text("is_cached"),
    }
    # Store, status and is_cached last, so that a filter is answered without reading the orders themselves.
    filtered = ["id", "store_id", "status", "is_cached"]
    op.create_index("ix_orders_by_created", "orders", ["created_at", *filtered])
    op.create_index("ix_orders_by_modified", "orders", ["modified_at", *filtered], **of_cached)
    op.create_index("ix_orders_by_total", "orders", ["total_minor", *filtered], **of_cached)
    by_status = ["store_id", "status", "created_at", "id", "is_cached"]
    op.create_index("ix_orders_by_status", "orders", by_status, **of_cached)


def _count(row: str, sign: int, dialect: str) -> str:
    cached = f"CASE WHEN {row}.is_cached THEN {sign} ELSE 0 END"
    month = MONTH[dialect].format(f"{row}.created_at")
    return (
        "INSERT INTO order_counts (store_id, status, month, orders, cached)"
        f" VALUES ({row}.store_id, {row}.status, {month}, {sign}, {cached})"
        " ON CONFLICT (store_id, status, month) DO UPDATE SET"
        " orders = order_counts.orders + excluded.orders, cached = order_counts.cached + excluded.cached;"
    )


def _earn(row: str, sign: int, dialect: str) -> str:
    day = DAY[dialect].format(f"{row}.created_at")
    sums = f"{sign}, {sign} * {row}.units, {sign} * {row}.net_minor"
    return (
        "INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor)"
        f" VALUES ({row}.store_id, {row}.currency, {day}, {sums})"
        " ON CONFLICT (store_id, currency, day) DO UPDATE SET"
        " orders = order_revenue.orders + excluded.orders, units = order_revenue.units + excluded.units,"
        " net_minor = order_revenue.net_minor + excluded.net_minor;"
    )


def _differs(columns: str, is_not: str) -> str:
    return " OR ".join(f"OLD.{name} {is_not} NEW.{name}" for name in columns.split(", "))


def _sqlite_triggers() -> list[str]:
    uncount, count = _count("OLD", -1, "sqlite"), _count("NEW", 1, "sqlite")
    unearn, earn = _earn("OLD", -1, "sqlite"), _earn("NEW", 1, "sqlite")
    made = [
        f"orders_added AFTER INSERT ON orders BEGIN {count} {earn} END",
        f"orders_recounted AFTER UPDATE OF {COUNTED} ON orders WHEN {_differs(COUNTED, 'IS NOT')}"
        f" BEGIN {uncount} {count} END",
        f"orders_earned_anew AFTER UPDATE OF {EARNED} ON orders WHEN {_differs(EARNED, 'IS NOT')}"
        f" BEGIN {unearn} {earn} END",
        f"orders_removed AFTER DELETE ON orders BEGIN {uncount} {unearn} END",
    ]
    return [f"CREATE TRIGGER {trigger}" for trigger in made]


def _postgres_triggers() -> list[str]:
    recounted, earned = (_differs(columns, "IS DISTINCT FROM") for columns in (COUNTED, EARNED))
    uncount, count = _count("OLD", -1, "postgresql"), _count("NEW", 1, "postgresql")
    unearn, earn = _earn("OLD", -1, "postgresql"), _earn("NEW", 1, "postgresql")
    columns = ", ".join(dict.fromkeys(f"{COUNTED}, {EARNED}".split(", ")))
    return [
        # The lock that sales take too: two orders counted at once would else wait for each other in a ring.
        f"""CREATE OR REPLACE FUNCTION orders_recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND NOT ({recounted} OR {earned}) THEN RETURN NULL; END IF;
        PERFORM 1 FROM public_state FOR UPDATE;
        IF TG_OP = 'UPDATE' THEN
            IF {recounted} THEN {uncount} {count} END IF;
            IF {earned} THEN {unearn} {earn} END IF;
        ELSIF TG_OP = 'INSERT' THEN {count} {earn}
        ELSE {uncount} {unearn}
        END IF;
        RETURN NULL;
        END $$""",
        f"CREATE TRIGGER orders_recount AFTER INSERT OR DELETE OR UPDATE OF {columns} ON orders"
        " FOR EACH ROW EXECUTE FUNCTION orders_recount()",
    ]
