"""The page /kit, for developers: every part that pages are made of, on one page."""

from datetime import timedelta

from flask import Blueprint, render_template
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import Length

from writer.lib import clock
from writer.web import charts, line_chart
from writer.web.paging import Page

bp = Blueprint("kit", __name__)


class Example(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form with a field of each kind, one of which is wrong."""

    address = StringField("Address of the shop", description="As it stands in your browser.")
    key = StringField("Consumer key", [Length(min=43, message="Too short: a key has 43 signs.")])
    source = SelectField(
        "Stock is right in", choices=[SelectChoice("list", "this list"), SelectChoice("shop", "the shop")]
    )
    is_on = BooleanField("Update this store")


@bp.get("/kit")
def index() -> str:
    """Show every part with made-up values."""
    given = {"address": "https://north.example", "key": "ck_1234", "source": "list"}
    form = Example(data=given, meta={"csrf": False})
    form.validate()
    moments = [clock.now() - timedelta(minutes=minutes) for minutes in (4, 26, 60 * 30, 60 * 24 * 90)]
    bars = [charts.Bar(str(day), f"{day} November", (day % 5, day % 3)) for day in range(1, 15)]
    points = [
        line_chart.Point(f"{day} Nov", f"{day} November", 90 * day % 400, 50 * day) for day in range(1, 8)
    ]
    return render_template(
        "kit.html",
        lines=line_chart.draw(points, 560, 200, 100, str),
        form=form,
        moments=moments,
        page=Page(2, 25, 1284),
        drawing=charts.draw(bars, 560, 200),
        spark="M1 30L15 24L30 27L44 12L58 16L72 6L87 20",
    )
