"""Sends pages and JSON by gzip to browsers that read it."""

import gzip

from flask import Flask, Response, request

from writer.web.assets import accepts_gzip

_SMALLEST_BYTES = 1_000  # below this one packet is sent anyway
_LEVEL = 5
_TYPES = ("text/", "application/json", "application/problem+json", "image/svg+xml")


def register(app: Flask) -> None:
    """Compress what `app` answers where it pays."""
    app.after_request(_pack)


def _is_from_elsewhere() -> bool:
    """Tell whether another site opened this page, so that it chose what the page repeats of its address.

    The length of a packed page would tell who listens to the line how much of that stands elsewhere in it.
    """
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def _pack(answer: Response) -> Response:
    is_fit = (
        (answer.mimetype or "").startswith(_TYPES)
        and not answer.direct_passthrough
        and not answer.is_streamed
    )
    if not is_fit or "Content-Encoding" in answer.headers or answer.status_code in (204, 206, 304):
        return answer
    answer.vary.add("Accept-Encoding")
    content = answer.get_data()
    if len(content) >= _SMALLEST_BYTES and accepts_gzip() and not _is_from_elsewhere():
        answer.set_data(gzip.compress(content, _LEVEL, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
        if answer.headers.get("ETag"):
            answer.headers["ETag"] = f"W/{answer.headers['ETag'].removeprefix('W/')}"
    return answer
