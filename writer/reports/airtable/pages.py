"""The page about Airtable: what was sent last, the last error, what is still to be sent, and a button."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response

from writer import db as database
from writer.config import Config
from writer.db import AlreadyRunning, reading
from writer.lib import clock
from writer.lib.errors import Conflict
from writer.lib.setting_values import AirtableSettings
from writer.reports.airtable import report, state
from writer.reports.airtable.push import push

A_CLICK_S = 15.0

bp = Blueprint("airtable", __name__, template_folder="templates")

STOCK_FIELDS = [
    ("SKU", "text; the key of a record"),
    ("On Hand", "number, integer"),
    ("7d Avg Daily Sales", "number, two decimals"),
    ("30d Avg Daily Sales", "number, two decimals"),
    ("Last 50 Txn Summary", "long text"),
    ("Updated At", "date with time, or text"),
]
EVENT_FIELDS = [
    ("Site", "text or single select; empty if no store caused it"),
    ("Order ID", "text"),
    ("SKU", "text"),
    ("Delta", "number, integer"),
    ("Event Type", "text or single select"),
    ("On Hand After", "number, integer"),
    ("Timestamp", "date with time, or text"),
]


@dataclass(frozen=True)
class Waiting:
    """What is still to be sent; None: this table is not set up."""

    lines: int | None
    events: int | None


@bp.get("/airtable")
def index() -> str:
    """Show the state of Airtable, or how to set it up."""
    to = _settings()
    with reading() as db:
        row = state.find(db)
        waiting = _waiting(db, to, row) if to else None
    return render_template(
        "airtable/index.html",
        to=to,
        state=row,
        waiting=waiting,
        is_waiting=row is not None and row.not_before is not None and row.not_before > clock.now(),
        stock_fields=STOCK_FIELDS,
        event_fields=EVENT_FIELDS,
    )


@bp.post("/airtable/push")
def push_now() -> Response:
    """Send what is to be sent, for 15 seconds at most; cron sends the rest."""
    to = _settings()
    if to is None:
        raise Conflict("Airtable is not set up.")
    try:
        done = push(database.database(), to, A_CLICK_S, is_asked=True)
    except AlreadyRunning:
        flash("An update of Airtable is running. Look again in a minute.", "info")
    else:
        # The page shows the error already.
        flash(done.told if done.error else done.sentence, "warning" if done.error else "success")
    return redirect(url_for("airtable.index"), 303)


def _settings() -> AirtableSettings | None:
    config: Config = current_app.config["ONEROM"]
    return config.airtable


def _waiting(db: Connection, to: AirtableSettings, row: Row[Any] | None) -> Waiting:
    is_known = (
        row is not None and to.events_table is not None and row.events_target == to.target(to.events_table)
    )
    after = row.last_movement_id if row is not None and is_known else 0
    is_same = row is not None and to.stock_table is not None and row.stock_target == to.target(to.stock_table)
    lines = report.lines_due(db, clock.now()) if is_same else None
    return Waiting(
        lines=None
        if to.stock_table is None
        else len(lines)
        if lines is not None
        else report.count_products(db),
        events=None if to.events_table is None else report.count_events_after(db, after),
    )
