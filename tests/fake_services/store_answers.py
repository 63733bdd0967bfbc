"""What a REST route is given and what it gives back; the shapes of WordPress's errors; `_fields`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.fake_services.store_model import JsonDict

NO_CACHE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


@dataclass
class Request:
    method: str
    path: str  # as sent, without the query
    query: dict[str, Any]  # PHP's view: a[]=1 and a[0]=1 are lists
    headers: dict[str, str]  # names in lower case
    raw: bytes = b""
    raw_query: str = ""
    params: JsonDict = field(default_factory=dict)  # the parsed body

    @property
    def route(self) -> str:
        """The path below wc/v3, without slashes at its ends."""
        return self.path.partition("/wp-json/wc/v3")[2].strip("/")


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"
    is_object: bool = False  # one object: `_fields` keeps its `_links`
    before_sending: Callable[[], object] | None = None  # without the store's lock


class RestError(Exception):
    """An error in WordPress's shape. `known_route`: the answer carries the route's Allow header."""

    def __init__(
        self, status: int, code: str, message: str, *, data: Any = None, known_route: bool = True
    ) -> None:
        super().__init__(message)
        self.status = status
        self.known_route = known_route
        self.body = {"code": code, "message": message, "data": {"status": status} if data is None else data}

    def answer(self) -> Answer:
        return Answer(self.status, self.body)


def invalid_param(name: str, message: str, code: str, data: Any = None) -> RestError:
    details = {name: {"code": code, "message": message, "data": data}}
    return RestError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        data={"status": 400, "params": {name: message}, "details": details},
    )


def invalid_type(name: str, kind: str) -> RestError:
    return invalid_param(name, f"{name} is not of type {kind}.", "rest_invalid_type", {"param": name})


def not_in_enum(name: str, shown: str, choices: tuple[str, ...]) -> RestError:
    message = f"{shown} is not one of {', '.join(choices[:-1])}, and {choices[-1]}."
    return invalid_param(name, message, "rest_not_in_enum")


def dump(body: Any) -> bytes:
    """JSON as PHP writes it: ASCII, no spaces, slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def parse_query(raw: str) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        base = re.fullmatch(r"(\w+)\[\d*\]", name)
        if base is None:
            parsed[name] = value
        elif isinstance(parsed.setdefault(base[1], []), list):
            parsed[base[1]].append(value)
    return parsed


def parse_body(request: Request) -> JsonDict:
    """The body's parameters; only a JSON content type makes WordPress look at JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_query(request.raw.decode("utf-8", "replace"))
    if kind != "application/json" or not request.raw:
        return {}
    try:
        parsed = json.loads(request.raw)
    except ValueError:
        data = {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"}
        raise RestError(400, "rest_invalid_json", "Invalid JSON body passed.", data=data) from None
    return parsed if isinstance(parsed, dict) else {}


def listed(value: Any) -> list[str]:
    """A list parameter: repeated, indexed or separated by commas."""
    if value is None:
        return []
    parts = value if isinstance(value, list) else re.split(r"[\s,]+", str(value))
    return [str(part) for part in parts if str(part) != ""]


def keep_fields(answer: Answer, wanted: list[str]) -> Answer:
    """`_fields` as WordPress applies it: nothing below a list survives, and a batch is emptied to `[]`."""
    if not wanted or answer.status >= 400:
        return answer
    if isinstance(answer.body, list):
        answer.body = [_pick(item, wanted) for item in answer.body]
    elif isinstance(answer.body, dict):
        kept = [*wanted, "_links"] if answer.is_object else wanted
        answer.body = _pick(answer.body, kept) or []
    return answer


def _pick(item: JsonDict, wanted: list[str]) -> JsonDict:
    picked: JsonDict = {}
    for key, value in item.items():
        below = [name.partition(".")[2] for name in wanted if name.startswith(f"{key}.")]
        if key in wanted:
            picked[key] = value
        elif below and isinstance(value, dict):
            picked[key] = _pick(value, below)
    return picked
