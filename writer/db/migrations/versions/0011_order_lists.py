"""Lists of orders whose cost does not grow with them: coarser counts above the fine ones, and indexes.

Revision 0011, after 0010.
"""

from typing import Any

from alembic import op
from sqlalchemy import Column, Connection, Integer, Text, text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COUNTED = "store_id, status, created_at, version, total_minor, currency, net_minor, units, is_cached"
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}
# kind of bucket, what falls into it, and how many bits of that are dropped
KINDS = (
    ("all", "all", 0),
    ("created", "created", 0),
    ("created/64", "created", 6),
    ("modified", "modified", 0),
    ("modified/64", "modified", 6),
    ("total", "total", 0),
    ("total/64", "total", 6),
    ("total/4096", "total", 12),
)
MODIFIED = "coalesce(version, created_at)"


def upgrade() -> None:
    """Count again with the new triggers, and make what lists are read by."""
    bind = op.get_bind()
    name = bind.dialect.name
    if name == "sqlite":
        for which in ("counted", "recounted_old", "recounted_new", "uncounted"):
            op.execute(f"DROP TRIGGER orders_{which}")
    kind = "TEXT" if name == "sqlite" else "TIMESTAMP"
    kept = "VIRTUAL" if name == "sqlite" else "STORED"
    op.execute(f"ALTER TABLE orders ADD COLUMN modified_at {kind} GENERATED ALWAYS AS ({MODIFIED}) {kept}")
    op.add_column("orders", Column("customer_turned", Text))
    _turn_names(bind)
    _index(name)
    _make_counts()
    for statement in (*_count(name), *(_sqlite_triggers() if name == "sqlite" else _postgres_triggers())):
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        bind.exec_driver_sql(statement)


def _make_counts() -> None:
    """Put the kind first in the key: nearly everything that is asked for is of one kind."""
    op.drop_table("order_counts")
    op.create_table(
        "order_counts",
        Column("kind", Text, primary_key=True),
        Column("store_id", Integer, primary_key=True),
        Column("status", Text, primary_key=True),
        Column("bucket", Integer, primary_key=True),
        Column("orders", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _turn_names(bind: Connection) -> None:
    rows = bind.execute(text("SELECT id, customer_key FROM orders WHERE customer_key IS NOT NULL")).all()
    turned = [{"id": row[0], "turned": " ".join(_turned(row[1].split()))} for row in rows]
    if turned:
        bind.execute(text("UPDATE orders SET customer_turned = :turned WHERE id = :id"), turned)


def _turned(words: list[str]) -> list[str]:
    return [*words[-1:], *words[:-1]]


def _index(dialect: str) -> None:
    for name in ("status", "store_created", "store_version", "store_total", "store_status"):
        op.drop_index(f"ix_orders_{name}", "orders")
    of_cached: dict[str, Any] = {
        "sqlite_where": text("is_cached = 1"),
        "postgresql_where": text("is_cached"),
    }
    for name, column in (("created", "created_at"), ("modified", "modified_at"), ("total", "total_minor")):
        # is_cached although it is the same in all: without it SQLite reads each row to see so.
        columns = ["store_id", "status", column, "id", "is_cached"]
        op.create_index(f"ix_orders_by_{name}", "orders", columns, **of_cached)
    is_open = text("needs_reading IS NOT NULL")
    op.create_index(
        "ix_orders_unread", "orders", ["store_id", "id"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("ix_orders_customer_turned", "orders", ["customer_turned"])
    if dialect == "postgresql":
        _index_beginnings()


def _index_beginnings() -> None:
    """Let LIKE 'begins so%' use an index whatever language the database sorts by."""
    names = ("number", "customer_email", "customer_key", "customer_turned")
    searched = [*(("orders", name) for name in names), ("order_lines", "sku_key")]
    for table, column in searched:
        index = f"ix_{table}_{column}"
        op.drop_index(index, table)
        op.create_index(index, table, [column], postgresql_ops={column: "text_pattern_ops"})


def _buckets(row: str, dialect: str) -> str:
    """Return the (store, status, kind, bucket, 1) that one order counts in."""
    what = {
        "created": DAY[dialect].format(f"{row}.created_at"),
        "modified": DAY[dialect].format(f"coalesce({row}.version, {row}.created_at)"),
        "total": f"{row}.total_minor",
        "all": "0",
    }
    return ", ".join(
        f"({row}.store_id, {row}.status, '{kind}', ({what[base]}) >> {bits}, @)" for kind, base, bits in KINDS
    )


def _count(dialect: str) -> list[str]:
    """Statements that count the orders that are there."""
    what = {
        "created": DAY[dialect].format("created_at"),
        "modified": DAY[dialect].format(MODIFIED),
        "total": "total_minor",
        "all": "0",
    }
    return [
        "INSERT INTO order_counts (store_id, status, kind, bucket, orders)"
        f" SELECT store_id, status, '{kind}', ({what[base]}) >> {bits}, count(*)"
        " FROM orders WHERE is_cached GROUP BY 1, 2, 4"
        for kind, base, bits in KINDS
    ]


def _add(row: str, sign: int, dialect: str) -> str:
    counts = _buckets(row, dialect).replace("@", str(sign))
    day = DAY[dialect].format(f"{row}.created_at")
    revenue = f"({row}.store_id, {row}.currency, {day}, @, @ * {row}.units, @ * {row}.net_minor)"
    return (
        f"INSERT INTO order_counts (store_id, status, kind, bucket, orders) VALUES {counts}"
        " ON CONFLICT (store_id, status, kind, bucket)"
        " DO UPDATE SET orders = order_counts.orders + excluded.orders;"
        " INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor)"
        f" VALUES {revenue.replace('@', str(sign))}"
        " ON CONFLICT (store_id, currency, day) DO UPDATE SET"
        " orders = order_revenue.orders + excluded.orders, units = order_revenue.units + excluded.units,"
        " net_minor = order_revenue.net_minor + excluded.net_minor;"
    )


def _sqlite_triggers() -> list[str]:
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COUNTED.split(", "))
    old, new = _add("OLD", -1, "sqlite"), _add("NEW", 1, "sqlite")
    made = [
        f"orders_counted AFTER INSERT ON orders WHEN NEW.is_cached BEGIN {new} END",
        f"orders_recounted_old AFTER UPDATE OF {COUNTED} ON orders WHEN OLD.is_cached AND ({changed})"
        f" BEGIN {old} END",
        f"orders_recounted_new AFTER UPDATE OF {COUNTED} ON orders WHEN NEW.is_cached AND ({changed})"
        f" BEGIN {new} END",
        f"orders_uncounted AFTER DELETE ON orders WHEN OLD.is_cached BEGIN {old} END",
    ]
    return [f"CREATE TRIGGER {trigger}" for trigger in made]


def _postgres_triggers() -> list[str]:
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in COUNTED.split(", "))
    old, new = _add("OLD", -1, "postgresql"), _add("NEW", 1, "postgresql")
    return [
        # The lock that sales take too: two orders counted at once would else wait for each other in a ring.
        f"""CREATE OR REPLACE FUNCTION orders_recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND {same} THEN RETURN NULL; END IF;
        PERFORM 1 FROM public_state FOR UPDATE;
        IF TG_OP <> 'INSERT' AND OLD.is_cached THEN {old} END IF;
        IF TG_OP <> 'DELETE' AND NEW.is_cached THEN {new} END IF;
        RETURN NULL;
        END $$"""
    ]
