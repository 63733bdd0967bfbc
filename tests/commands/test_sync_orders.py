"""What cron runs: failed deliveries are tried again, old bodies go."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.delivering import deliver, make_order_body
from tests.makers import FERNET_KEY, make_environment
from tests.orders.record.ledger import posted
from writer import orders
from writer.commands import sync_orders
from writer.config import ROOT
from writer.db import AlreadyRunning, Database
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.people import notices
from writer.stores.registry import Vault
from writer.sync.order_import import runs

NOTHING = "0 deliveries tried again, 0 recorded, 0 still failing; 0 old bodies dropped."


def fail(monkeypatch: pytest.MonkeyPatch, *also: int) -> None:
    """Let recording fail, for orders of these ids alone where any are given."""
    record = orders.record

    def broken(db: Any, channel: Any, snapshot: orders.OrderSnapshot, *rest: Any) -> Any:
        if not also or int(snapshot.external_id) in also:
            raise RuntimeError("broken")
        return record(db, channel, snapshot, *rest)

    monkeypatch.setattr(orders, "record", broken)


def outcomes(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.execute(select(deliveries.c.outcome).order_by(deliveries.c.id)).scalars())


def later(monkeypatch: pytest.MonkeyPatch, **shift: int) -> datetime:
    """Move the clock on; return the time it is now."""
    now = clock.now() + timedelta(**shift)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


@pytest.fixture
def three_failed(client: FlaskClient, database: Database) -> None:
    """Orders 1, 2 and 3 were delivered while recording was broken."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        fail(monkeypatch)
        for number in (1, 2, 3):
            deliver(client, make_order_body(id=number))
    assert outcomes(database) == ["failed", "failed", "failed"]


def test_with_nothing_to_do_it_says_so(database: Database) -> None:
    assert sync_orders.run(database).summary == NOTHING


@pytest.mark.usefixtures("three_failed")
def test_a_failed_delivery_waits_for_its_time(database: Database) -> None:
    assert sync_orders.run(database).summary == NOTHING


@pytest.mark.usefixtures("three_failed")
def test_failed_deliveries_are_recorded_when_their_time_has_come(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, minutes=3)

    done = sync_orders.run(database)

    assert done.summary == "3 deliveries tried again, 3 recorded, 0 still failing; 0 old bodies dropped."
    assert outcomes(database) == ["recorded", "recorded", "recorded"]
    assert posted(database) == [2, 2, 2]
    with database.reading() as db:
        assert notices.list_notices(db) == []


@pytest.mark.usefixtures("three_failed")
def test_one_that_fails_again_does_not_hold_up_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, 2)
    now = later(monkeypatch, minutes=3)

    done = sync_orders.run(database)

    assert done.summary == "3 deliveries tried again, 2 recorded, 1 still failing; 0 old bodies dropped."
    assert outcomes(database) == ["recorded", "failed", "recorded"]
    with database.reading() as db:
        row = db.execute(select(deliveries).where(deliveries.c.outcome == "failed")).one()
    assert (row.attempts, row.next_attempt_at) == (2, now + timedelta(minutes=4))


@pytest.mark.usefixtures("three_failed")
def test_told_to_stop_it_ends_between_two_deliveries(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, minutes=3)
    asked = iter([False, True])

    done = sync_orders.run(database, lambda: next(asked))

    assert done.summary == "1 delivery tried again, 1 recorded, 0 still failing; 0 old bodies dropped."
    assert outcomes(database) == ["recorded", "failed", "failed"]


@pytest.mark.usefixtures("three_failed")
def test_a_busy_database_ends_the_run_and_the_next_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    later(monkeypatch, minutes=3)
    with monkeypatch.context() as broken:
        broken.setattr(orders, "record", busy)
        with pytest.raises(OperationalError):
            sync_orders.run(database)

    sync_orders.run(database)

    assert outcomes(database) == ["recorded", "recorded", "recorded"]


@pytest.mark.usefixtures("three_failed")
def test_a_failed_delivery_of_a_store_switched_off_is_held(
    admin: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.post("/stores/1/off")
    later(monkeypatch, minutes=3)

    sync_orders.run(database)

    assert outcomes(database) == ["held", "held", "held"]
    assert posted(database) == []


def test_bodies_go_after_seven_days(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(client, make_order_body(id=1))
    later(monkeypatch, days=6)
    deliver(client, make_order_body(id=2))
    later(monkeypatch, days=1, minutes=1)

    done = sync_orders.run(database)

    assert done.summary == "0 deliveries tried again, 0 recorded, 0 still failing; 1 old body dropped."
    with database.reading() as db:
        bodies = list(db.execute(select(deliveries.c.body).order_by(deliveries.c.id)).scalars())
    assert [body is None for body in bodies] == [True, False]


def test_never_two_at_once(database: Database) -> None:
    with database.only_one("sync-orders"), pytest.raises(AlreadyRunning):
        sync_orders.run(database)

    assert sync_orders.run(database).summary == NOTHING


def start(database_url: str) -> subprocess.CompletedProcess[str]:
    """Run the command as cron does."""
    environment = {**os.environ, **make_environment(DATABASE_URL="sqlite:///unused.db")}
    environment |= {"DATABASE_URL": database_url}
    command = [sys.executable, "-m", "writer.commands.sync_orders"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180)


def test_the_command_with_nothing_to_do_says_so_and_ends_well(database_url: str) -> None:
    done = start(database_url)

    assert done.returncode == 0
    assert done.stdout == f"{NOTHING}\nNo store with REST keys is due to be read.\n"


def test_the_command_started_twice_says_so_and_ends_well(database: Database) -> None:
    with database.only_one("sync-orders"):
        done = start(database.url)

    assert (done.returncode, done.stdout) == (0, "sync-orders: already running. Nothing was done.\n")


def test_the_command_without_a_usable_database_names_what_is_wrong(tmp_path: Path) -> None:
    wrong, missing = start("mysql://here"), start(f"sqlite:///{tmp_path}/none/sales.db")

    assert wrong.returncode == 2
    assert "DATABASE_URL" in wrong.stderr
    assert missing.returncode == 1
    assert "cannot be used" in missing.stderr
    assert "Traceback" not in missing.stderr


@pytest.mark.parametrize("days", ["0", "-1", "3651", "1.5", "x", "9" * 400])
def test_days_that_cannot_be_read_back_are_refused(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sync_orders.main(["--days-back", days])

    assert ended.value.code == 2
    assert "must be a whole number from 1 to 3650" in capsys.readouterr().err


def test_the_nightly_run_waits_for_one_that_is_under_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_orders, "LOOK_EVERY_S", 0.01)
    vault, stop = Vault([FERNET_KEY]), threading.Event()
    plan = runs.Plan("cron", looks_for_vanished=True)
    with database.only_one(runs.LOCK):
        with pytest.raises(AlreadyRunning):
            sync_orders._read_stores(database, vault, plan, stop, 0.05)
        other = threading.Thread(target=sync_orders._read_stores, args=(database, vault, plan, stop, 60))
        other.start()
        assert other.is_alive()

    other.join(30)
    assert not other.is_alive()
