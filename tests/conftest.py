"""What every test may ask for: a real database made by the real migrations, and the real application.

SQLite by default; with TEST_POSTGRES_URL set (tests/run sets it for its second pass) the same tests run on
PostgreSQL, in a database of their own.
"""

import io
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import Dialect

from tests import areas
from tests.hub import Hub, running_hub
from tests.makers import add_people, make_config, sign_in_as
from tests.postgres_copy import PostgresCopy, execute, url_of
from tests.serving import served
from writer import wiring
from writer.app import create_app
from writer.db import Database
from writer.db.migrate import migrate
from writer.lib.logs import JsonLines
from writer.people import users
from writer.stores.registry import Jobs, Keyring
from writer.stores.woocommerce import client as store_client

wiring.wire(make_config())

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")


def pytest_configure(config: pytest.Config) -> None:
    """Say at the end of a run how long each area took; with workers, what hands out their tests says it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(areas.Times())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--few`, which tests.quick gives."""
    parser.addoption(
        "--few", default="", help="run the first tests of each file, but all below these paths (a,b,...)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose what is worth running on PostgreSQL, or a little of everything."""
    if POSTGRES_URL:
        items[:] = [item for item in items if areas.runs_on_postgres(item)]
    if whole := config.getoption("few"):
        slow = [item for item in items if item.get_closest_marker("slow") is None]
        items[:] = areas.first_of_each_file(slow, tuple(whole.split(",")))


def _postgres(statement: str) -> None:
    assert POSTGRES_URL is not None
    execute(POSTGRES_URL, statement)


def _postgres_url(name: str) -> str:
    assert POSTGRES_URL is not None
    return url_of(POSTGRES_URL, name)


@pytest.fixture(scope="session", autouse=True)
def _compile_once() -> Iterator[None]:
    """Let the engines of all tests share the statements compiled: a fifth of a test is compiling."""
    dialects: dict[str, Dialect] = {}
    compiled: dict[Any, Any] = {}

    def make(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        # A statement is compiled for a dialect, and each engine has its own.
        engine.dialect = dialects.setdefault(engine.dialect.name, engine.dialect)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("writer.db.engine.create_engine", make)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database with the users ada (admin) and sam (staff) that each test gets a copy of."""
    if POSTGRES_URL is None:
        path = tmp_path_factory.mktemp("template") / "sales.db"
        migrate(f"sqlite:///{path}")
        add_people(f"sqlite:///{path}")
        yield str(path)
        return
    name = f"template_{uuid.uuid4().hex[:12]}"
    _postgres(f"CREATE DATABASE {name}")
    migrate(_postgres_url(name))
    add_people(_postgres_url(name))
    yield name
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_copy(template: str) -> Iterator[PostgresCopy]:
    """The one database that tests on PostgreSQL have one after the other."""
    assert POSTGRES_URL is not None
    with PostgresCopy.of(POSTGRES_URL, template) as copy:
        yield copy


@pytest.fixture
def empty_database_url(tmp_path: Path) -> Iterator[str]:
    """The URL of a database that nothing has been migrated in."""
    with empty_database(tmp_path) as url:
        yield url


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database, in this folder or on the server; it is gone afterwards."""
    if POSTGRES_URL is None:
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    name = f"empty_{uuid.uuid4().hex[:12]}"
    _postgres(f"CREATE DATABASE {name}")
    yield _postgres_url(name)
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(template: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database of this test's own."""
    if POSTGRES_URL is None:
        shutil.copy(template, tmp_path / "sales.db")
        return f"sqlite:///{tmp_path / 'sales.db'}"
    copy: PostgresCopy = request.getfixturevalue("postgres_copy")
    return copy.as_new()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The database of this test, as scripts open it."""
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture(scope="session")
def application(template: str) -> Flask:
    """The application that tests share: making one and compiling its templates takes longer than a test."""
    url = f"sqlite:///{template}" if POSTGRES_URL is None else _postgres_url(template)
    made = create_app(make_config(DATABASE_URL=url))
    made.extensions.pop("database").close()
    return made


@pytest.fixture
def app(application: Flask, database_url: str) -> Iterator[Flask]:
    """The real application, as new, on this test's database; forms need no CSRF token."""
    config, extensions = application.config.copy(), application.extensions.copy()
    application.config.update(ONEROM=make_config(DATABASE_URL=database_url), WTF_CSRF_ENABLED=False)
    application.extensions.update(database=Database(database_url), jobs=Jobs())
    yield application
    _wait_for_background_work()
    application.extensions["database"].close()
    for kept, was in ((application.config, config), (application.extensions, extensions)):
        kept.clear()
        kept.update(was)


def _wait_for_background_work() -> None:
    """What a page or a watcher began may be at its end only now, and would open the database again."""
    for thread in threading.enumerate():
        if thread.name.startswith("onerom "):
            thread.join(timeout=20)


@pytest.fixture
def own_app(database_url: str) -> Iterator[Flask]:
    """An application of this test's own, which may be given more addresses; forms need no CSRF token."""
    made = create_app(make_config(DATABASE_URL=database_url))
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["database"].close()


@pytest.fixture
def db(app: Flask) -> Database:
    """The database of the application, for tests that call its rooms directly."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def ring(app: Flask) -> Keyring:
    """What opens the keys of stores."""
    found: Keyring = app.extensions["keyring"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's client: nobody is signed in."""
    return app.test_client()


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """The browser of ada, an admin."""
    return sign_in_as(app, "ada")


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    """The browser of sam, who is staff."""
    return sign_in_as(app, "sam")


@pytest.fixture
def api(app: Flask, database: Database) -> FlaskClient:
    """A program with a write token."""
    with database.transaction() as db:
        token = users.make_token(db, "program", "write", "ada")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def reader_token(database: Database) -> str:
    """An API token that may only read."""
    with database.transaction() as db:
        return users.make_token(db, "looker", "read", "ada")


@pytest.fixture
def hub(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The writer with fake stores, as the mark `hub` says: `hub(stores=2, items={"Y": 5}, counted=["Y"])`.

    Without it three stores that all show ten of item X. What is `counted` is sold as a Fire 28pin too; other
    arguments of the mark are the fake stores' own.
    """
    mark = request.node.get_closest_marker("hub")
    asked = dict(mark.kwargs) if mark is not None else {}
    items, counted = asked.pop("items", {"X": 10}), asked.pop("counted", ())
    with running_hub(app, monkeypatch, asked.pop("stores", 3), **asked) as found:
        for sku, on_hand in items.items():
            found.add_item(sku, on_hand)
        for sku in counted:
            found.count_as(sku)
        yield found


@pytest.fixture
def reads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that fails to answer is not asked again after a pause."""
    monkeypatch.setattr(store_client, "READ_AGAIN_AFTER_S", ())


@pytest.fixture
def log_file(app: Flask) -> Iterator[io.StringIO]:
    """What the product logs meanwhile, as the lines it writes."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines())
    logging.getLogger("writer").addHandler(handler)
    yield handler.stream
    logging.getLogger("writer").removeHandler(handler)


@pytest.fixture
def writer_server(app: Flask) -> Iterator[str]:
    """The address of the real application, CSRF checks on, served on a free port."""
    app.config["WTF_CSRF_ENABLED"] = True
    with served(app) as address:
        yield address
