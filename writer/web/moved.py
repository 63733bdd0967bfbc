"""Pages that had another address once: links in mails, bookmarks and notices still lead to them."""

import re

from flask import Flask, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

# In this order: the first that fits the whole path, or its beginning up to a "/". What is a filter of another
# list now has a query.
_MOVED = [
    (re.compile(old), new)
    for old, new in (
        (r"/dashboard/(state|cards)", "/home/state"),
        (r"/dashboard(/.*)?$", "/"),
        (r"/unmatched", "/to-sort"),
        (r"/rules/(products|ignored)", r"/to-sort/\1"),
        (r"/rules", "/to-sort/rules"),
        (r"/types", "/product-types"),
        (r"/public", "/public-page"),
        (r"/stock/take", "/stocktake/count"),
        (r"/stock/csv", "/stocktake/csv"),
        (r"/erase", "/customers/erase"),
        (r"/(?:deliveries|webhook-inbox)$", "/activity?kind=delivery"),
        (r"/deliveries", "/webhook-inbox"),
        (r"/sync", "/order-import"),
        (r"/(?:failures|push-status)$", "/activity?kind=failure&outcome=open"),
        (r"/(?:failures|push-status)", "/stock-sync"),
        (r"/stores/(\d+)/push(?:-status)?", r"/stores/\1/stock-sync"),
        (r"/stores/(\d+)/drift", r"/stores/\1/differences"),
        (r"/stores/(\d+)/baseline", r"/stores/\1/opening-stock"),
        (r"/stores/(\d+)/mappings", r"/stores/\1/listings"),
        (r"/stores/(\d+)/connection", r"/stores/\1/connect"),
    )
]


def register(app: Flask) -> None:
    """Let `app` redirect an address that no page has any more to the one that the page has now."""
    app.before_request(_redirect)


def new_address(path: str) -> str | None:
    """Return the address that a page of this old path has now; None where it never was one.

    >>> new_address("/deliveries/12"), new_address("/deliveries")
    ('/webhook-inbox/12', '/activity?kind=delivery')
    """
    for old, new in _MOVED:
        found = old.match(path)
        if found is not None and path[found.end() : found.end() + 1] in ("", "/"):
            return found.expand(new) + path[found.end() :]
    return None


def _redirect() -> Response | None:
    if not isinstance(request.routing_exception, NotFound):
        return None
    address = new_address(request.path)
    if address is None:
        return None
    query = request.query_string.decode("ascii", "replace")
    joint = "&" if "?" in address else "?"
    return redirect(f"{address}{joint}{query}" if query else address, 308)
