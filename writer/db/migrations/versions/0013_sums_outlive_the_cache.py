"""What orders came to stays when they leave the cache: revenue by day, and counts by status.

Revision 0013, after 0012.
"""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LISTED = "store_id, status, created_at, version, total_minor, is_cached"
EARNED = "store_id, status, created_at, currency, net_minor, units"
DAY = {
    "sqlite": "coalesce(CAST(strftime('%s', {0}) AS INTEGER) / 86400, 0)",
    "postgresql": "floor(extract(epoch FROM {0}) / 86400)::integer",
}
# kind of bucket, what falls into it, and how many bits of that are dropped: of orders in the cache
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


def upgrade() -> None:
    """Take the sums out of the triggers that follow the cache, and add up again what has left it."""
    bind = op.get_bind()
    name = bind.dialect.name
    if name == "sqlite":
        for which in ("counted", "recounted_old", "recounted_new", "uncounted"):
            op.execute(f"DROP TRIGGER orders_{which}")
    once = text("missed = 1")
    op.create_index(
        "ix_orders_missed", "orders", ["store_id", "id"], sqlite_where=once, postgresql_where=once
    )
    for statement in (*_add_up(name), *(_sqlite_triggers() if name == "sqlite" else _postgres_triggers())):
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        bind.exec_driver_sql(statement)


def _add_up(dialect: str) -> list[str]:
    day = DAY[dialect].format("created_at")
    return [
        "DELETE FROM order_revenue",
        "INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor)"
        f" SELECT store_id, currency, {day}, count(*), sum(units), sum(net_minor) FROM orders"
        " GROUP BY 1, 2, 3",
        "INSERT INTO order_counts (store_id, status, kind, bucket, orders)"
        " SELECT store_id, status, 'ever', 0, count(*) FROM orders GROUP BY 1, 2",
    ]


def _count(values: str) -> str:
    return (
        f"INSERT INTO order_counts (store_id, status, kind, bucket, orders) VALUES {values}"
        " ON CONFLICT (store_id, status, kind, bucket)"
        " DO UPDATE SET orders = order_counts.orders + excluded.orders;"
    )


def _list(row: str, sign: int, dialect: str) -> str:
    """Count an order in the lists."""
    what = {
        "created": DAY[dialect].format(f"{row}.created_at"),
        "modified": DAY[dialect].format(f"coalesce({row}.version, {row}.created_at)"),
        "total": f"{row}.total_minor",
        "all": "0",
    }
    buckets = (f"'{kind}', ({what[base]}) >> {bits}" for kind, base, bits in KINDS)
    return _count(", ".join(f"({row}.store_id, {row}.status, {bucket}, {sign})" for bucket in buckets))


def _earn(row: str, sign: int, dialect: str) -> str:
    """Count an order in what all came to."""
    day = DAY[dialect].format(f"{row}.created_at")
    sums = f"{sign}, {sign} * {row}.units, {sign} * {row}.net_minor"
    return (
        _count(f"({row}.store_id, {row}.status, 'ever', 0, {sign})")
        + " INSERT INTO order_revenue (store_id, currency, day, orders, units, net_minor)"
        f" VALUES ({row}.store_id, {row}.currency, {day}, {sums})"
        " ON CONFLICT (store_id, currency, day) DO UPDATE SET"
        " orders = order_revenue.orders + excluded.orders, units = order_revenue.units + excluded.units,"
        " net_minor = order_revenue.net_minor + excluded.net_minor;"
    )


def _sqlite_triggers() -> list[str]:
    relisted, earned = (
        " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names.split(", "))
        for names in (LISTED, EARNED)
    )
    unlist, enlist = _list("OLD", -1, "sqlite"), _list("NEW", 1, "sqlite")
    unearn, earn = _earn("OLD", -1, "sqlite"), _earn("NEW", 1, "sqlite")
    made = [
        f"orders_counted AFTER INSERT ON orders WHEN NEW.is_cached BEGIN {enlist} END",
        f"orders_recounted_old AFTER UPDATE OF {LISTED} ON orders WHEN OLD.is_cached AND ({relisted})"
        f" BEGIN {unlist} END",
        f"orders_recounted_new AFTER UPDATE OF {LISTED} ON orders WHEN NEW.is_cached AND ({relisted})"
        f" BEGIN {enlist} END",
        f"orders_uncounted AFTER DELETE ON orders WHEN OLD.is_cached BEGIN {unlist} END",
        f"orders_earned AFTER INSERT ON orders BEGIN {earn} END",
        f"orders_earned_anew AFTER UPDATE OF {EARNED} ON orders WHEN {earned} BEGIN {unearn} {earn} END",
        f"orders_unearned AFTER DELETE ON orders BEGIN {unearn} END",
    ]
    return [f"CREATE TRIGGER {trigger}" for trigger in made]


def _postgres_triggers() -> list[str]:
    columns = dict.fromkeys(f"{LISTED}, {EARNED}".split(", "))
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)
    unlist, enlist = _list("OLD", -1, "postgresql"), _list("NEW", 1, "postgresql")
    unearn, earn = _earn("OLD", -1, "postgresql"), _earn("NEW", 1, "postgresql")
    return [
        # The lock that sales take too: two orders counted at once would else wait for each other in a ring.
        f"""CREATE OR REPLACE FUNCTION orders_recount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND {same} THEN RETURN NULL; END IF;
        PERFORM 1 FROM public_state FOR UPDATE;
        IF TG_OP <> 'INSERT' THEN {unearn} IF OLD.is_cached THEN {unlist} END IF; END IF;
        IF TG_OP <> 'DELETE' THEN {earn} IF NEW.is_cached THEN {enlist} END IF; END IF;
        RETURN NULL;
        END $$"""
    ]
