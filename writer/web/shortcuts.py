"""The keyboard shortcuts: one list, which the page /shortcuts shows and its script follows."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from writer.web.search_pages import Entry, offered

bp = Blueprint("shortcuts", __name__)


@dataclass(frozen=True)
class Shortcut:
    """One key, or two one after the other; `href` None: what it does is no page."""

    keys: tuple[str, ...]
    label: str
    href: str | None = None


ANYWHERE = (
    Shortcut(("/",), "Search; also Ctrl K"),
    Shortcut(("?",), "Show this list"),
    Shortcut(("Esc",), "Close what is open"),
    Shortcut(("j",), "Next order, or next page of a list"),
    Shortcut(("k",), "Previous order, or previous page"),
)
# The letter after "g" or "n", and the address of an entry of search_pages.
_GO = {
    "h": "/",
    "o": "/orders",
    "s": "/orders?view=to-ship",
    "c": "/customers",
    "p": "/stock",
    "t": "/to-sort",
    "m": "/revenue",
    "w": "/stores",
    "n": "/notices",
    "e": "/settings",
}
_NEW = {"s": "/sales/new", "r": "/stocktake/receive", "c": "/stocktake", "p": "/stock/new"}


@bp.get("/shortcuts")
def page() -> str:
    """List the shortcuts; with `part=1` without the page around the list."""
    groups = [("Anywhere", ANYWHERE), ("Go to", _those("g", _GO)), ("New", _those("n", _NEW))]
    template = "shortcuts/_list.html" if request.args.get("part") else "shortcuts/index.html"
    return render_template(template, groups=groups)


def _those(first: str, letters: dict[str, str]) -> tuple[Shortcut, ...]:
    entries: dict[str, Entry] = {entry.path: entry for entry in offered(is_admin=True)}
    return tuple(
        Shortcut((first, letter), entries[path].label, path)
        for letter, path in letters.items()
        if path in entries
    )
