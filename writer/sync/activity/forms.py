"""The filter of the list of activity and the place of its page, as the query string gives them."""

from contextlib import suppress

from flask import request

from writer.db import is_id, parse_id
from writer.lib import clock
from writer.sync.activity.entries import DAYS, KINDS, OUTCOMES, TROUBLE, Filters, Place

# What lists had other words for that are one list now: links in mails and bookmarks say them.
_FORMER = {"ended": "resolved"}


def asked_filters(store_id: int | None = None) -> Filters:
    """Return the filter of the query string, or of one store's list; what cannot be understood leaves
    nothing out."""
    kind = request.args.get("kind", "")
    outcome = request.args.get("outcome") or request.args.get("show", "")
    outcome = _FORMER.get(outcome, outcome)
    known = {TROUBLE}.union(*(OUTCOMES[name] for name in ([kind] if kind in KINDS else KINDS)))
    days = request.args.get("days", "")
    # PostgreSQL refuses NUL in a text; no row has one.
    number = request.args.get("q", "").replace("\0", "").strip().removeprefix("#")[:200]
    return Filters(
        store_id=store_id if store_id is not None else parse_id(request.args.get("store", "")),
        kind=kind if kind in KINDS else "",
        outcome=outcome if outcome in known else "",
        days=int(days) if days in map(str, DAYS) else None,
        number=number,
        order_id=parse_id(request.args.get("order", "")),
    )


def asked_place() -> Place | None:
    """Return the place that the page begins after; None: it is the first."""
    at, kind, number = [*request.args.get("after", "").split("~"), "", "", ""][:3]
    with suppress(ValueError):
        moment = clock.read(at)
        if kind in KINDS and number.isdecimal() and is_id(int(number)):
            return Place(moment, kind, int(number))
    return None
