"""The look that each user chose: light, dark, or as the system.

Revision 0036, after 0035.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; everybody begins with the look of the system."""
    allowed = "CONSTRAINT ck_users_theme CHECK (theme IN ('light', 'dark'))"
    op.execute(f"ALTER TABLE users ADD COLUMN theme TEXT {allowed}")
