"""The frame round every page: menu, search, who is signed in, what was done; and how values are shown."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from markupsafe import Markup

from writer.config import Config
from writer.lib import money
from writer.web import times, toasts
from writer.web.menu import AREAS, NEW, ON_PHONES, SETTINGS, Area, Link
from writer.web.paging import page_url

_LONGEST_SHOWN = 200_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Entry(NamedTuple):
    """One page in the menu."""

    label: str
    address: str
    icon: str
    todo: int  # what somebody has to do there; 0: nothing
    is_here: bool


class ShownArea(NamedTuple):
    """One area in the menu; `entries` are its pages, empty where it has only the one it leads to."""

    label: str
    address: str
    icon: str
    todo: int
    is_open: bool
    entries: list[Entry]


class Frame(NamedTuple):
    """What base.html shows round a page; without `areas` the page stands alone, as the sign-in does."""

    theme: str | None  # "light" or "dark"; None: as the system
    areas: Sequence[ShownArea] = ()
    settings: ShownArea | None = None
    on_phone: Sequence[ShownArea] = ()
    new: Sequence[Link] = ()
    open_notices: int = 0


def register(app: Flask, config: Config) -> None:
    """Give `app` CSRF tokens for forms, and what base.html and the macros ask for."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # people.auth calls it, and
        WTF_CSRF_SSL_STRICT=False,  # checks the Referer itself, to say what is wrong with it
        WTF_CSRF_TIME_LIMIT=None,  # good as long as the session
    )
    app.config.setdefault("WTF_CSRF_ENABLED", True)
    CSRFProtect(app)
    app.context_processor(_frame)
    app.jinja_env.globals.update(
        shop_name=config.shop_name,
        banner=config.banner,
        page_url=page_url,
        money=money.to_text,
        number=times.number,
        plural=times.plural,
        toasts=toasts.pending,
    )
    for shown in (times.ago, times.when, times.day, times.short_day, times.iso, laid_out, well_formed):
        app.jinja_env.filters[shown.__name__] = shown
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def laid_out(raw: str | bytes) -> str:
    """Show JSON a store sent, a line for each of its parts; what is no JSON as it is, what is huge cut."""
    text = raw.decode(errors="replace") if isinstance(raw, bytes) else raw
    if len(text) > _LONGEST_SHOWN:
        return f"{text[:_LONGEST_SHOWN]}\n… and more"
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}\n… and more"


def well_formed(markup: str) -> Markup:
    """Replace the characters that XML cannot contain, which a name from the shell may have."""
    return Markup(_NOT_XML.sub("\ufffd", markup))  # it was escaped when it was rendered


def _frame() -> dict[str, Any]:
    # Only what the gate has read: this must not touch the database, an error page is framed too.
    actor = g.get("actor")
    theme = getattr(actor, "theme", None)
    if actor is None or actor.must_change_password:
        return {"signed_in": actor, "frame": Frame(theme)}
    is_admin, counts = actor.role == "admin", g.get("counts", {})
    areas = [area for each in AREAS if (area := _area(each, is_admin, counts)) is not None]
    on_phone = [area for area in areas if area.label in ON_PHONES]
    settings, new = _area(SETTINGS, is_admin, counts), _there(NEW, is_admin)
    return {
        "signed_in": actor,
        "frame": Frame(theme, areas, settings, on_phone, new, counts.get("/notices", 0)),
    }


def _area(area: Area, is_admin: bool, counts: dict[str, int]) -> ShownArea | None:
    links = _there(area.links, is_admin)
    if not links:
        return None
    here = _most_exact(links)
    entries = [
        Entry(link.label, link.address, link.icon, counts.get(link.address, 0), link is here)
        for link in links
    ]
    count = sum(entry.todo for entry in entries if entry.address != "/notices")
    is_open = here is not None and _is_the_best(here)
    return ShownArea(
        area.label, links[0].address, area.icon, count, is_open, entries if len(links) > 1 else []
    )


def _there(links: list[Link], is_admin: bool) -> list[Link]:
    """Return the links that there are pages for, and that this user may open."""
    paths = _paths()
    return [link for link in links if link.path in paths and (is_admin or not link.is_for_admins)]


def _paths() -> frozenset[str]:
    known: frozenset[str] | None = current_app.extensions.get("menu_paths")
    if known is None:
        rules = current_app.url_map.iter_rules()
        known = frozenset(rule.rule for rule in rules if "GET" in (rule.methods or ()))
        current_app.extensions["menu_paths"] = known
    return known


def _most_exact(links: list[Link]) -> Link | None:
    """Return the link of the page that is shown: of several that fit, the one that says most."""
    query = request.args.to_dict()
    fitting = [
        link for link in links if (link.path != "/" or request.path == "/") and link.fits(request.path, query)
    ]
    return max(fitting, key=lambda link: len(link.address), default=None)


def _is_the_best(link: Link) -> bool:
    every = [each for area in (*AREAS, SETTINGS) for each in area.links]
    best = _most_exact(every)
    return best is not None and best.address == link.address
