"""The reader: the public numbers of the ledger as JSON, badge, chart, feed and page; read-only.

One file that knows the database's `public_...` views and nothing of the writer. `Source` is one thread's
connection, `Figures` the numbers that may be public, the routes turn figures into answers, and `Keeper`, a
thin layer before Flask, repeats finished answers for as long as nothing changed.
"""

import gzip
import hashlib
import json
import logging
import mmap
import os
import re
import sqlite3
import threading
import time
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from dotenv.parser import parse_stream
from flask import Blueprint, Flask, Response, current_app, render_template, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, HTTPException

HERE = Path(__file__).resolve().parent
PARAMETERS = ("by", "from", "to", "model", "variant", "tz", "label", "style")  # all others are ignored
DEFAULTS = {
    "DATABASE_URL": "sqlite:///data/sales.db",
    "CORS_ORIGINS": "*",
    "PUBLIC_TITLE": "One ROM",
    "PUBLIC_UNIT": "sold",
    "PUBLIC_TZ": "UTC",
    "PUBLIC_MAX_AGE": "60",
    "PUBLIC_BADGE_MAX_AGE": "300",
    "PUBLIC_STALE": "600",
    "READER_WORKERS": "2",
    "READER_THREADS": "4",
    "LOG_LEVEL": "info",
}
AGES = ("PUBLIC_MAX_AGE", "PUBLIC_BADGE_MAX_AGE", "PUBLIC_STALE")  # seconds
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NAMES_ITSELF = ("/", "/feed.xml")  # contain the address of their request
LONGEST_HISTORY = 400  # periods
MOST_KEPT = 200  # answers, of 90 kB at most
ZONES = frozenset(zoneinfo.available_timezones())  # read once, because it searches the disk
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
UNREADABLE = (
    "The database cannot be read. Let the reader's user read the writer's data folder, which may be mounted"
    " read-only, with the -wal and -shm files that stand beside sales.db: see data/README.md."
)
CUT_OFF = "The primary database is away; the totals are of the last commit that arrived at this standby."
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
JSON, SVG, PROBLEM = "application/json", "image/svg+xml", "application/problem+json"
FILES = {
    "embed.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "openapi.json": JSON,
}
# Of the writer's list in docs/errors.md.
CODES = {404: "not_found", 405: "method_not_allowed", 503: "service_unavailable"}
SENTENCES = {404: "There is nothing at this address.", 405: "This address is only for reading: use GET."}
routes = Blueprint("public", __name__)
log = logging.getLogger("reader")


class SettingError(SystemExit):
    """A setting is unusable; the text is a sentence that names it. It stops the start."""


class Settings(NamedTuple):
    """The settings of the reader, from the environment and the `.env` file below it."""

    database: str  # path of the SQLite file, or address of PostgreSQL
    is_sqlite: bool
    origins: frozenset[str]  # the sites whose pages may read; empty: all
    zone: str
    title: str
    unit: str
    log_level: str
    workers: int
    threads: int
    max_age_s: int
    badge_max_age_s: int
    stale_s: int


def load(given: Mapping[str, str] | None = None) -> Settings:
    """Return the settings; SettingError names the first that is unusable."""
    if given is None:
        given = {**read_env_file(HERE.parent / ".env"), **os.environ}
    value = {name: given.get(name) or default for name, default in DEFAULTS.items()}
    scheme, _, rest = value["DATABASE_URL"].strip().partition("://")
    if scheme not in ("sqlite", "postgresql+psycopg") or not rest.strip("/"):
        raise SettingError("DATABASE_URL must be sqlite:///<file> or postgresql+psycopg://<address>.")
    origins = frozenset(value["CORS_ORIGINS"].replace(" ", "").split(",")) - {"*"}
    if not all(re.fullmatch(r"https?://[^\s/]+", origin) for origin in origins):
        raise SettingError("CORS_ORIGINS must be * or origins such as https://example.com, with commas.")
    zone = value["PUBLIC_TZ"]
    if zone not in ZONES:
        raise SettingError("PUBLIC_TZ must be the name of a time zone, such as Europe/Berlin.")
    for name in AGES:
        if not re.fullmatch("[0-9]{1,8}", value[name]):
            raise SettingError(f"{name} must be a whole number of seconds.")
    for name in ("READER_WORKERS", "READER_THREADS"):
        if not re.fullmatch("[1-9][0-9]?", value[name]):
            raise SettingError(f"{name} must be a whole number from 1 to 99.")
    log_level = value["LOG_LEVEL"].strip().upper()
    if log_level not in LOG_LEVELS:
        raise SettingError(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS).lower()}.")
    is_sqlite = scheme == "sqlite"
    database = str(HERE.parent / rest[1:]) if is_sqlite else f"postgresql://{rest}"
    words = value["PUBLIC_TITLE"], value["PUBLIC_UNIT"], log_level
    numbers = (int(value[name]) for name in ("READER_WORKERS", "READER_THREADS", *AGES))
    return Settings(database, is_sqlite, origins, zone, *words, *numbers)


