"""The reader on a database of the test's own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reader.app import create_app
from reader.settings import load

Ask = Callable[..., TestResponse]


@pytest.fixture
def make_reader(database_url: str) -> Iterator[Callable[..., FlaskClient]]:
    """Make readers: `make_reader(PUBLIC_UNIT="made")`; keyword arguments are environment variables."""
    made: list[Any] = []

    def make(**variables: str) -> FlaskClient:
        app = create_app(load({"DATABASE_URL": database_url, **variables}))
        made.append(app.wsgi_app)
        return app.test_client()

    yield make
    for keeper in made:
        keeper.source.close()


@pytest.fixture
def reader(make_reader: Callable[..., FlaskClient]) -> FlaskClient:
    """A stranger's client of the reader on its default settings."""
    return make_reader()
