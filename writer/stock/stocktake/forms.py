"""Forms of a stock take, and the counts that its page sends with them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, FileField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from writer.lib import clock
from writer.stock.products import MAX_NAME, MAX_NOTE, whole_units
from writer.stock.stocktake.documents import VIEWS, DocumentFilters


class TakeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The time of a stock take; the page adds a field for each product's count."""

    at = DateTimeLocalField(
        "Counted at",
        [InputRequired("Enter when it was counted.")],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        description="Sales and receipts after that time are added to the count.",
    )
    note = StringField("Note", [Length(max=MAX_NOTE)], render_kw={"placeholder": "Who counted, where …"})
    once = HiddenField()  # of the preview; a script may send none
    do = HiddenField()

    def token(self) -> str | None:
        """Return the token of the preview, the same however often it is saved; None: it has none."""
        sent = self.once.data or ""
        return sent if re.fullmatch("[0-9a-f]{32}", sent) else None

    def moment(self) -> datetime:
        """Return the time in UTC; a whole minute, as browsers send it, means its end, at most now.

        It was typed as the clock of the shop shows it.
        """
        assert self.at.data is not None
        at: datetime = self.at.data.replace(tzinfo=ZoneInfo(clock.zone_name())).astimezone(UTC)
        if at.second == at.microsecond == 0 and at <= clock.now():
            return min(at + timedelta(minutes=1, microseconds=-1), clock.now())
        return at

    def show_minute(self) -> None:
        """Show the time without microseconds, which a browser's field cannot hold."""
        if self.at.data is not None:
            self.at.raw_data = None
            self.at.data = self.at.data.replace(second=0, microsecond=0)


class DeliveryForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What came in with one delivery; the page adds two fields for each line."""

    delivery_note = StringField(
        "Delivery note", [Length(max=MAX_NAME)], description="Its number, if it has one."
    )
    supplier = StringField("Supplier", [Length(max=MAX_NAME)], render_kw={"list": "suppliers"})
    note = StringField("Note", [Length(max=MAX_NOTE)])
    pasted = TextAreaField("Paste a list", [Length(max=20_000)], render_kw={"rows": 4})
    once = HiddenField(validators=[Regexp("[0-9a-f]{32}$")])
    do = HiddenField()


class CsvForm(TakeForm):
    """A file of products, and the time of the counts in it."""

    file = FileField("CSV file")
    text = HiddenField()
    digest = HiddenField()


def new_take_form(kind: type[TakeForm]) -> TakeForm:
    """Return the form of a stock take made now."""
    form = kind(formdata=None)
    form.at.data = clock.local(clock.now()).replace(tzinfo=None)
    return form


def as_typed(at: datetime) -> str:
    """Return a moment as a form of these takes it, to the microsecond."""
    return clock.local(at).strftime("%Y-%m-%dT%H:%M:%S.%f")


def counts() -> tuple[dict[int, int], dict[int, str]]:
    """Return the sent counts by product id, and the errors of those that are not counts."""
    usable, wrong = {}, {}
    for name, text in request.form.items():
        key = name.removeprefix("count-")
        if key == name or not text.strip() or not (key.isascii() and key.isdecimal() and len(key) < 10):
            continue
        try:
            usable[int(key)] = whole_units(text)
        except ValueError as error:
            wrong[int(key)] = str(error)
    return usable, wrong


def asked_documents() -> DocumentFilters:
    """Return the filter of the query string; a value that cannot be read filters nothing."""
    view = request.args.get("view", "all")
    text = request.args.get("q", "").replace("\0", "").strip()[:MAX_NAME]
    return DocumentFilters(view if view in VIEWS else "all", text)