def read_env_file(path: Path) -> dict[str, str]:
    """Return the settings in a `.env` file, by the rule in README; nothing where there is no file."""
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{path.name} cannot be read: {error}.") from None
    found = {}
    for line in parse_stream(StringIO(text)):
        if line.error or (line.key is not None and line.value is None):
            blank = len(line.original.string) - len(line.original.string.lstrip())
            number = line.original.line + line.original.string[:blank].count("\n")
            raise SettingError(f"Line {number} of {path.name} cannot be read: README has the rule.")
        if line.key is not None:
            found[line.key] = line.value or ""
    return found


class Unreadable(Exception):
    """The database cannot be read just now; the text is the database's, for the log."""


class NotThere(Unreadable):
    """There is no database, or it was not migrated yet."""


class Source(threading.local):
    """One thread's read-only connection, and the last state it saw."""

    maps: ClassVar[dict[tuple[int, int], mmap.mmap]] = {}
    mapping = threading.Lock()

    def __init__(self, settings: Settings) -> None:
        self.path, self.is_sqlite = settings.database, settings.is_sqlite
        self.connection: Any = None
        self.file: tuple[int, ...] = ()
        self.index: mmap.mmap | None = None  # None: there is no -wal file
        self.seen: tuple[Any, ...] = ()
        self.token: tuple[Any, ...] = ()
        self.trouble, self.rest_until = "", 0.0
        self.errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError, ValueError)
        if not self.is_sqlite:
            import psycopg  # installed only if PostgreSQL is used

            self.connect, self.errors = psycopg.connect, (psycopg.Error, OSError)

    def look(self) -> tuple[Any, ...]:
        """Return the token of the present state: rounding, cutoff and more; equal tokens, equal answers.

        It changes with each quarter hour too, because delays end and days begin then. SQLite is queried only
        after another process's commit, which the header of its -shm file shows; PostgreSQL each time.
        """
        now = time.time()
        quarter = int(now) // 900
        try:
            if self.is_sqlite:
                stat = os.stat(self.path)
                file = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
                if self.connection is None or file != self.file or (self.index is None and self._has_wal()):
                    self._open_file(file)
                seen = (self.index and self.index[:48], quarter)
                if seen == self.seen:
                    return self.token
                self.seen = seen
            elif self.connection is None:
                self._open_server(now)
            query = "SELECT rounding, cutoff, setting, version, changed_at FROM public_dial"
            dial = self.connection.execute(query).fetchone()
            if dial is None:
                raise OSError("public_state has no row")
            self.token = (*dial, quarter, self.file)
            return self.token
        except self.errors as error:
            if now >= self.rest_until:  # so that answers continue while the server or the network hangs
                self.trouble, self.rest_until = str(error), time.time() + 5 * (time.time() - now)
            raise self._refused(error) from error

    def ask(self, query: str, *values: object) -> list[Any]:
        """Run a query and return all rows; parameters are written `?`."""
        try:
            if self.connection is None:
                raise OSError("closed after an error")
            sql = query if self.is_sqlite else query.replace("?", "%s")
            return list(self.connection.execute(sql, values).fetchall())
        except self.errors as error:
            raise self._refused(error) from error

    def is_cut_off(self) -> bool:
        """Tell whether this is a standby of PostgreSQL that receives nothing from its primary."""
        query = "SELECT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"
        return not self.is_sqlite and bool(self.ask(query)[0][0])

    def close(self) -> None:
        """Close the connection; the next look opens another."""
        connection, self.connection, self.seen = self.connection, None, ()
        if connection is not None:
            with suppress(*self.errors):
                connection.close()

    def _refused(self, error: Exception) -> Exception:
        self.close()
        is_empty = "no such table" in str(error) or getattr(error, "sqlstate", "") == "42P01"
        is_gone = self.is_sqlite and not os.path.exists(self.path)
        return (NotThere if is_empty or is_gone else Unreadable)(str(error))

    def _open_file(self, file: tuple[int, ...]) -> None:
        """Open the present file: after a rename, connections stay on the old one."""
        self.close()
        # Without a -wal the writer is closed, and reading must not create one: without the
        # right to write it fails, and with it the file would be ours and lock the writer out.
        self.index = self._map_index() if self._has_wal() else None
        address = f"file:{quote(self.path)}?mode=ro{'' if self.index else '&immutable=1'}"
        self.connection = sqlite3.connect(address, uri=True, timeout=0.1, isolation_level=None)
        self.connection.text_factory = lambda text: text.decode(errors="replace")
        self.file = file

    def _has_wal(self) -> bool:
        return os.path.exists(f"{self.path}-wal")

    def _map_index(self) -> mmap.mmap:
        """Map the header that SQLite compares to notice a commit (sqlite.org/walformat.html, 2.2).

        Never closed: closing any descriptor of a file releases all locks of this process on it, SQLite's too.
        """
        path = f"{self.path}-shm"
        stat = os.stat(path)
        with self.mapping:
            key = (stat.st_dev, stat.st_ino)
            if key not in self.maps:
                self.maps[key] = mmap.mmap(os.open(path, os.O_RDONLY), 48, prot=mmap.PROT_READ)
            return self.maps[key]

    def _open_server(self, now: float) -> None:
        if now < self.rest_until:
            raise OSError(self.trouble)
        # Compiling such a query takes seconds, running it milliseconds.
        limits = "-c statement_timeout=5s -c lock_timeout=200ms -c jit=off"
        told: Any = {"options": f"-c default_transaction_read_only=on {limits}", "tcp_user_timeout": 2000}
        self.connection = self.connect(self.path, autocommit=True, connect_timeout=2, **told)
        self.connection.prepare_threshold = 0


