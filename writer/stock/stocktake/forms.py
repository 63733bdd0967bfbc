"""Forms of a stock take, and the counts that its page sends beside them."""

from datetime import UTC, datetime, timedelta

from flask import request
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, FileField, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from writer.lib import clock
from writer.stock.products import MAX_NOTE, whole_units


class TakeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """As of when stock was taken; the counts beside it are fields of the page, one for each product."""

    at = DateTimeLocalField(
        "Counted at (UTC)",
        [InputRequired("Say when it was counted.")],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        description="What was sold or received after that is reckoned on top.",
    )
    note = StringField("Note", [Length(max=MAX_NOTE)], render_kw={"placeholder": "Who counted, where …"})
    do = HiddenField()

    def moment(self) -> datetime:
        """Return the time in UTC; a whole minute, as browsers send it, means its end, at most now."""
        assert self.at.data is not None
        at = self.at.data.replace(tzinfo=UTC)
        if at.second == at.microsecond == 0 and at <= clock.now():
            return min(at + timedelta(minutes=1, microseconds=-1), clock.now())
        return at

    def show_minute(self) -> None:
        """Show the time as a browser's field holds it, whose microseconds were for the preview alone."""
        if self.at.data is not None:
            self.at.raw_data = None
            self.at.data = self.at.data.replace(second=0, microsecond=0)


class CsvForm(TakeForm):
    """A file of products, and as of when the counts in it were made."""

    file = FileField("CSV file")
    text = HiddenField()
    digest = HiddenField()


def new_take_form(kind: type[TakeForm]) -> TakeForm:
    """Return the form of a count that is made now."""
    form = kind(formdata=None)
    form.at.data = clock.now().replace(tzinfo=None)
    return form


def counts() -> tuple[dict[int, int], dict[int, str]]:
    """Return the counts that the page sent by product id, and what is wrong with those that are none."""
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
