"""How WordPress posts: header lines in a fixed order, one connection each, redirects only for pings."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

ALLOWED_PORTS = frozenset({None, 80, 443, 8080})


@dataclass(frozen=True)
class Posted:
    """What became of one request: a status, or in words why there is none."""

    status: int | None
    error: str = ""
    location: str = ""


def is_refused_address(url: str) -> bool:
    """An unmodified WordPress posts to no private host and to no port but 80, 443 and 8080."""
    parts = urlsplit(url)
    if parts.port not in ALLOWED_PORTS or parts.hostname in (None, "localhost"):
        return True
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def post(
    url: str,
    headers: dict[str, str],
    body: bytes,
    *,
    timeout_s: float,
    tls: ssl.SSLContext | None = None,
    method: str = "POST",
) -> Posted:
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout_s, context=tls)
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=timeout_s)
    except (http.client.InvalidURL, ValueError) as error:
        return Posted(None, str(error))
    try:
        target = parts.path or "/"
        connection.putrequest(
            method,
            f"{target}?{parts.query}" if parts.query else target,
            skip_host=True,
            skip_accept_encoding=True,
        )
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        return Posted(answer.status, location=answer.getheader("Location") or "")
    except (OSError, http.client.HTTPException) as error:
        return Posted(None, f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def post_ping(url: str, user_agent: str, webhook_id: int, tls: ssl.SSLContext | None) -> Posted:
    """The unsigned form that asks whether anybody is there; it alone follows redirects."""
    body = f"webhook_id={webhook_id}".encode()
    method = "POST"
    posted = Posted(None, "too many redirects")
    for _ in range(5):
        headers = {
            "Host": urlsplit(url).netloc,
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "deflate, gzip, br, zstd",
            "Connection": "close",
            "Content-Length": str(len(body)),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        posted = post(url, headers, body, timeout_s=5, tls=tls, method=method)
        if posted.status not in {301, 302, 303, 307, 308} or not posted.location:
            return posted
        url = urljoin(url, posted.location)
        method = "GET" if posted.status in {302, 303} else method
    return posted
