"""The check before every view: who makes the request, and may they? Every view needs a sign-in unless it is
marked `@public`; below /api a Bearer token is accepted too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer.db import reading
from writer.lib.errors import Forbidden, NotFound, Unauthorized
from writer.lib.store_scope import EVERYTHING, StoreScope
from writer.people import users
from writer.web import counts
from writer.web.errors import wants_json

View = TypeVar("View", bound=Callable[..., Any])

READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ASSETS = frozenset({"assets"})  # the sign-in page needs its style
# All that a user who must change the password can reach.
_CHANGING = frozenset({"auth.password", "auth.sign_out"})


@dataclass(frozen=True)
class Actor:
    """Who makes a request: a person with a session or an access token, or a program with an API token."""

    name: str  # "ada" or "token shop-import", as the audit trail shows it
    role: str  # 'admin' or 'staff'; an API token is never an admin
    via: str  # 'session', 'access' (an access token from the API) or 'token'
    scope: str  # 'read' or 'write'; a person's is 'write'
    owner: str  # "user 1" or "token 3": the owner of idempotency keys
    store_scope: StoreScope  # the stores that this actor may see
    user_id: int | None = None  # None: a token
    must_change_password: bool = False
    theme: str | None = None  # 'light' or 'dark'; None: as the system


def public(view: View) -> View:
    """Let anybody reach this view, without a sign-in and, below /api, without a CSRF check."""
    view.is_public = True  # type: ignore[attr-defined]  # a mark the gate reads
    return view


def admin_only(view: View) -> View:
    """Let only people with the role admin reach this view."""
    view.is_admin_only = True  # type: ignore[attr-defined]  # a mark the gate reads
    return view


def actor() -> Actor:
    """Return who makes the current request. Raises Unauthorized if nobody is signed in."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise Unauthorized("Sign in first.")
    return found


def store_scope() -> StoreScope:
    """Return the stores that the caller of the current request may see. Raises Unauthorized."""
    return actor().store_scope


def hides_stores(db: Connection) -> bool:
    """Tell whether there are stores that the caller may not see, so that a list leaves out what is theirs."""
    return users.hides_stores(db, store_scope())


def guard(app: Flask) -> None:
    """Run this check before every view of `app`."""
    app.before_request(_gate)


def _gate() -> Response | None:
    if request.endpoint in _ASSETS:
        return None
    is_api = request.path.startswith(("/api/", "/webhooks/")) or request.path == "/openapi.json"
    if request.endpoint is None:
        # It is answered 404 or 405, on a page with the navigation of the signed-in user.
        g.actor = None if is_api else _identify(is_api)
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "is_public", False):
        if not is_api:
            _check_form_came_from_here()
        return None
    g.actor = _identify(is_api)
    if g.actor is None:
        return _ask_to_sign_in()
    if g.actor.must_change_password and request.endpoint not in _CHANGING:
        return _ask_for_new_password()
    _check_may(g.actor, is_api, getattr(view, "is_admin_only", False))
    _check_sees_the_store(g.actor)
    return None


def _identify(is_api: bool) -> Actor | None:
    """Find who makes the request, and what the menu counts, in one read."""
    header = request.headers.get("Authorization", "")
    if is_api and header:
        scheme, _, token = header.partition(" ")
        return _bearer(token.strip()) if scheme.lower() == "bearer" else None
    kept = session.get("sign_in")
    if not isinstance(kept, str):
        return None
    with reading() as db:
        found = _person(db, kept, "session")
        if found is not None and not is_api:
            g.counts = counts.count_todo(db, found.store_scope)
    return found


def _bearer(token: str) -> Actor | None:
    with reading() as db:
        if token.startswith(users.ACCESS_PREFIX):
            return _person(db, token, "access")
        row = users.find_token(db, token)
        if row is None:
            return None
        may_see = users.granted(db, users.Owner(token_id=row.id))
    users.note_token_use(row)
    return Actor(
        name=f"token {row.name}",
        role="staff",
        via="token",
        scope=row.scope,
        owner=f"token {row.id}",
        store_scope=may_see,
    )


def _person(db: Connection, kept: str, kind: str) -> Actor | None:
    row = users.find_sign_in(db, kept, kind)
    if row is None:
        return None
    return Actor(
        name=row.name,
        role=row.role,
        via=kind,
        scope="write",
        owner=f"user {row.user_id}",
        store_scope=EVERYTHING
        if row.role == "admin"
        else users.granted(db, users.Owner(user_id=row.user_id)),
        user_id=row.user_id,
        must_change_password=row.must_change_password,
        theme=row.theme,
    )


def _ask_to_sign_in() -> Response:
    if wants_json():
        raise Unauthorized("Sign in, or send a valid token as 'Authorization: Bearer <token>'.")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=None if wanted == "/" else wanted), 303)


def _ask_for_new_password() -> Response:
    if wants_json():
        raise Forbidden("Change your password first, on the page /password.")
    return redirect(url_for("auth.password"), 303)


def _check_may(asking: Actor, is_api: bool, needs_admin: bool) -> None:
    if asking.scope == "read" and request.method not in READS:
        raise Forbidden("This token may only read: make one with scope write.")
    if needs_admin and asking.role != "admin":
        raise Forbidden("Only an admin may do this.")
    # A browser never sends a Bearer token by itself, so only requests with a session can be forged.
    if asking.via == "session" and not (is_api and _is_same_origin()):
        _check_form_came_from_here()


def _check_sees_the_store(asking: Actor) -> None:
    """Raise NotFound for any address that names a store which the caller may not see."""
    store_id = (request.view_args or {}).get("store_id")
    if store_id is not None and not asking.store_scope.sees(store_id):
        raise NotFound("There is no such store.")


def _is_same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def _check_form_came_from_here() -> None:
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError as error:
        raise Forbidden(
            "This did not come from a page opened here, or the page is too old. Please reload it; if that"
            " does not help, let your browser keep the cookies of this address."
        ) from error
    if request.is_secure and request.method not in READS:
        _check_referrer()


def _check_referrer() -> None:
    """Over https a form must come from a page of this address: another host could have set the cookie.

    Its token was right, so the cause is a browser or a web server in front, and reloading does not help.
    """
    if not request.referrer:
        raise Forbidden(
            "Your browser did not say which page this came from. Let it send the Referer header to this"
            " address: an extension or a web server in front of the writer removes it."
        )
    here, there = f"https://{request.host}", "/".join(request.referrer.split("/")[:3])
    if there.lower() != here.lower():
        raise Forbidden(
            f"This was sent from a page of {there}, but reached the writer as {here}. If you opened the"
            " first, let the web server in front of the writer pass on the Host header with its port"
            " (nginx: proxy_set_header Host $http_host)."
        )
