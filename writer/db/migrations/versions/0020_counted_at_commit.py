"""On PostgreSQL the sums of sales and orders are brought up to date at the end of a transaction.

Their rows are few and everybody's: a transaction that changes one has all others wait until it is committed.

Revision 0020, after 0019.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = {
    "sales_changed": ("sales", "model, variant, quantity, date_added"),
    "orders_recount": (
        "orders",
        "store_id, status, created_at, is_cached, currency, units, net_minor",
    ),
}


def upgrade() -> None:
    """Replace two triggers by deferred ones; SQLite has one writer at a time anyway."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, (table, columns) in COLUMNS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
