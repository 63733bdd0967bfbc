"""Sends changes to Airtable: lines of the stock list first, then movements; no transaction is open meanwhile.

A movement counts as sent after Airtable accepted its call. If the process dies or the connection is cut
between accepting and saving that, up to ten movements are appended a second time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from writer.db import Database
from writer.lib import clock
from writer.lib.setting_values import AirtableSettings
from writer.reports.airtable import report, state
from writer.reports.airtable.client import RECORDS_A_CALL, AirtableError, Client

A_RUN_S = 240.0  # the next run continues where this one ended


@dataclass
class Done:
    """The result of a run. `error`: why Airtable refused the rest; `left`: why nothing was tried."""

    lines: int = 0
    events: int = 0
    error: AirtableError | None = None
    left: str | None = None
    is_complete: bool = False

    @property
    def told(self) -> str:
        return f"{_units(self.lines, 'line')} of the stock list and {_units(self.events, 'movement')} sent."

    @property
    def sentence(self) -> str:
        if self.left is not None:
            return self.left
        if self.error is not None:
            return f"{self.told} {self.error.sentence}"
        return self.told if self.is_complete else f"{self.told} The rest follows with the next run."


def push(database: Database, to: AirtableSettings, seconds: float = A_RUN_S, is_asked: bool = False) -> Done:
    """Send all changes to Airtable, for a limited time; return the result.

    Errors of Airtable are stored, not raised. `is_asked`: a person asked for it, so the wait after an error
    is skipped. Raises AlreadyRunning.
    """
    until = time.monotonic() + seconds
    with database.only_one("airtable"):
        with database.transaction() as db:
            now = state.begin(db, to)
        if now.not_before is not None and now.not_before > clock.now() and not is_asked:
            return Done(left=f"Airtable is not called until {now.not_before:%Y-%m-%d %H:%M:%S} UTC.")
        done = Done()
        with Client(to) as client:
            is_complete = _all(database, client, to, done, lambda: time.monotonic() < until)
        done.is_complete = is_complete and done.error is None
        with database.transaction() as db:
            if done.error is not None:
                state.note_failure(db, done.error)
            elif done.is_complete:
                state.note_success(db)
        return done


def _all(
    database: Database, client: Client, to: AirtableSettings, done: Done, has_time: Callable[[], bool]
) -> bool:
    """Update both tables; return whether there was time for everything. An error of one spares the other."""
    is_complete = True
    for table, tell in ((to.stock_table, _tell_lines), (to.events_table, _tell_events)):
        if table is None:
            continue
        try:
            is_complete &= tell(database, client, table, done, has_time)
        except AirtableError as error:
            done.error = done.error or error
            if not error.is_of_table:
                break
    return is_complete


def _tell_lines(
    database: Database, client: Client, table: str, done: Done, has_time: Callable[[], bool]
) -> bool:
    with database.reading() as db:
        due = report.lines_due(db, clock.now())
    for first in range(0, len(due), RECORDS_A_CALL):
        if not has_time():
            return False
        some = due[first : first + RECORDS_A_CALL]
        with database.reading() as db:
            fields = report.lines(db, some, clock.now())
        client.upsert(table, "SKU", fields)
        with database.transaction() as db:
            state.note_lines(db, some)
        done.lines += len(fields)
    return True


def _tell_events(
    database: Database, client: Client, table: str, done: Done, has_time: Callable[[], bool]
) -> bool:
    while has_time():
        with database.reading() as db:
            row = state.find(db)
            assert row is not None
            events = report.events_after(db, row.last_movement_id, RECORDS_A_CALL)
        if not events:
            return True
        client.append(table, [fields for _, fields in events])
        with database.transaction() as db:
            state.note_events(db, events[-1][0])
        done.events += len(events)
    return False


def _units(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
