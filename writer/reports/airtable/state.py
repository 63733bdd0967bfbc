"""Stores what Airtable accepted and the result of the last try. Never commits."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from writer import db as database
from writer.db.schema.airtable import airtable_lines, airtable_state
from writer.lib import clock
from writer.lib.setting_values import AirtableSettings
from writer.people import Notice, notices
from writer.reports.airtable.client import AirtableError
from writer.reports.airtable.report import Due

BUSY_WAIT = timedelta(seconds=30)  # the wait that Airtable asks for after a 429
PATIENCE = 3  # this many 429 in a row open no notice
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=1)
_ONE = airtable_state.c.id == 1


def find(db: Connection) -> Row[Any] | None:
    """Return the row of the state; None before the first try."""
    return db.execute(select(airtable_state).where(_ONE)).first()


def begin(db: Connection, to: AirtableSettings) -> Row[Any]:
    """Return the state, reset for a table that differs from `to`."""
    database.upsert(db, airtable_state, {"id": 1}, ["id"])
    row = db.execute(select(airtable_state).where(_ONE)).one()
    stock_target = to.target(to.stock_table) if to.stock_table else row.stock_target
    events_target = to.target(to.events_table) if to.events_table else row.events_target
    if stock_target != row.stock_target:
        db.execute(delete(airtable_lines))
        _set(db, stock_target=stock_target)
    if events_target != row.events_target:
        _set(db, events_target=events_target, last_movement_id=0)
    return db.execute(select(airtable_state).where(_ONE)).one()


def note_lines(db: Connection, told: Iterable[Due]) -> None:
    """Store that Airtable accepted these lines of the stock list."""
    for line in told:
        values = {
            "stock_product_id": line.stock_product_id,
            "version": line.version,
            "sold_7": line.sold_7,
            "sold_30": line.sold_30,
        }
        database.upsert(db, airtable_lines, values, ["stock_product_id"])


def note_events(db: Connection, last_movement_id: int) -> None:
    """Store that Airtable accepted every movement up to this one."""
    _set(db, last_movement_id=last_movement_id)


def note_success(db: Connection) -> None:
    """Store that everything was sent, and close the notice of an earlier failure."""
    _set(db, succeeded_at=clock.now(), error=None, failures=0, not_before=None)
    notices.close(db, Notice.AIRTABLE)


def note_failure(db: Connection, error: AirtableError) -> None:
    """Store the failure and the time of the next try; open a notice, once while it lasts."""
    failures = db.execute(select(airtable_state.c.failures).where(_ONE)).scalar_one()
    now = clock.now()
    _set(
        db,
        error=error.sentence,
        failed_at=now,
        failures=failures + 1,
        not_before=now + _wait(error, failures),
    )
    if not error.is_busy or failures >= PATIENCE:
        notices.open_(db, Notice.AIRTABLE, f"Airtable: {error.sentence}")


def _wait(error: AirtableError, failures: int) -> timedelta:
    """Return the wait before the next call, after this many earlier failures."""
    if error.is_busy and failures == 0:
        return BUSY_WAIT
    doubled: timedelta = FIRST_WAIT * int(2 ** min(failures, 10))
    return min(doubled, LONGEST_WAIT)


def _set(db: Connection, **values: Any) -> None:
    db.execute(update(airtable_state).where(_ONE).values(**values))
