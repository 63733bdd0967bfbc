"""A store's settings are changed while it delivers: one waits for the other, and nothing is left behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Connection, select

from tests.delivering import deliver, make_order_body
from writer.db import Database
from writer.db.schema.webhook_inbox import deliveries
from writer.stores.registry import settings
from writer.sync.webhook_inbox import effect


@pytest.fixture
def meanwhile(app: Flask, database: Database) -> Callable[[Callable[[Connection], object]], int]:
    """Change something of a store, and let a delivery come before that is committed; return its status."""

    def run(change: Callable[[Connection], object]) -> int:
        with ThreadPoolExecutor(1) as pool, database.transaction() as db:
            change(db)
            sent = pool.submit(deliver, app.test_client(), make_order_body(id=1002))
            with pytest.raises(TimeoutError):
                sent.result(0.5)  # it waits for the change
            db.commit()
            return sent.result(20).status_code

    return run


def test_what_comes_while_a_store_is_switched_on_is_not_held_for_ever(
    app: Flask, database: Database, meanwhile: Callable[[Callable[[Connection], object]], int]
) -> None:
    deliver(app.test_client(), make_order_body())
    with database.transaction() as db:
        settings.switch(db, "ada", 1, False)

    assert meanwhile(lambda db: settings.switch(db, "ada", 1, True)) == 200

    with database.reading() as db:
        found = db.execute(select(deliveries.c.outcome).order_by(deliveries.c.id)).scalars()
        assert list(found) == ["recorded", "recorded"]


def test_a_delivery_and_a_change_of_settings_do_not_wait_for_each_other(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(app.test_client(), make_order_body(status="on-hold"))
    process, is_inside, may_end = effect.process, threading.Event(), threading.Event()

    def slowly(*told: object, **named: object) -> object:
        done = process(*told, **named)  # type: ignore[arg-type]
        is_inside.set()
        may_end.wait(20)
        return done

    def change() -> int:
        with database.transaction() as db:
            return settings.change(db, "ada", 1, "shop", "", counts_on_hold=True)

    monkeypatch.setattr(effect, "process", slowly)
    later = make_order_body(status="on-hold", number="x", date_modified_gmt="2026-11-20T10:05:00")
    with ThreadPoolExecutor(2) as pool:
        sent = pool.submit(deliver, app.test_client(), later)
        assert is_inside.wait(20)
        changed = pool.submit(change)
        with pytest.raises(TimeoutError):
            changed.result(0.5)
        may_end.set()

    assert (sent.result().status_code, changed.result()) == (200, 1)
