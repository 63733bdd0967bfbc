"""Search over everything: each area says what it finds of a text, and one page shows all of it.

`wiring.py` fills `search_sources`. A text that names one thing in full (an order's number, a SKU, an e-mail
address, a page) leads straight to it. While somebody types, the script of the search box fetches the same
answers as a part of a page (`part=1`).
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer.db import reading
from writer.lib.store_scope import StoreScope
from writer.web import search_pages

bp = Blueprint("search", __name__)
LONGEST = 200


@dataclass(frozen=True)
class Hit:
    """One thing that was found, and where its page is."""

    title: str
    href: str
    detail: str = ""
    at: datetime | None = None  # None: it has no time
    sum: str = ""  # what stands at its right end, such as its total
    is_exact: bool = False  # the text names this in full


@dataclass(frozen=True)
class Group:
    """What was found of one kind, best first."""

    title: str
    sign: str  # the name of its icon
    hits: list[Hit] = field(default_factory=list)
    more: str | None = None  # the list of all of them; None: these are all


# Each returns what it finds of a text, among the stores that are seen. Filled by wiring.py.
search_sources: list[Callable[[Connection, StoreScope, str], Group]] = []


@bp.get("/search")
def page() -> Response | str:
    """Show what is found of `q`, or lead to the one thing that it names in full."""
    text, is_part = cleaned(request.args.get("q", "")), bool(request.args.get("part"))
    groups = find(text) if text else []
    target = None if is_part else sole(groups)
    if target is not None:
        return redirect(target)
    template = "search/_results.html" if is_part else "search/index.html"
    return render_template(template, text=text, groups=groups, is_part=is_part)


def find(text: str) -> list[Group]:
    """Return what the caller of the request in hand may find; what the text names in full comes first."""
    with reading() as db:
        found = [source(db, g.actor.store_scope, text) for source in search_sources]
    pages = search_pages.find(text, g.actor.role == "admin")
    hits = [Hit(each.label, each.path, each.area, is_exact=is_exact) for each, is_exact in pages]
    return in_order([*found, Group("Pages and actions", "list", hits)])


def in_order(groups: Iterable[Group]) -> list[Group]:
    """Return the groups that found anything, those with something exact first."""
    found = [group for group in groups if group.hits]
    return sorted(found, key=lambda group: not any(hit.is_exact for hit in group.hits))


def sole(groups: Iterable[Group]) -> str | None:
    """Return the address of the one thing that the text names in full; None: there is none, or several."""
    exact = [hit.href for group in groups for hit in group.hits if hit.is_exact]
    return exact[0] if len(exact) == 1 else None


def cleaned(text: str) -> str:
    """Return what somebody typed as one line in normal form, without NUL, which no text has."""
    return " ".join(unicodedata.normalize("NFC", text[:LONGEST].replace("\0", "")).split())
