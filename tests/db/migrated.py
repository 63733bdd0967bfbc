"""The revisions there are, a database that was upgraded with rows in it, and what it lacks of the schema."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from writer.db.migrate import migrate, script_directory
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


@contextmanager
def upgraded(url: str, revision: str, statements: Iterable[str]) -> Iterator[Connection]:
    """Fill an empty database at a revision, migrate it to the newest and give a connection to it."""
    migrate(url, revision)
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    migrate(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
