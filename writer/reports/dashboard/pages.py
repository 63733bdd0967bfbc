"""Pages: the dashboard, the part of it that refreshes itself, and its cards."""

from flask import Blueprint, render_template

from writer.db import reading
from writer.people import auth
from writer.reports.dashboard import queries
from writer.reports.dashboard.cards import draw_cards
from writer.web import charts

bp = Blueprint("dashboard", __name__, template_folder="templates")


@bp.get("/dashboard")
def index() -> str:
    """Show revenue, waiting orders, and the state of the stores."""
    return _page("dashboard/index.html")


@bp.get("/dashboard/state")
def state() -> str:
    """Render the part of the page that changes; a script fetches it every few seconds."""
    return _page("dashboard/_state.html")


@bp.get("/dashboard/cards")
def cards() -> str:
    """Render only the cards, for the front page."""
    with reading() as db:
        return draw_cards(db, auth.store_scope())


def _page(template: str) -> str:
    store_scope = auth.store_scope()
    with reading() as db:
        glance, course = queries.look(db, store_scope), queries.course(db, store_scope)
    sums = [course.total(name) for name in course.currencies]
    return render_template(
        template,
        glance=glance,
        course=course,
        sums=sums,
        names=[name or "no currency" for name in course.currencies],
        revenue=[(total, _drawn(course.revenue(total.currency))) for total in sums if total.is_worth],
        made=_drawn(course.made()),
    )


def _drawn(bars: list[charts.Bar]) -> tuple[charts.Drawing, charts.Drawing]:
    """Return one chart for wide windows and one for phones."""
    return charts.draw(bars, 560, 210), charts.draw(bars[-12:], 340, 200)
