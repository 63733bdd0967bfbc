"""The revisions there are, and what a migrated database lacks of the schema."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from writer.db.migrate import script_directory
from writer.db.schema import metadata

REVISIONS = [script.revision for script in reversed(list(script_directory().walk_revisions()))]
# Of these there are rows to upgrade (rows.py); what is added later is tried by all of them.
FILLED = REVISIONS[REVISIONS.index("0004") : REVISIONS.index("0016") + 1]


def differences(url: str) -> list[object]:
    """Return what a database has other than the schema."""
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found: list[object] = compare_metadata(context, metadata)
    engine.dispose()
    return found