class Figures:
    """The numbers that may be public. Quarters are quarter hours since 1970, UTC."""

    def __init__(self, source: Source | None, token: Sequence[Any] = (1, None)) -> None:
        self.source = source  # None: no database yet, so nothing sold
        self.rounding, self.cutoff = token[:2]  # cutoff: the first quarter not shown yet; None: all are

    def ask(self, query: str, *values: object) -> list[Any]:
        return self.source.ask(query, *values) if self.source else []

    @cached_property
    def types(self) -> list[Any]:
        """Model, variant, exact units, last change; without names for types that only the total counts."""
        return self.ask("SELECT model, variant, count, changed_at FROM public_types")

    def shown(self, units: int) -> int:
        """Return units rounded as the privacy settings say."""
        return units - units % int(self.rounding)

    def of(self, model: str | None, variant: str | None) -> list[int]:
        """Return the exact units of the requested types; none if no public type matches."""
        return [int(row[2]) for row in self.types if model in (None, row[0]) and variant in (None, row[1])]

    def total(self, model: str | None = None, variant: str | None = None) -> int:
        return self.shown(sum(self.of(model, variant)))

    def breakdown(self) -> list[dict[str, Any]]:
        named = sorted((str(row[0]), str(row[1]), int(row[2])) for row in self.types if row[0] is not None)
        shown = [{"model": model, "variant": variant, "count": self.shown(n)} for model, variant, n in named]
        return [row for row in shown if row["count"]]

    def history(self, edges: Sequence[int], model: str | None, variant: str | None) -> list[int]:
        """Return the units between each two neighbours of `edges`, which are ascending quarters.

        Rounded, they are the steps of the rounded total, as somebody who watched it has seen them.
        """
        found = self.of(model, variant)
        if not found:
            return [0] * (len(edges) - 1)
        spans = []
        for n, (start, end) in enumerate(pairwise(min(e, self.cutoff or e) for e in (*edges, 2**40))):
            first, last = -(-start // 96) * 96, end // 96 * 96  # the whole UTC days between
            spans.append(f"({n},{start},{min(first, end)},{last if first <= last else end},{end})")
        asked = {name: value for name, value in (("model", model), ("variant", variant)) if value is not None}
        kind = "".join(f" AND {name} = ?" for name in asked)
        rows = self.ask(
            f"WITH spans (n, a, b, c, d) AS (VALUES {','.join(spans)}) SELECT"
            f" (SELECT sum(count) FROM public_quarters WHERE quarter >= a AND quarter < b{kind}),"
            f" (SELECT sum(count) FROM public_days WHERE day >= b / 96 AND day < c / 96{kind}),"
            f" (SELECT sum(count) FROM public_quarters WHERE quarter >= c AND quarter < d{kind})"
            " FROM spans ORDER BY n",
            *[*asked.values()] * 3,
        )
        reached = [sum(found)]
        for row in reversed(rows):
            reached.insert(0, reached[0] - sum(int(part or 0) for part in row))
        return [self.shown(after) - self.shown(before) for before, after in pairwise(reached[:-1])]

    def milestones(self) -> list[tuple[int, date]]:
        """Return 100, 500, 1000, 5000 ... with the first UTC day at whose end each was passed."""
        days = self.ask("SELECT day, sum(count) FROM public_days GROUP BY day ORDER BY day")
        if self.cutoff is not None:  # the day the delay ends in is not whole
            query = "SELECT coalesce(sum(count), 0) FROM public_quarters WHERE quarter >= ?"
            days += [(self.cutoff // 96, row[0]) for row in self.ask(query, self.cutoff // 96 * 96)]
        # The opening balance is the only row without a sale, so its day is unknown.
        units = sum(int(row[2]) for row in self.types if row[3] is None)
        goals = [step * 10**power for power in range(2, 13) for step in (1, 5)]
        waiting = [goal for goal in goals if goal > units and goal % self.rounding == 0]
        passed = []
        for day, sold in days:
            units += int(sold)
            while waiting and units >= waiting[0]:
                passed.append((waiting.pop(0), date(1970, 1, 1) + timedelta(days=int(day))))
        return passed

    def updated(self) -> str | None:
        """Return when the figures last changed; None: never, or rounded numbers, whose time reveals more."""
        if self.rounding > 1:
            return None
        if self.cutoff is not None:
            return f"{datetime.fromtimestamp(self.cutoff * 900, UTC):%Y-%m-%d %H:%M} UTC"
        return max((f"{str(row[3])[:16]} UTC" for row in self.types if row[3] is not None), default=None)


class Refused(BadRequest):
    """A parameter's value cannot be used; `errors` says which and why."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.errors = {name: sentence}


def settings() -> Settings:
    found: Settings = current_app.config["READER"]
    return found


def figures() -> Figures:
    """Return the figures of this request. Raises Unreadable."""
    found: Figures | Unreadable = request.environ["reader.figures"]
    if isinstance(found, Unreadable):
        raise found
    return found


def answer(body: str, content_type: str, age_s: int | None = None, status: int = 200) -> Response:
    """Return an answer that may be cached for `age_s` or as long as the settings say; errors never."""
    age = settings().max_age_s if age_s is None else age_s
    keep = f"public, max-age={age}, stale-while-revalidate={settings().stale_s}"
    headers = {"Cache-Control": keep if age >= 0 and status == 200 else "no-store"}
    if content_type not in (JSON, PROBLEM):  # a name from the address or the shell may hold anything
        body = NOT_XML.sub("\ufffd", body)
    if content_type.startswith(("text/html", SVG)):
        headers["Content-Security-Policy"] = POLICY
    return Response(body, status, headers, content_type=content_type)


def as_json(body: Mapping[str, Any], age_s: int | None = None) -> Response:
    return answer(json.dumps(body, ensure_ascii=False), JSON, age_s)


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return an error as problem details (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"code": CODES.get(status, "bad_request"), "detail": detail}
    return answer(json.dumps(body | more), PROBLEM, status=status)


def choice(name: str, *allowed: str) -> str:
    """Return the parameter's value; the first allowed one if it is absent."""
    value = request.args.get(name, allowed[0])
    if value not in allowed:
        raise Refused(name, f"{name} must be one of {', '.join(allowed)}.")
    return value


def kind() -> dict[str, str | None]:
    return {"model": request.args.get("model"), "variant": request.args.get("variant")}


def day(name: str, default: date) -> date:
    value = request.args.get(name, default.isoformat())
    if re.fullmatch(r"(19[7-9]|2[0-8][0-9])[0-9]-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Refused(name, f"{name} must be a date from 1970-01-01 to 2899-12-31, such as 2026-11-20.")


def periods(by: str, zone: zoneinfo.ZoneInfo) -> list[date]:
    """Return the first day of each whole period that `from` to `to` touches, and of the next one."""
    last = day("to", datetime.now(zone).date())
    back = timedelta(days={"day": 29, "week": 175, "month": 335}[by])
    first = day("from", max(last - back, date(1970, 1, 1)))
    if first > last:
        raise Refused("from", "from must not be later than to.")
    starts = [first - timedelta(days={"day": 0, "week": first.weekday(), "month": first.day - 1}[by])]
    while starts[-1] <= last and len(starts) <= LONGEST_HISTORY + 1:
        month = (starts[-1].replace(day=28) + timedelta(days=4)).replace(day=1)
        starts.append(month if by == "month" else starts[-1] + timedelta(days=7 if by == "week" else 1))
    if len(starts) > LONGEST_HISTORY + 1:
        raise Refused("from", f"from is too early: at most {LONGEST_HISTORY} periods are answered.")
    return starts


def read_history() -> dict[str, Any]:
    by, name = choice("by", "day", "week", "month"), request.args.get("tz", settings().zone)
    if name not in ZONES:
        raise Refused("tz", "tz must be the name of a time zone, such as Europe/Berlin.")
    zone = zoneinfo.ZoneInfo(name)
    starts = periods(by, zone)
    # Midnight in that zone; if clocks skip it, the moment of the skip.
    edges = [int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) // 900 for d in starts]
    units = figures().history(edges, **kind())
    rows = [{"start": start.isoformat(), "count": n} for start, n in zip(starts, units, strict=False)]
    span = {"from": rows[0]["start"], "to": (starts[-1] - timedelta(days=1)).isoformat()}
    return {"by": by, "tz": name, **span, **kind(), "total": sum(units), "periods": rows}


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
    told = {"history": read_history(), "figures": figures(), "base": request.host_url}
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


def on_error(error: Exception) -> Response:
    """Answer every error as problem details, without internal details."""
    if isinstance(error, HTTPException) and (status := error.code or 500) < 500:
        more = {"errors": error.errors} if isinstance(error, Refused) else {}
        sentence = SENTENCES.get(status, error.description or "The request was not understood.")
        response = problem(status, sentence, **more)
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


class Kept(NamedTuple):
    """A finished answer and the state of the database that it is valid for."""

    token: tuple[Any, ...] | None
    status: str
    forms: list[
        tuple[bytes, str, list[tuple[str, str]]]
    ]  # body, ETag, headers; plain, and compressed if that is smaller


class Keeper:
    """The thin layer before Flask: cached answers, and the HTTP headers of every answer."""

    def __init__(self, flask: WSGIApplication, settings: Settings) -> None:
        self.flask, self.origins, self.source = flask, settings.origins, Source(settings)
        # The privacy settings and the answers made with them; older answers are never repeated.
        self.kept: tuple[int | None, dict[tuple[str, ...], Kept]] = (None, {})
        self.good_at = 0.0  # when an answer was last known to be valid; 0: never
        self.trouble = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key, token = self._key(environ), None
        setting, answers = self.kept
        try:
            token = self.source.look()
            found: Figures | Unreadable = Figures(self.source, token)
            if token[2] != setting:
                self.kept = setting, answers = token[2], {}
        except Unreadable as error:
            found = Figures(None) if isinstance(error, NotThere) and not self.good_at else error
            self._log(error)
        kept = answers.get(key)
        if kept and kept.token == token:
            self.good_at, self.trouble = time.time(), ""
            return self._give(environ, start_response, kept)
        if not kept or token:
            told = {"reader.figures": found, "reader.good_at": self.good_at}
            made = self._make({**environ, **told}, key, token)
            if token and made.status < "5":
                self.good_at, self.trouble = time.time(), ""
            if made.token:
                if len(answers) >= MOST_KEPT:
                    answers.clear()
                answers[key] = made
            if not kept or made.status < "5":
                return self._give(environ, start_response, made)
        age = ("Age", str(int(time.time() - self.good_at)))
        return self._give(environ, start_response, kept, age, ("Warning", '110 - "Response is stale"'))

    def _key(self, environ: WSGIEnvironment) -> tuple[str, ...]:
        """Return what an answer depends on besides the database; () if it is not cached."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return ()
        if query:  # the first of several values counts; an empty one counts as absent
            told = dict(reversed(parse_qsl(query)))
            query = urlencode([(name, told[name]) for name in PARAMETERS if name in told])
        if path in NAMES_ITSELF:
            return path, query, environ["wsgi.url_scheme"], environ.get("HTTP_HOST", "")
        return path, query

    def _log(self, error: Exception) -> None:
        """Log an error when it begins, not with each request."""
        if str(error) != self.trouble:
            self.trouble = str(error)
            log.warning("the database cannot be read: %s", error)

    def _make(self, environ: WSGIEnvironment, key: tuple[str, ...], token: tuple[Any, ...] | None) -> Kept:
        """Have Flask make the answer and add its headers; without a token it is not cached."""
        if key:
            environ |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key[1]}
        response = Response.from_app(self.flask, environ, buffered=True)
        is_good, body, headers = response.status_code == 200, response.get_data(), response.headers
        headers.update({"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin"})
        headers.update({} if self.origins else {"Access-Control-Allow-Origin": "*"})
        if is_good and environ["REQUEST_METHOD"] == "OPTIONS":
            headers.update(PREFLIGHT)
            told = [(name, value) for name, value in headers.items() if not name.startswith("Content-")]
            return Kept(None, "204 No Content", [(b"", "", told)])
        packed = gzip.compress(body, 9, mtime=0) if is_good and len(body) > 700 else b""
        vary = [name for name, so in (("Accept-Encoding", packed), ("Origin", self.origins)) if so]
        headers.update({"Vary": ", ".join(vary)} if vary else {})
        tag = hashlib.blake2b(body, digest_size=12).hexdigest() if is_good else ""
        forms = [_form(body, headers, tag)]
        if packed:
            forms.append(_form(packed, headers | {"Content-Encoding": "gzip"}, f"{tag}-gzip"))
        is_kept = key and is_good and headers["Cache-Control"] != "no-store"
        return Kept(token if is_kept else None, response.status, forms)

    def _give(
        self, environ: WSGIEnvironment, start_response: StartResponse, kept: Kept, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        accepted, status = environ.get("HTTP_ACCEPT_ENCODING", ""), kept.status
        is_packed = len(kept.forms) > 1 and "gzip" in accepted and not NO_GZIP.search(accepted)
        body, tag, headers = kept.forms[is_packed]
        if self.origins and (origin := environ.get("HTTP_ORIGIN")) in self.origins:
            more += (("Access-Control-Allow-Origin", origin),)
        if more:
            headers = [*headers, *more]
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and tag and (known == "*" or tag in re.findall(r'"[^"]*"', known)):
            status, body = "304 Not Modified", b""
            headers = [header for header in headers if not header[0].startswith("Content-")]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _form(body: bytes, headers: Headers, tag: str) -> tuple[bytes, str, list[tuple[str, str]]]:
    own = {"Content-Length": str(len(body))} | ({"ETag": f'"{tag}"'} if tag else {})
    return body, own.get("ETag", ""), list((headers | own).items())


def create_app(settings: Settings | None = None) -> Flask:
    """Return the reader on `settings`, or on the environment. Raises SettingError."""
    made = Flask("reader", root_path=str(HERE), static_folder=None)
    made.config["READER"] = settings or load()
    log.setLevel(made.config["READER"].log_level)
    made.jinja_env.filters.update(number="{:,}".format, short=short)
    made.url_map.merge_slashes = False  # no redirects: an address is exact, or unknown
    made.register_blueprint(routes)
    made.register_error_handler(Exception, on_error)
    made.wsgi_app = Keeper(made.wsgi_app, made.config["READER"])  # type: ignore[method-assign]
    return made


app = create_app()
