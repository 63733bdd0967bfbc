"""The migrations make the schema, from nothing and from every earlier revision."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from writer.migrate import NewerDatabase, migrate, script_directory
from writer.schema import metadata

REVISIONS = [script.revision for script in reversed(list(script_directory().walk_revisions()))]


def differences(url: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found: list[object] = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_migrations_from_nothing_give_the_schema(empty_database_url: str) -> None:
    migrate(empty_database_url)

    assert differences(empty_database_url) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_migrations_from_each_revision_give_the_schema(empty_database_url: str, revision: str) -> None:
    assert migrate(empty_database_url, revision) == revision

    assert migrate(empty_database_url) == REVISIONS[-1]

    assert differences(empty_database_url) == []


def test_a_newer_database_is_refused_with_a_sentence(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(NewerDatabase, match="revision 9999, which this version does not know"):
        migrate(database_url)
