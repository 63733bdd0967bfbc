"""Pages of the inbox: what is to be sorted, what a choice would do, and what was decided, to take it back."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response

from writer.db import database, reading, transaction
from writer.lib.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from writer.orders.to_sort import sortings
from writer.orders.to_sort.follow import follow_for
from writer.orders.to_sort.sources import Entry, Foreseen, Settled, Source, sources
from writer.people import auth
from writer.sales import product_types
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("to_sort", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]
_DECISIONS_SHOWN = 5


@bp.get("/to-sort")
def unmatched_lines() -> str:
    """List what is to be sorted, of one source or of all."""
    return _inbox()


@bp.post("/to-sort")
def settle_unmatched() -> Answer:
    """Settle one entry: count it as something, map it, or leave it alone; or show what that would do."""
    sent = {name: value.replace("\0", "") for name, value in request.form.items()}
    sent.setdefault("do", sent.get("preview", ""))
    source = next((found for found in sources() if found.name == sent.get("source", "lines")), None)
    if source is None:
        raise NotFound("There is nothing of this kind to sort.")
    try:
        if "preview" in sent:
            return _what_it_would_do(source, sent)
        with transaction() as db:
            settled = source.settle(db, auth.store_scope(), auth.actor().name, sent)
    except NotFound as error:
        flash(error.sentence, "warning")
        return redirect(_inbox_url(), 303)
    except (Invalid, Conflict) as error:
        return _inbox(sent, error), 422
    say_settled(settled)
    return redirect(_inbox_url(), 303)


@bp.get("/to-sort/decisions")
def decisions() -> str:
    """List what was decided, newest first."""
    with reading() as db:
        page = asked_page(sortings.count_history(db, auth.store_scope()), size=50)
        rows = sortings.list_history(db, auth.store_scope(), page.size, page.offset)
    return render_template("to_sort/decisions.html", page=page, decided=_described(rows))


@bp.post("/to-sort/decisions/<int:sorting_id>/take-back")
def take_back(sorting_id: int) -> Response:
    """Take a decision back: its order lines count as if it had never been."""
    try:
        with transaction() as db:
            _check_may_take_back(sortings.get(db, auth.store_scope(), sorting_id))
            row = sortings.take_back(db, auth.store_scope(), auth.actor().name, sorting_id)
    except Conflict as error:
        flash(error.sentence, "warning")
        return redirect(_came_from(), 303)
    is_done = follow_for(database(), sorting_id)
    rest = "" if is_done else " The rest of the order lines follows in the background."
    toasts.say(f"Taken back: {row.actor} {sortings.describe(row)}.{rest}")
    return redirect(_came_from(), 303)


def _check_may_take_back(row: Row[Any]) -> None:
    if not _may_take_back(row):
        raise Forbidden("Only an admin may do this.")


def _may_take_back(row: Row[Any]) -> bool:
    return auth.actor().role == "admin" or not sortings.kind_of(row.kind).is_for_admins


def say_settled(settled: Settled) -> None:
    """Let order lines follow a decision for a moment, and say what was done, with Undo."""
    is_done = follow_for(database(), settled.sorting_id)
    with reading() as db:
        lines = sortings.get(db, auth.store_scope(), settled.sorting_id).lines
    sentence = settled.sentence
    # The number could reveal orders of stores that this person may not see.
    if auth.store_scope().is_all and lines:
        sentence += f" {lines:,} order line{' was' if lines == 1 else 's were'} counted."
    if not is_done:
        sentence += " The rest of the order lines follows in the background."
    toasts.say(sentence, undo=url_for("to_sort.take_back", sorting_id=settled.sorting_id))


def _came_from() -> str:
    """Return the page of this installation that the form was on, else the inbox."""
    here, referrer = request.host_url, request.referrer or ""
    if not referrer.startswith(here):
        return _inbox_url()
    # Browsers read "//host" and "/\\host" as another host.
    return "/" + referrer.removeprefix(here).lstrip("/\\")


def _inbox_url() -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in ("view", "page") if request.args.get(name)}
    return url_for("to_sort.unmatched_lines", **kept)


def _inbox(sent: Mapping[str, str] | None = None, error: DomainError | None = None) -> str:
    """Render the list; a refused form shows its error at the entry that it is about."""
    store_scope = auth.store_scope()
    view = request.args.get("view", "")
    with reading() as db:
        counts = {source.name: source.count(db, store_scope) for source in sources()}
        shown = [source for source in sources() if view in ("", source.name)] or sources()
        page = asked_page(sum(counts[source.name] for source in shown), size=25)
        entries = _entries(db, shown, counts, page.size, page.offset)
        pairs = active_pairs(db)
        known = [rule.prefix for rule in product_types.list_rules(db)]
        history = _described(sortings.list_history(db, store_scope, _DECISIONS_SHOWN))
        is_by_types = product_types.get_counting(db) == "types"
    refusal = " ".join([*error.errors.values()] or [error.sentence]) if error is not None else ""
    return render_template(
        "to_sort/index.html",
        tabs=_tabs(counts, view),
        is_by_types=is_by_types,
        page=page,
        entries=entries,
        pairs=pairs,
        known=known,
        history=history,
        sent=sent or {},
        refusal=refusal,
        refused_at=_index_of(entries, sent or {}),
    )


def _tabs(counts: Mapping[str, int], view: str) -> list[dict[str, Any]]:
    """Return the tabs: all of it, and each source that has something."""
    address, every = url_for("to_sort.unmatched_lines"), sum(counts.values())
    tabs = [{"name": "All", "href": address, "count": every, "is_here": view not in counts, "is_todo": False}]
    for source in sources():
        if counts[source.name] or view == source.name:
            tabs.append(
                {
                    "name": source.title,
                    "href": url_for("to_sort.unmatched_lines", view=source.name),
                    "count": counts[source.name],
                    "is_here": view == source.name,
                    "is_todo": True,
                }
            )
    return tabs


def _index_of(entries: list[Entry], sent: Mapping[str, str]) -> int | None:
    """Return which entry a form was about; None: it is not on this page any more."""
    about = {"source": "lines", **sent}
    for index, entry in enumerate(entries):
        if all(about.get(name, "").strip() == value for name, value in entry.fields.items()):
            return index
    return None


def _entries(
    db: Connection, shown: list[Source], counts: Mapping[str, int], limit: int, offset: int
) -> list[Entry]:
    """Return a page of the sources' entries, one source after the other."""
    found: list[Entry] = []
    for source in shown:
        wanted = limit - len(found)
        if wanted > 0 and offset < counts[source.name]:
            found += source.entries(db, auth.store_scope(), wanted, offset)
        offset = max(0, offset - counts[source.name])
    return found


