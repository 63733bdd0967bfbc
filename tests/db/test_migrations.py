"""The migrations make the schema, from nothing and from every earlier revision."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

import writer.db.migrate
from tests.db.migrated import FILLED, REVISIONS, differences
from tests.makers import make_environment
from writer.config import ROOT
from writer.db.migrate import NewerDatabase, is_behind, migrate


def test_migrations_from_nothing_give_the_schema(empty_database_url: str) -> None:
    migrate(empty_database_url)

    assert differences(empty_database_url) == []


# From the others it is tried with rows in it (test_upgrades.py).
@pytest.mark.parametrize("revision", [found for found in REVISIONS if found not in FILLED])
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


FAILING = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {after!r}, None, None


def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("DELETE FROM sale_types")
    raise RuntimeError("the migration failed")
"""


@pytest.fixture
def failing_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more migration after the last, which changes something and then fails."""
    shutil.copytree(ROOT / "writer" / "db" / "migrations", tmp_path / "migrations")
    file = tmp_path / "migrations" / "versions" / "9999_fails.py"
    file.write_text(FAILING.format(after=REVISIONS[-1]))
    monkeypatch.setattr(writer.db.migrate, "__file__", str(tmp_path / "migrate.py"))


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def scalar(url: str, query: str) -> object:
    engine = create_engine(url)
    with engine.connect() as connection:
        value = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return value


@pytest.mark.usefixtures("failing_migration")
def test_a_failed_migration_from_nothing_leaves_nothing_behind(empty_database_url: str) -> None:
    with pytest.raises(RuntimeError, match="the migration failed"):
        migrate(empty_database_url)

    assert tables(empty_database_url) == set()


@pytest.mark.usefixtures("failing_migration")
def test_a_failed_migration_leaves_the_database_as_it_was(database_url: str) -> None:
    before = tables(database_url)

    with pytest.raises(RuntimeError, match="the migration failed"):
        migrate(database_url)

    assert tables(database_url) == before
    assert scalar(database_url, "SELECT version_num FROM alembic_version") == REVISIONS[-1]
    assert scalar(database_url, "SELECT count(*) FROM sale_types") == 4


def test_four_processes_at_once_apply_the_migrations_once(empty_database_url: str) -> None:
    environment = {**os.environ, **make_environment(DATABASE_URL=empty_database_url)}
    command = [sys.executable, "-m", "writer.db.migrate"]

    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(4)
    ]

    said = [process.communicate(timeout=90)[0].decode() for process in started]
    assert said == [f"Database ready at revision {REVISIONS[-1]}.\n"] * 4
    assert scalar(empty_database_url, "SELECT count(*) FROM sale_types") == 4
    assert differences(empty_database_url) == []


def test_a_database_is_behind_until_it_is_migrated(empty_database_url: str) -> None:
    assert is_behind(empty_database_url)
    migrate(empty_database_url, REVISIONS[0])
    assert is_behind(empty_database_url)

    migrate(empty_database_url)

    assert not is_behind(empty_database_url)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    before = tables(database_url)

    assert migrate(database_url) == REVISIONS[-1]

    assert tables(database_url) == before
