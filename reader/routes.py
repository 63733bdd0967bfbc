"""The routes: they turn figures into JSON, badge, chart, feed and page."""

import logging
import zoneinfo
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import HTTPException

from reader.answers import JSON, NOT_XML, SVG, answer, as_json, problem, settings
from reader.figures import Figures
from reader.page import Shown
from reader.parameters import Refused, before, by_and_range, choice, kind, periods
from reader.settings import HERE, ZONES
from reader.source import NotThere, Unreadable

UNREADABLE = (
    "The database cannot be read. Let the reader's user read the writer's data folder, which may be mounted"
    " read-only, with the -wal and -shm files that stand beside sales.db: see data/README.md."
)
CUT_OFF = "The primary database is away; the totals are of the last commit that arrived at this standby."
FILES = {
    "embed.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "openapi.json": JSON,
}
SENTENCES = {404: "There is nothing at this address.", 405: "This address is only for reading: use GET."}
routes = Blueprint("public", __name__)
log = logging.getLogger("reader")


def figures() -> Figures:
    """Return the figures of this request. Raises Unreadable."""
    found: Figures | Unreadable = request.environ["reader.figures"]
    if isinstance(found, Unreadable):
        raise found
    return found


def read_history() -> dict[str, Any]:
    """Return the units of each period that is asked for, and of as many before to compare with."""
    (by, span), zone = by_and_range(), read_zone()
    starts = periods(by, span, zone, figures().first_day)
    told = {"by": by, "tz": zone.key, "from": "", "to": "", **kind(), **count(starts, zone)}
    is_compared = choice("compare", "", "before") == "before"
    return {**told, "before": count(before(starts, by), zone)} if is_compared else told


def read_zone() -> zoneinfo.ZoneInfo:
    name = request.args.get("tz", settings().zone)
    if name not in ZONES:
        raise Refused("tz", "tz must be the name of a time zone, such as Europe/Berlin.")
    return zoneinfo.ZoneInfo(name)


def count(starts: list[date], zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    """Return the units between each two neighbours of `starts`, which are days of the zone."""
    # Midnight in that zone; if clocks skip it, the moment of the skip.
    edges = [int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) // 900 for d in starts]
    units = figures().history(edges, **kind())
    rows = [{"start": start.isoformat(), "count": n} for start, n in zip(starts, units, strict=False)]
    span = {"from": rows[0]["start"], "to": (starts[-1] - timedelta(days=1)).isoformat()}
    return {**span, "total": sum(units), "periods": rows}


def badge() -> dict[str, str]:
    """Return label and message of a badge."""
    label, units = request.args.get("label", settings().unit), figures().total(**kind())
    if len(label) > 100 or NOT_XML.search(label):
        raise Refused("label", "label must be at most 100 characters that can be shown.")
    is_short = choice("style", "short", "exact") == "short"
    return {"label": label, "message": short(units) if is_short else f"{units:,}"}


def short(units: int) -> str:
    """Return 1,234 as 1.2k: rounded towards zero, never up."""
    thousands = min((len(str(abs(units))) - 1) // 3, 4)
    whole, tenth = divmod(abs(units) * 10 // 1000**thousands, 10)
    fraction = f".{tenth}" if tenth and whole < 10 else ""
    return f"{'-' if units < 0 else ''}{whole:,}{fraction}{' kMBT'[thousands].strip()}"


@routes.get("/api/sales/total")
def total() -> Response:
    return as_json({"total": figures().total()})


@routes.get("/api/sales/by-type")
def by_type() -> Response:
    return as_json({"breakdown": figures().breakdown()})


@routes.get("/api/sales/history")
def history() -> Response:
    return as_json(read_history())


@routes.get("/api/sales/badge.json")
def badge_json() -> Response:
    """Answer the schema of shields.io/badges/endpoint-badge, which allows no cacheSeconds below 300."""
    age = settings().badge_max_age_s
    return as_json({"schemaVersion": 1, **badge(), "color": "blue", "cacheSeconds": max(age, 300)}, age)


@routes.get("/api/sales/badge.svg")
def badge_svg() -> Response:
    return answer(render_template("badge.svg", **badge()), SVG, settings().badge_max_age_s)


@routes.get("/api/sales/chart.svg")
def chart_svg() -> Response:
    return answer(render_template("chart.svg", history=read_history()), SVG)


@routes.get("/")
def page() -> Response:
    history = read_history()
    told = {"history": history, "shown": Shown.of(history), "figures": figures(), "base": request.host_url}
    body = render_template("page.html", **told)
    return answer(body, "text/html; charset=utf-8")


@routes.get("/feed.xml")
def feed() -> Response:
    body = render_template("feed.xml", milestones=figures().milestones(), base=request.host_url)
    return answer(body, "application/atom+xml; charset=utf-8")


@routes.get(f"/<any({', '.join(map(repr, FILES))}):name>")
def file(name: str) -> Response:
    return answer((HERE / "templates" / name).read_text("utf-8"), FILES[name])


@routes.get("/health")
def health() -> Response:
    """Return the state of the database; 503 only if nothing can be answered at all."""
    try:
        # A real query, because the first page of a damaged file may be whole.
        more = {} if figures().types else {"detail": "There is no database yet."}
        source = figures().source
        if source is not None and source.is_cut_off():
            return as_json({"status": "degraded", "detail": CUT_OFF}, -1)
        return as_json({"status": "ok"} | more, -1)
    except Unreadable as error:
        if not request.environ["reader.good_at"]:
            return problem(503, UNREADABLE)
        is_gone = isinstance(error, NotThere)
        detail = "The database is gone; the last answers are repeated." if is_gone else UNREADABLE
        return as_json({"status": "degraded", "detail": detail}, -1)


def is_for_a_person() -> bool:
    """Tell whether a browser asks for a page; programs, which take anything, are answered in JSON."""
    accepted = request.accept_mimetypes
    return not request.path.startswith("/api/") and accepted["text/html"] > accepted["application/json"]


def error_page(status: int, detail: str) -> Response:
    """Answer an error as a page that leads home, from however far below."""
    home = "../" * (request.path.count("/") - 1) or "./"
    body = render_template("error.html", status=status, detail=detail, home=home)
    return answer(body, "text/html; charset=utf-8", status=status)


def on_error(error: Exception) -> Response:
    """Answer every error without internal details: a page to a browser, problem details to a program."""
    if isinstance(error, HTTPException) and (status := error.code or 500) < 500:
        more = {"errors": error.errors} if isinstance(error, Refused) else {}
        sentence = SENTENCES.get(status, error.description or "The request was not understood.")
        response = error_page(status, sentence) if is_for_a_person() else problem(status, sentence, **more)
        response.headers.extend((name, value) for name, value in error.get_headers() if name == "Allow")
        return response
    if not isinstance(error, Unreadable):
        log.error("unexpected error", exc_info=error)
    if request.path == "/api/sales/badge.json":  # shown as an image, so the error must be a badge too
        told = {"schemaVersion": 1, "label": settings().unit, "message": "not known", "color": "lightgrey"}
        return as_json({**told, "isError": True}, -1)
    response = problem(503, UNREADABLE if isinstance(error, Unreadable) else "Something went wrong here.")
    response.headers["Retry-After"] = "2"
    return response
