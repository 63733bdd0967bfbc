"""When a product was last changed in its store, by the store's clock: an answer that says less is an old one.

Revision 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until a product is read again nothing is known of it."""
    op.add_column("listings", sa.Column("shown_modified_at", UtcTime))
