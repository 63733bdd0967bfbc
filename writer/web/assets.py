"""Style sheets, scripts and icons, each below an address that names its content, so that browsers keep it.

Everything is read once, at the start: our own files of static/, Bootstrap's style sheet, and a sprite of the
few icons that pages use, cut from the one that Bootstrap-Flask bundles.
"""

import gzip
import hashlib
import re
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple

import flask_bootstrap
from flask import Flask, Response, abort, request

from writer.web.icons import ICONS

_HERE = Path(__file__).parent / "static"
_BUNDLED = Path(flask_bootstrap.__file__).parent / "static"
_BOOTSTRAP = "bootstrap5/css/bootstrap.min.css"
_SPRITE = "bootstrap5/icons/bootstrap-icons.svg"
_KEEP = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """One file as it is sent."""

    hashed_name: str  # "app.3f2a9c1d04.css"
    type: str
    content: bytes
    packed: bytes  # the same by gzip


def register(app: Flask) -> None:
    """Serve the assets of `app`, and give templates `asset("app.css")`, their addresses."""
    by_name = load()
    by_hash = {asset.hashed_name: asset for asset in by_name.values()}

    def send(name: str) -> Response:
        asset = by_hash.get(name) or abort(404)
        is_packed = len(asset.packed) < len(asset.content) and accepts_gzip()
        answer = Response(asset.packed if is_packed else asset.content, content_type=asset.type)
        answer.headers.update({"Cache-Control": _KEEP, "Vary": "Accept-Encoding"})
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
        return answer

    app.add_url_rule("/assets/<name>", "assets", send)
    app.jinja_env.globals["asset"] = lambda name: f"/assets/{by_name[name].hashed_name}"
    app.jinja_env.globals["icon_address"] = icon_address


def icon_address(name: str) -> str:
    """Return the address of an icon, for `<use href>`. Raises KeyError for one that ICONS does not have."""
    if name not in ICONS:
        raise KeyError(f"writer/web/icons.py does not have the icon {name!r}")
    return f"/assets/{load()['icons.svg'].hashed_name}#{name}"


def accepts_gzip() -> bool:
    """Tell whether the browser of the request in hand reads gzip."""
    return request.accept_encodings["gzip"] > 0


@cache
def load() -> dict[str, Asset]:
    """Return every asset by its plain name."""
    files = {path.name: path.read_bytes() for path in sorted(_HERE.iterdir())}
    files["bootstrap.css"] = re.sub(
        rb"/\*# sourceMappingURL.*?\*/", b"", (_BUNDLED / _BOOTSTRAP).read_bytes()
    )
    files["icons.svg"] = cut_sprite((_BUNDLED / _SPRITE).read_text(), ICONS)
    return {name: _asset(name, content) for name, content in files.items()}


def cut_sprite(sprite: str, names: frozenset[str]) -> bytes:
    """Return an SVG sprite with the symbols of these names only. Raises KeyError for one that is missing."""
    found = re.finditer(r'<symbol[^>]*? id="([^"]+)".*?</symbol>', sprite, re.DOTALL)
    symbols = {each[1]: each[0] for each in found}
    chosen = "".join(symbols[name] for name in sorted(names))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{chosen}</svg>'.encode()


def _asset(name: str, content: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:10]
    kind = guess_type(name)[0] or "application/octet-stream"
    text = "; charset=utf-8" if kind.startswith("text/") else ""
    return Asset(f"{stem}.{digest}.{ending}", kind + text, content, gzip.compress(content, 9, mtime=0))
