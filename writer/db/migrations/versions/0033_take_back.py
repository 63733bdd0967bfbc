"""Receipts and stock counts as documents, and movements that take back others.

Revision 0033, after 0032.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns; what was received or counted before belongs to no document."""
    _make_documents()
    for column, table in (("document_id", "stock_documents"), ("takes_back_id", "movements")):
        # In words, because Alembic adds no column with a reference on SQLite.
        op.execute(
            f"ALTER TABLE movements ADD COLUMN {column} INTEGER"
            f" CONSTRAINT fk_movements_{column} REFERENCES {table} (id)"
        )
    op.create_index("ix_movements_document", "movements", ["document_id"], **_where_known("document_id"))
    taken_back = _where_known("takes_back_id")
    op.create_index("ix_movements_taken_back", "movements", ["takes_back_id"], unique=True, **taken_back)


def _make_documents() -> None:
    op.create_table(
        "stock_documents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "kind",
            sa.Text,
            sa.CheckConstraint("kind IN ('receipt', 'stock take')", name="kind"),
            nullable=False,
        ),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("recorded_at", UtcTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("delivery_note", sa.Text, nullable=False, server_default=""),
        sa.Column("supplier", sa.Text, nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("takes_back_id", sa.Integer, sa.ForeignKey("stock_documents.id")),
    )
    op.create_index("ix_stock_documents_kind", "stock_documents", ["kind", "id"])
    taken_back = _where_known("takes_back_id")
    op.create_index(
        "ix_stock_documents_taken_back", "stock_documents", ["takes_back_id"], unique=True, **taken_back
    )
    op.create_table(
        "stock_count_lines",
        sa.Column("document_id", sa.Integer, sa.ForeignKey("stock_documents.id"), primary_key=True),
        sa.Column("stock_product_id", sa.Integer, sa.ForeignKey("products.id"), primary_key=True),
        sa.Column("counted", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_stock_count_lines_product", "stock_count_lines", ["stock_product_id", "document_id"])


def _where_known(column: str) -> dict[str, Any]:
    is_known = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": is_known, "postgresql_where": is_known}
