"""The application's database and keyring, for tests that call the stores room directly."""

import pytest
from flask import Flask

from writer.db import Database
from writer.stores.registry import Keyring


@pytest.fixture
def db(app: Flask) -> Database:
    """The database of the application."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def ring(app: Flask) -> Keyring:
    """What opens the keys of stores."""
    found: Keyring = app.extensions["keyring"]
    return found
