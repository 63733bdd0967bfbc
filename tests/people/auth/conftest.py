"""What the tests of accounts share: the application on a database that has no users yet."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers import make_config
from writer.app import create_app
from writer.db.migrate import migrate


@pytest.fixture
def fresh_url(empty_database_url: str) -> str:
    """The URL of a migrated database without users."""
    migrate(empty_database_url)
    return empty_database_url


@pytest.fixture
def fresh_app(fresh_url: str) -> Iterator[Flask]:
    """The application of a fresh install."""
    made = create_app(make_config(DATABASE_URL=fresh_url))
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    made.extensions["database"].close()


@pytest.fixture
def strict_app(own_app: Flask) -> Flask:
    """The application with CSRF checks on, as it runs."""
    own_app.config["WTF_CSRF_ENABLED"] = True
    return own_app


@pytest.fixture
def fresh_client(fresh_app: Flask) -> FlaskClient:
    """A stranger's client at a fresh install."""
    return fresh_app.test_client()
