"""The first user of a fresh install."""

import subprocess
import sys

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.makers import make_config
from writer.app import create_app
from writer.config import ConfigError
from writer.db import Database
from writer.db.migrate import migrate
from writer.db.schema.users import users

START = """
import sys
from tests.makers import make_config
from writer.app import create_app
create_app(make_config(DATABASE_URL=sys.argv[1]))
"""


def people(url: str) -> list[tuple[str, str, bool]]:
    database = Database(url)
    with database.reading() as db:
        rows = db.execute(select(users.c.name, users.c.role, users.c.must_change_password)).all()
    database.close()
    return [(row.name, row.role, row.must_change_password) for row in rows]


def test_a_fresh_install_has_admin_who_must_change_the_password(
    fresh_client: FlaskClient, fresh_url: str
) -> None:
    answer = fresh_client.post("/sign-in", data={"name": "admin", "password": "admin"})

    assert answer.status_code == 303
    assert people(fresh_url) == [("admin", "admin", True)]


def test_the_admin_of_the_environment_is_made_instead(fresh_url: str) -> None:
    settings = {"ADMIN_USER": "Boss", "ADMIN_PASSWORD": "a password of the boss"}
    app = create_app(make_config(DATABASE_URL=fresh_url, **settings))
    app.config["WTF_CSRF_ENABLED"] = False

    answer = app.test_client().post("/sign-in", data={"name": "boss", "password": "a password of the boss"})

    assert answer.status_code == 303
    assert people(fresh_url) == [("boss", "admin", False)]
    app.extensions["database"].close()


def test_users_that_are_there_are_left_alone(database_url: str) -> None:
    settings = {"ADMIN_USER": "boss", "ADMIN_PASSWORD": "a password of the boss"}

    create_app(make_config(DATABASE_URL=database_url, **settings)).extensions["database"].close()

    assert people(database_url) == [("ada", "admin", False), ("sam", "staff", False)]


@pytest.mark.parametrize(
    ("user", "password", "sentence"),
    [
        ("no spaces please", "a password of the boss", "ADMIN_USER cannot be used"),
        ("boss.of.it.all", "boss.of.it.all", "ADMIN_PASSWORD cannot be used"),
    ],
)
def test_an_admin_who_cannot_be_made_stops_the_start(
    fresh_url: str, user: str, password: str, sentence: str
) -> None:
    config = make_config(DATABASE_URL=fresh_url, ADMIN_USER=user, ADMIN_PASSWORD=password)

    with pytest.raises(ConfigError, match=sentence):
        create_app(config)


def test_four_processes_starting_at_once_make_one_first_user(fresh_url: str) -> None:
    command = [sys.executable, "-c", START, fresh_url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]

    ends = [process.communicate() for process in processes]

    assert [(process.returncode, end[1]) for process, end in zip(processes, ends, strict=True)] == [
        (0, b"")
    ] * 4
    assert people(fresh_url) == [("admin", "admin", True)]


def test_a_database_that_comes_late_gets_its_first_user_at_the_first_sign_in(empty_database_url: str) -> None:
    app = create_app(make_config(DATABASE_URL=empty_database_url))
    app.config["WTF_CSRF_ENABLED"] = False
    assert app.test_client().get("/health").status_code == 503
    migrate(empty_database_url)

    answer = app.test_client().post("/sign-in", data={"name": "admin", "password": "admin"})

    assert answer.status_code == 303
    app.extensions["database"].close()
