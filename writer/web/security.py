"""What protects every answer: headers, cookies, limits, and which proxy is believed."""

import hashlib

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from writer.config import Config

LARGEST_FORM_BYTES = 1_000_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Flask-WTF refuses HTTPS forms without a Referer: never no-referrer.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SessionsSecureOverHttps(SecureCookieSessionInterface):
    """Marks the cookie Secure whenever the request came by https, so that plain http works in the shop."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; a program, which sends none, need not wait for a key to be made."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def register(app: Flask, config: Config) -> None:
    """Give `app` its headers, its cookie's settings and its limits."""
    proxies = config.trusted_proxies
    if proxies:
        # Not X-Forwarded-Host: a proxy that does not set it passes on what a stranger wrote.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.session_interface = SessionsSecureOverHttps()
    app.config.update(
        # Cookies do not know ports: two copies on one machine need two names.
        SESSION_COOKIE_NAME=f"onerom_{hashlib.sha256(config.secret_key.encode()).hexdigest()[:8]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_BYTES,
        MAX_FORM_PARTS=1000,
    )
    app.before_request(_limit)
    app.before_request(_take_forms_alone)
    app.after_request(_protect)


def _limit() -> None:
    # Only a webhook, which anybody may send to, brings anything as large as MAX_CONTENT_LENGTH allows.
    view = current_app.view_functions.get(request.endpoint or "")
    if not (getattr(view, "is_public", False) and request.path.startswith(("/api/", "/webhooks/"))):
        request.max_content_length = LARGEST_FORM_BYTES


def _take_forms_alone() -> None:
    """Refuse JSON on pages: Flask-WTF would read it as a form, whose values are then no texts."""
    if request.is_json and request.method != "GET" and not request.path.startswith(("/api/", "/webhooks/")):
        raise UnsupportedMediaType("Pages take what a form sends; JSON is for the addresses below /api.")


def _protect(response: Response) -> Response:
    said = {name.lower() for name, _ in response.headers}
    for name, value in HEADERS.items():
        if name.lower() not in said:
            response.headers.add(name, value)
    is_asset = request.endpoint is not None and request.endpoint.endswith("static")
    if not is_asset and "cache-control" not in said:
        response.headers.add("Cache-Control", "no-store")
    return response
