"""Public totals: kept by triggers on `sales`, whoever writes there; the views the reader reads.

Revision 0005, after 0004.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    Text,
    UniqueConstraint,
    false,
    text,
)

from writer.db.schema.types import UtcTime, utc_now

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTED = "model, variant, quantity, date_added"
SETTINGS = "rounding, is_delayed, counts_hidden, opening_balance"

# The pattern keeps 'now' out, which would be another quarter when the row is deleted. What is no date
# counts as undated (0), so that the total is right whatever is typed into the shell.
SQLITE_QUARTER = (
    "max(0, coalesce(CASE WHEN {row}.date_added GLOB '[0-9][0-9][0-9][0-9]-*'"
    " THEN CAST(strftime('%s', {row}.date_added) AS INTEGER) / 900 END, 0))"
)
POSTGRES_QUARTER = "greatest(0, floor(extract(epoch FROM {row}.date_added) / 900))::bigint"

# In each view below a hidden type has no name, and is there at all only where the total counts it.
HIDDEN = (
    "EXISTS (SELECT 1 FROM public_hidden h WHERE coalesce(h.model, t.model) = t.model"
    " AND coalesce(h.variant, t.variant) = t.variant)"
)
NAMES = (
    f"CASE WHEN {HIDDEN} THEN NULL ELSE t.model END AS model,"
    f" CASE WHEN {HIDDEN} THEN NULL ELSE t.variant END AS variant"
)
VISIBLE = f"(s.counts_hidden OR NOT {HIDDEN})"
VIEWS = {
    # The first quarter hour not shown yet; NULL: everything is shown.
    "public_dial": (
        "SELECT version, setting, changed_at, rounding, CASE WHEN is_delayed THEN {now} - 96 END AS cutoff"
        " FROM public_state"
    ),
    "public_types": (
        f"SELECT {NAMES}, t.count - CASE WHEN s.is_delayed THEN coalesce("
        "(SELECT sum(q.count) FROM sales_quarters q WHERE q.quarter >= {now} - 96"
        " AND q.model = t.model AND q.variant = t.variant), 0) ELSE 0 END AS count, t.changed_at"
        f" FROM public_state s CROSS JOIN sales_totals t WHERE {VISIBLE}"
        " UNION ALL SELECT NULL, NULL, opening_balance, NULL FROM public_state"
    ),
    # public_state comes first: SQLite then never looks at rows that its settings rule out.
    "public_quarters": (
        f"SELECT t.quarter, {NAMES}, t.count FROM public_state s CROSS JOIN sales_quarters t"
        f" WHERE {VISIBLE} AND (NOT s.is_delayed OR t.quarter < {{now}} - 96)"
    ),
    # Whole days only: the day the delay ends in is read from its quarters.
    "public_days": (
        f"SELECT t.day, {NAMES}, t.count FROM public_state s CROSS JOIN sales_days t"
        f" WHERE {VISIBLE} AND (NOT s.is_delayed OR t.day < ({{now}} - 96) / 96)"
    ),
}
SQLITE_NOW = "(CAST(strftime('%s', 'now') AS INTEGER) / 900)"
POSTGRES_NOW = "floor(extract(epoch FROM now()) / 900)::bigint"


def upgrade() -> None:
    """Make tables, triggers and views; count the sales that are there."""
    _make_tables()
    op.execute("INSERT INTO public_state (id) VALUES (1)")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _count_sales((SQLITE_QUARTER if is_sqlite else POSTGRES_QUARTER).format(row="sales"))
    for statement in _sqlite_triggers() if is_sqlite else POSTGRES_TRIGGERS:
        # The driver's own, for SQLAlchemy would read ':=' and '::' as parameters.
        op.get_bind().exec_driver_sql(statement)
    for name, query in VIEWS.items():
        now = SQLITE_NOW if is_sqlite else POSTGRES_NOW
        op.get_bind().exec_driver_sql(f"CREATE VIEW {name} AS {query}".replace("{now}", now))


def _make_tables() -> None:
    op.create_table(
        "public_state",
        Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
        Column("version", BigInteger, nullable=False, server_default=text("0")),
        Column("setting", BigInteger, nullable=False, server_default=text("0")),
        Column("changed_at", UtcTime, nullable=False, server_default=utc_now()),
        Column(
            "rounding",
            Integer,
            CheckConstraint("rounding IN (1, 10, 100, 1000)", name="rounding"),
            nullable=False,
            server_default=text("1"),
        ),
        Column("is_delayed", Boolean, nullable=False, server_default=false()),
        Column("counts_hidden", Boolean, nullable=False, server_default=false()),
        Column("opening_balance", BigInteger, nullable=False, server_default=text("0")),
    )
    op.create_table(
        "public_hidden",
        Column("id", Integer, primary_key=True),
        Column("model", Text),
        Column("variant", Text),
        CheckConstraint("model IS NOT NULL OR variant IS NOT NULL", name="something"),
        UniqueConstraint("model", "variant"),
    )
    op.create_table(
        "sales_totals",
        Column("model", Text, primary_key=True),
        Column("variant", Text, primary_key=True),
        Column("count", BigInteger, nullable=False),
        Column("changed_at", UtcTime, nullable=False),
        sqlite_with_rowid=False,
    )
    for name, period in (("sales_quarters", "quarter"), ("sales_days", "day")):
        op.create_table(
            name,
            Column(period, BigInteger, primary_key=True, autoincrement=False),
            Column("model", Text, primary_key=True),
            Column("variant", Text, primary_key=True),
            Column("count", BigInteger, nullable=False),
            sqlite_with_rowid=False,
        )
    op.create_table(
        "sales_replaced",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("model", Text, nullable=False),
        Column("variant", Text, nullable=False),
        Column("quantity", Integer, nullable=False),
        Column("date_added", UtcTime, nullable=False),
    )


def _count_sales(quarter: str) -> None:
    bind = op.get_bind()
    bind.exec_driver_sql(
        "INSERT INTO sales_quarters (quarter, model, variant, count)"
        f" SELECT {quarter}, model, variant, sum(quantity) FROM sales GROUP BY 1, 2, 3"
    )
    bind.exec_driver_sql(
        "INSERT INTO sales_days (day, model, variant, count)"
        " SELECT quarter / 96, model, variant, sum(count) FROM sales_quarters GROUP BY 1, 2, 3"
    )
    now = "CURRENT_TIMESTAMP" if bind.dialect.name == "sqlite" else "timezone('utc', now())"
    bind.exec_driver_sql(
        "INSERT INTO sales_totals (model, variant, count, changed_at)"
        f" SELECT model, variant, sum(count), {now} FROM sales_days GROUP BY 1, 2"
    )


def _sqlite_triggers() -> list[str]:
    bump = "UPDATE public_state SET version = version + 1, changed_at = CURRENT_TIMESTAMP;"
    turn = bump.replace("version =", "setting = setting + 1, version =")
    old, new = _sqlite_add("OLD", "-"), _sqlite_add("NEW", "+")
    again = "SELECT 1 FROM sales_replaced WHERE id = NEW.id"
    replaced = _sqlite_add("r", "-", " FROM sales_replaced r WHERE r.id = NEW.id")
    keep = (
        "DELETE FROM sales_replaced WHERE id = NEW.id;"
        f" INSERT INTO sales_replaced (id, {COUNTED}) SELECT id, {COUNTED} FROM sales WHERE id = NEW.id;"
    )
    forget = "DELETE FROM sales_replaced WHERE id = {row}.id;"
    made = [
        # A row without an id of its own has -1 here.
        f"sales_replacing BEFORE INSERT ON sales WHEN NEW.id > 0 BEGIN {keep} END",
        f"sales_inserted AFTER INSERT ON sales BEGIN {bump} {new} END",
        f"sales_replaced_by AFTER INSERT ON sales WHEN EXISTS ({again})"
        f" BEGIN {replaced} {forget.format(row='NEW')} END",
        f"sales_updated AFTER UPDATE OF {COUNTED} ON sales BEGIN {bump} {old} {new} END",
        f"public_state_set AFTER UPDATE OF {SETTINGS} ON public_state BEGIN {turn} END",
        f"sales_deleted AFTER DELETE ON sales BEGIN {bump} {old} {forget.format(row='OLD')} END",
    ]
    made += [
        f"public_hidden_{event.lower()} AFTER {event} ON public_hidden BEGIN {turn} END"
        for event in ("INSERT", "UPDATE", "DELETE")
    ]
    return [f"CREATE TRIGGER {trigger}" for trigger in made]


def _sqlite_add(row: str, sign: str, source: str = " WHERE true") -> str:
    """Statements that add (or take away) one row's units; `WHERE true` is upsert's own need."""
    quarter = SQLITE_QUARTER.format(row=row)
    values = f"{row}.model, {row}.variant, {sign}{row}.quantity"
    return (
        f"INSERT INTO sales_totals (model, variant, count, changed_at) SELECT {values}, CURRENT_TIMESTAMP"
        f"{source} ON CONFLICT (model, variant) DO UPDATE SET count = count + excluded.count,"
        " changed_at = excluded.changed_at;"
        f" INSERT INTO sales_quarters (quarter, model, variant, count) SELECT {quarter}, {values}{source}"
        " ON CONFLICT (quarter, model, variant) DO UPDATE SET count = count + excluded.count;"
        f" INSERT INTO sales_days (day, model, variant, count) SELECT {quarter} / 96, {values}{source}"
        " ON CONFLICT (day, model, variant) DO UPDATE SET count = count + excluded.count;"
    )


POSTGRES_TRIGGERS = [
    # public_state first: its row lock makes sales wait for each other here rather than deadlock below.
    """CREATE FUNCTION public_hidden_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE public_state SET setting = setting + 1, version = version + 1, changed_at = timezone('utc', now());
    RETURN NULL;
    END $$""",
    """CREATE FUNCTION sales_add(sale sales, units bigint) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE at bigint := QUARTER; BEGIN
    INSERT INTO sales_totals AS t (model, variant, count, changed_at)
      VALUES (sale.model, sale.variant, units, timezone('utc', now()))
      ON CONFLICT (model, variant) DO UPDATE SET count = t.count + excluded.count,
      changed_at = excluded.changed_at;
    INSERT INTO sales_quarters AS t (quarter, model, variant, count)
      VALUES (at, sale.model, sale.variant, units)
      ON CONFLICT (quarter, model, variant) DO UPDATE SET count = t.count + excluded.count;
    INSERT INTO sales_days AS t (day, model, variant, count)
      VALUES (at / 96, sale.model, sale.variant, units)
      ON CONFLICT (day, model, variant) DO UPDATE SET count = t.count + excluded.count;
    END $$""".replace("QUARTER", POSTGRES_QUARTER.format(row="sale")),
    """CREATE FUNCTION sales_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE public_state SET version = version + 1, changed_at = timezone('utc', now());
    IF TG_OP <> 'INSERT' THEN PERFORM sales_add(OLD, -OLD.quantity); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM sales_add(NEW, NEW.quantity); END IF;
    RETURN NULL;
    END $$""",
    """CREATE FUNCTION sales_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE public_state SET version = version + 1, changed_at = timezone('utc', now());
    DELETE FROM sales_totals; DELETE FROM sales_quarters; DELETE FROM sales_days;
    RETURN NULL;
    END $$""",
    """CREATE FUNCTION public_state_set() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.setting := OLD.setting + 1; NEW.version := OLD.version + 1; NEW.changed_at := timezone('utc', now());
    RETURN NEW;
    END $$""",
    f"CREATE TRIGGER public_state_set BEFORE UPDATE OF {SETTINGS} ON public_state"
    " FOR EACH ROW EXECUTE FUNCTION public_state_set()",
    f"CREATE TRIGGER sales_changed AFTER INSERT OR DELETE OR UPDATE OF {COUNTED} ON sales"
    " FOR EACH ROW EXECUTE FUNCTION sales_changed()",
    "CREATE TRIGGER sales_emptied AFTER TRUNCATE ON sales"
    " FOR EACH STATEMENT EXECUTE FUNCTION sales_emptied()",
    "CREATE TRIGGER public_hidden_changed AFTER INSERT OR DELETE OR UPDATE ON public_hidden"
    " FOR EACH STATEMENT EXECUTE FUNCTION public_hidden_changed()",
]
