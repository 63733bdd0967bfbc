"""Guessing passwords gets slower and slower, and nobody is locked out for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.makers import PASSWORD
from tests.page import field_errors
from writer.db import Database
from writer.db.schema.auth import sign_in_failures
from writer.lib import clock
from writer.people.auth import throttle

pytestmark = pytest.mark.postgres


class Clock:
    """A time that passes when told to."""

    def __init__(self) -> None:
        self.now: datetime = clock.now()

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(clock, "now", made)
    return made


def attempt(
    client: FlaskClient, name: str = "ada", password: str = "wrong", address: str = "192.0.2.7"
) -> TestResponse:
    data = {"name": name, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_after_five_wrong_tries_one_has_to_wait(client: FlaskClient, watch: Clock, name: str) -> None:
    tries = [attempt(client, name).status_code for _ in range(5)]

    answer = attempt(client, name)

    assert tries == [401] * 5
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "11"
    assert field_errors(answer.text) == ["password"]


def test_the_right_password_has_to_wait_too_and_then_works(client: FlaskClient, watch: Clock) -> None:
    for _ in range(5):
        attempt(client)
    assert attempt(client, password=PASSWORD).status_code == 429

    watch.wait(10)

    assert attempt(client, password=PASSWORD).status_code == 303


def test_each_further_wrong_try_doubles_the_wait_up_to_five_minutes(database: Database, watch: Clock) -> None:
    waits = []
    for _ in range(12):
        with database.transaction() as db:
            assert throttle.count_try(db, "ada", "192.0.2.7") == 0
        with database.reading() as db:
            row = db.execute(select(sign_in_failures)).one()
        wait_s = int((row.blocked_until - watch.now).total_seconds()) if row.blocked_until else 0
        waits.append(wait_s)
        watch.wait(wait_s)

    assert waits == [0, 0, 0, 0, 10, 20, 40, 80, 160, 300, 300, 300]


def test_asking_while_waiting_does_not_lengthen_the_wait(client: FlaskClient, watch: Clock) -> None:
    for _ in range(5):
        attempt(client)
    watch.wait(5)

    for _ in range(3):
        attempt(client)

    watch.wait(5)
    assert attempt(client, password=PASSWORD).status_code == 303


def test_a_right_password_forgets_the_wrong_ones(client: FlaskClient, watch: Clock) -> None:
    for _ in range(4):
        attempt(client)
    attempt(client, password=PASSWORD)

    tries = [attempt(client).status_code for _ in range(5)]

    assert tries == [401] * 5


def test_another_address_and_another_name_are_not_slowed_down(client: FlaskClient, watch: Clock) -> None:
    for _ in range(6):
        attempt(client)

    elsewhere = attempt(client, password=PASSWORD, address="192.0.2.8")
    another = attempt(client, name="sam", password=PASSWORD)

    assert elsewhere.status_code == 303
    assert another.status_code == 303


def test_addresses_of_one_ipv6_network_count_as_one(client: FlaskClient, watch: Clock) -> None:
    for number in range(5):
        attempt(client, address=f"2001:db8::{number}")

    assert attempt(client, address="2001:db8::ffff").status_code == 429
    assert attempt(client, address="2001:db8:0:1::1").status_code == 401


def test_tries_at_the_same_moment_are_no_way_round(app: Flask) -> None:
    def guess(_: int) -> int:
        return attempt(app.test_client()).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(12)))

    assert sorted(answers) == [401] * 5 + [429] * 7


def test_wrong_tries_are_forgotten_after_a_day(database: Database, watch: Clock) -> None:
    with database.transaction() as db:
        throttle.count_try(db, "nobody", "192.0.2.7")
    watch.wait(25 * 60 * 60)

    with database.transaction() as db:
        throttle.count_try(db, "ada", "192.0.2.7")

    with database.reading() as db:
        assert len(db.execute(select(sign_in_failures)).all()) == 1


def test_what_was_typed_as_name_is_not_kept(client: FlaskClient, database: Database) -> None:
    attempt(client, name=PASSWORD)

    with database.reading() as db:
        assert PASSWORD not in str(db.execute(select(sign_in_failures)).one())


def test_guessing_the_present_password_on_the_password_page_is_slowed_down_too(
    admin: FlaskClient, watch: Clock
) -> None:
    form = {"old": "wrong", "new": "another good password", "again": "another good password"}

    answers = [admin.post("/password", data=form).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]
