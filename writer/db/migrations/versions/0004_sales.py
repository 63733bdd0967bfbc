"""Sales: the ledger, and the earlier service taken over.

Revision 0004, after 0003.
"""

from datetime import UTC, datetime
from typing import Any

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    column,
    inspect,
    table,
    text,
    true,
)

from writer.db.schema.types import UtcTime, utc_now

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; take over the rows of an earlier service's `sales` table, if there is one."""
    earlier = _set_aside_earlier_table()
    op.create_table(
        "sales",
        Column("id", Integer, primary_key=True),
        Column("model", Text, nullable=False),
        Column("variant", Text, nullable=False),
        Column("quantity", Integer, nullable=False, server_default=text("1")),
        Column("seller", Text, nullable=False, server_default=""),
        Column("notes", Text, nullable=False, server_default=""),
        Column("date_added", UtcTime, nullable=False, server_default=utc_now()),
        Column(
            "source",
            Text,
            CheckConstraint("source IN ('form', 'api', 'order', 'file', 'shell')", name="source"),
            nullable=False,
            server_default="shell",
        ),
        Column("sku", Text),
        Column("order_line_id", Integer, ForeignKey("order_lines.id")),
        Column("updated_at", UtcTime),
        CheckConstraint("quantity BETWEEN -1000000000 AND 1000000000", name="quantity"),
        Index("ix_sales_newest", "date_added", "id", "quantity"),
        Index("ix_sales_order_line", "order_line_id"),
        Index("ix_sales_type", "model", "variant", "date_added", "id", "quantity"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sale_types",
        Column("id", Integer, primary_key=True),
        Column("model", Text, nullable=False),
        Column("variant", Text, nullable=False),
        Column("is_active", Boolean, nullable=False, server_default=true()),
        UniqueConstraint("model", "variant"),
    )
    op.create_table(
        "sku_rules",
        Column("id", Integer, primary_key=True),
        Column("prefix", Text, nullable=False, unique=True),
        Column("model", Text, nullable=False),
        Column("variant", Text, nullable=False),
    )
    op.create_table(
        "ignored_skus",
        Column("sku", Text, primary_key=True),
        Column("added_at", UtcTime, nullable=False),
    )
    op.create_table(
        "sale_forms",
        Column("token", Text, primary_key=True),
        Column("sale_id", Integer, nullable=False),
        Column("sent_at", UtcTime, nullable=False),
        Index("ix_sale_forms_sent", "sent_at"),
    )
    _first_types()
    if earlier:
        _take_over()


def _first_types() -> None:
    types = table("sale_types", column("model"), column("variant"))
    rules = table("sku_rules", column("prefix"), column("model"), column("variant"))
    pairs = [(model, variant) for model in ("Fire", "Ice") for variant in ("24pin", "28pin")]
    op.bulk_insert(types, [{"model": model, "variant": variant} for model, variant in pairs])
    op.bulk_insert(
        rules,
        [
            {"prefix": f"{model.lower()}{variant[:2]}", "model": model, "variant": variant}
            for model, variant in pairs
        ],
    )


def _set_aside_earlier_table() -> bool:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite" or "sales" not in inspect(bind).get_table_names():
        return False
    # Its indexes keep their names through the rename and would be in the way of ours.
    for index in inspect(bind).get_indexes("sales"):
        op.drop_index(str(index["name"]), "sales")
    op.rename_table("sales", "earlier_sales")
    return True


def _take_over() -> None:
    bind = op.get_bind()
    known = {str(found["name"]) for found in inspect(bind).get_columns("earlier_sales")}
    wanted = ["id", "model", "variant", "quantity", "seller", "notes", "date_added"]
    columns = [name if name in known else f"NULL AS {name}" for name in wanted]
    rows = bind.exec_driver_sql(f"SELECT {', '.join(columns)} FROM earlier_sales ORDER BY rowid").fetchall()
    for start in range(0, len(rows), 500):
        bind.exec_driver_sql(
            "INSERT INTO sales (id, model, variant, quantity, seller, notes, date_added, source)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'shell')",
            [_adopted(*row) for row in rows[start : start + 500]],
        )
    op.execute("INSERT OR IGNORE INTO sale_types (model, variant) SELECT DISTINCT model, variant FROM sales")
    op.drop_table("earlier_sales")


def _adopted(
    sale: int | None, model: Any, variant: Any, quantity: Any, seller: Any, notes: Any, date: Any
) -> tuple[Any, ...]:
    """Make one earlier row fit the new table without changing what it adds to any total."""
    moment, remark = _moment(date)
    units = _units(quantity)
    if str(quantity or 0).strip().removesuffix(".0") != str(units):
        remark = f"{remark} (quantity was {quantity!r})"
    text_notes = f"{notes or ''}{remark}".strip()
    return (
        sale,
        str(model or "unknown"),
        str(variant or "unknown"),
        units,
        str(seller or ""),
        text_notes,
        moment,
    )


def _units(quantity: Any) -> int:
    """Return the row's whole units; 0 for what is no number, or more than anybody sold."""
    try:
        units = int(float(quantity or 0))
    except (ValueError, OverflowError):
        return 0
    return units if abs(units) <= 1_000_000_000 else 0


def _moment(date: Any) -> tuple[str, str]:
    """Return the row's date as UTC text, and a remark where it could not be read as one."""
    try:
        if isinstance(date, int | float):
            moment = datetime.fromtimestamp(date, UTC)
        else:
            moment = datetime.fromisoformat(str(date).strip())
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"), f" (date was {date!r})"
    return moment.replace(tzinfo=None).isoformat(" ", "seconds"), ""