def active_pairs(db: Connection) -> dict[str, str]:
    """Return the name of each active type, by its value in a select."""
    return {
        str(row.id): product_types.named(row.model, row.variant)
        for row in product_types.list_types(db)
        if row.is_active
    }


def _what_it_would_do(source: Source, sent: Mapping[str, str]) -> str:
    """Show what a choice would do, with the buttons to do it and to go back."""
    with reading() as db:
        foreseen = source.foresee(db, auth.store_scope(), sent)
    return show_preview(foreseen, sent, url_for("to_sort.settle_unmatched"), _inbox_url())


def show_preview(foreseen: Foreseen, sent: Mapping[str, str], action: str, back: str) -> str:
    """Show what a decision would do; its button sends the same fields to `action`."""
    is_all = auth.store_scope().is_all
    return render_template(
        "to_sort/preview.html",
        question=foreseen.question,
        # The numbers could reveal orders of stores that this person may not see.
        found=foreseen.found if is_all else None,
        sent={name: value for name, value in sent.items() if name not in ("preview", "csrf_token")},
        action=action,
        back=back,
    )


def _described(rows: list[Any]) -> list[dict[str, Any]]:
    """Return decisions as the history shows them."""
    return [
        {"row": row, "words": sortings.describe(row), "may_take_back": _may_take_back(row)} for row in rows
    ]
