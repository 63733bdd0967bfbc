"""The frame round every page: navigation, who is signed in, how times are shown."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from markupsafe import Markup

from writer.lib import money
from writer.web.paging import page_url

_LONGEST_SHOWN = 200_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Link:
    """One entry of the navigation; shown as soon as a page answers at `path`."""

    label: str
    path: str
    icon: str
    is_for_admins: bool = False


NAV: list[tuple[str, list[Link]]] = [
    (
        "Every day",
        [
            Link("Dashboard", "/dashboard", "speedometer2"),
            Link("Sales ledger", "/sales", "receipt"),
            Link("Orders", "/orders", "bag"),
            Link("Stock", "/stock", "box-seam"),
            Link("To sort", "/to-sort", "question-circle"),
            Link("Notices", "/notices", "bell"),
        ],
    ),
    (
        "Stores",
        [
            Link("Stores", "/stores", "shop"),
            Link("Order import", "/order-import", "arrow-repeat"),
            Link("Webhook inbox", "/webhook-inbox", "inbox"),
            Link("Push status", "/push-status", "exclamation-triangle"),
        ],
    ),
    (
        "Set up",
        [
            Link("Product types", "/product-types", "tags"),
            Link("SKU rules", "/to-sort/rules", "signpost-split"),
            Link("Public page", "/public-page", "globe"),
            Link("Airtable", "/airtable", "table"),
        ],
    ),
    (
        "Settings",
        [
            Link("Audit trail", "/audit", "journal-text"),
            Link("Users", "/users", "people", is_for_admins=True),
            Link("Tokens", "/tokens", "key", is_for_admins=True),
            Link("API docs", "/docs", "braces"),
        ],
    ),
]


def register(app: Flask) -> None:
    """Give `app` the bundled Bootstrap, CSRF tokens for forms, and what base.html asks for."""
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_CHECK_DEFAULT=False,  # people.auth calls it, and
        WTF_CSRF_SSL_STRICT=False,  # checks the Referer itself, to say what is wrong with it
        WTF_CSRF_TIME_LIMIT=None,  # good as long as the session
    )
    app.config.setdefault("WTF_CSRF_ENABLED", True)
    Bootstrap5(app)
    CSRFProtect(app)
    app.context_processor(_frame)
    app.jinja_env.globals["page_url"] = page_url
    app.jinja_env.globals["money"] = money.to_text
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["iso"] = iso
    app.jinja_env.filters["laid_out"] = laid_out
    app.jinja_env.filters["well_formed"] = well_formed
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def when(moment: datetime) -> str:
    """Show a time as "2025-03-01 14:05" (UTC)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def iso(moment: datetime) -> str:
    """Show a time for a machine: "2025-03-01T14:05:09Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
    return {
        "signed_in": actor,
        "open_notices": g.get("open_notices", 0),
        "nav": _nav(actor.role == "admin") if actor and not actor.must_change_password else [],
    }


def _nav(is_admin: bool) -> list[tuple[str, list[tuple[Link, bool]]]]:
    """Return the groups of (link, is it the page we are on) that there are pages for."""
    there = {rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    groups = []
    for title, links in NAV:
        shown = [
            (link, _is_here(link))
            for link in links
            if link.path in there and (is_admin or not link.is_for_admins)
        ]
        if shown:
            groups.append((title, shown))
    return groups


def _is_here(link: Link) -> bool:
    return request.path == link.path or request.path.startswith(f"{link.path}/")
