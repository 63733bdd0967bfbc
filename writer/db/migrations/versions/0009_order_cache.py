"""The order cache: who may see which store, runs of the sync, counts and revenue kept by triggers.

Revision 0009, after 0008.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
    true,
)

from writer.db.schema.types import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COUNTED = "store_id, status, created_at, version, total_minor, currency, net_minor, units, is_cached"
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}


def upgrade() -> None:
    """Make the tables, widen orders and sign-ins, and count the orders that are there."""
    _make_tables()
    _widen()
    bind = op.get_bind()
    name = bind.dialect.name
    for statement in _sqlite_triggers() if name == "sqlite" else _postgres_triggers():
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        bind.exec_driver_sql(statement)
    # The first touch of each order counts it: the triggers see is_cached change.
    op.execute("UPDATE orders SET is_cached = false")
    op.execute("DELETE FROM order_counts")
    op.execute("DELETE FROM order_revenue")
    op.execute(
        "UPDATE orders SET is_cached = true, synced_at = recorded_at, customer_key = lower(customer_name),"
        " customer_email = lower(customer_email), units = coalesce("
        "(SELECT sum(sold_due) FROM order_lines WHERE order_lines.order_id = orders.id), 0),"
        " net_minor = CASE WHEN status IN ('processing', 'completed') AND NOT is_trashed"
        " THEN total_minor - refunded_minor ELSE 0 END"
    )


def _make_tables() -> None:
    op.create_table(
        "store_grants",
        Column("id", Integer, primary_key=True),
        Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE")),
        Column("token_id", Integer, ForeignKey("api_tokens.id", ondelete="CASCADE")),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        CheckConstraint("(user_id IS NULL) <> (token_id IS NULL)", name="one_owner"),
        UniqueConstraint("user_id", "store_id"),
        UniqueConstraint("token_id", "store_id"),
    )
    op.create_table(
        "sync_runs",
        Column("id", Integer, primary_key=True),
        Column("started_by", Text, nullable=False),
        Column("days_back", Integer),
        Column("started_at", UtcTime, nullable=False),
        Column("ended_at", UtcTime),
        Column("error", Text),
        Index("ix_sync_runs_started", "started_at"),
    )
    states = "state IN ('waiting', 'running', 'done', 'failed', 'skipped')"
    counts = [
        Column(name, Integer, nullable=False, server_default=text("0"))
        for name in ("seen", "created", "updated", "unchanged", "refused")
    ]
    op.create_table(
        "sync_run_stores",
        Column("id", Integer, primary_key=True),
        Column("run_id", Integer, ForeignKey("sync_runs.id", ondelete="CASCADE"), nullable=False),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        Column("state", Text, CheckConstraint(states, name="state"), nullable=False),
        *counts,
        Column("error", Text),
        Column("started_at", UtcTime),
        Column("ended_at", UtcTime),
        UniqueConstraint("run_id", "store_id"),
    )
    op.create_table(
        "order_counts",
        Column("store_id", Integer, primary_key=True),
        Column("status", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("bucket", Integer, primary_key=True),
        Column("orders", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_revenue",
        Column("store_id", Integer, primary_key=True),
        Column("currency", Text, primary_key=True),
        Column("day", Integer, primary_key=True),
        Column("orders", Integer, nullable=False),
        Column("units", Integer, nullable=False),
        Column("net_minor", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _widen() -> None:
    op.add_column("sign_ins", Column("kind", Text, nullable=False, server_default="session"))
    op.add_column("orders", Column("net_minor", Integer, nullable=False, server_default=text("0")))
    op.add_column("orders", Column("units", Integer, nullable=False, server_default=text("0")))
    op.add_column("orders", Column("customer_key", Text))
    op.add_column("orders", Column("synced_at", UtcTime))
    op.add_column("orders", Column("is_cached", Boolean, nullable=False, server_default=true()))
    op.add_column("orders", Column("erased_at", UtcTime))
    op.create_index("ix_orders_store_created", "orders", ["store_id", "created_at", "id"])
    op.create_index("ix_orders_store_version", "orders", ["store_id", "version", "id"])
    op.create_index("ix_orders_store_total", "orders", ["store_id", "total_minor", "id"])
    op.create_index("ix_orders_store_status", "orders", ["store_id", "status", "created_at", "id"])
    op.create_index("ix_orders_customer_email", "orders", ["customer_email"])
    op.create_index("ix_orders_customer_key", "orders", ["customer_key"])


def _rows(row: str, dialect: str) -> tuple[str, str]:
    """Return what one order adds: (store, status, kind, bucket) three times, and its revenue's key."""
    created = DAY[dialect].format(f"{row}.created_at")
    modified = DAY[dialect].format(f"coalesce({row}.version, {row}.created_at)")
    buckets = (("created", created), ("modified", modified), ("total", f"{row}.total_minor"))
    counts = ", ".join(f"({row}.store_id, {row}.status, '{kind}', {bucket}, @)" for kind, bucket in buckets)
    revenue = f"({row}.store_id, {row}.currency, {created}, @, @ * {row}.units, @ * {row}.net_minor)"
    return counts, revenue


def _add(row: str, sign: int, dialect: str) -> str:
    counts, revenue = (values.replace("@", str(sign)) for values in _rows(row, dialect))
    return (
        f"INSERT INTO order_counts (store_id, status, kind, bucket, orders) VALUES {counts}"
        " ON CONFLICT (store_id, status, kind, bucket)"
        " DO UPDATE SET orders = order_counts.orders + excluded.orders;"
        f" INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor) VALUES {revenue}"
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
    columns = COUNTED.split(", ")
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)
    old, new = _add("OLD", -1, "postgresql"), _add("NEW", 1, "postgresql")
    return [
        f"""CREATE FUNCTION orders_recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND {same} THEN RETURN NULL; END IF;
        IF TG_OP <> 'INSERT' AND OLD.is_cached THEN {old} END IF;
        IF TG_OP <> 'DELETE' AND NEW.is_cached THEN {new} END IF;
        RETURN NULL;
        END $$""",
        f"CREATE TRIGGER orders_recount AFTER INSERT OR DELETE OR UPDATE OF {COUNTED} ON orders"
        " FOR EACH ROW EXECUTE FUNCTION orders_recount()",
    ]
