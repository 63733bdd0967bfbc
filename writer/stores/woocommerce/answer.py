"""What a store answered: status, headers, the body as bytes; and its JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from writer.stores.woocommerce import not_json
from writer.stores.woocommerce.not_json import plain
from writer.stores.woocommerce.problems import StoreError


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, the body as bytes."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body, or the JSON behind PHP's notices where it is whole; raises StoreError."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            pass
        text = self.body.decode("utf-8", "replace")
        found = not_json.behind_notices(text)
        if found is None:
            raise not_json.explained(text, self.status, self.headers)
        return found

    @property
    def cached_by(self) -> str | None:
        """Return the header that says this is a kept answer; None where none does."""
        for name, value in self.headers.items():
            if name == "age" and value.strip().isdecimal() and int(value) > 0:
                return f"Age: {value.strip()}"
            # X-Cache, CF-Cache-Status, X-LiteSpeed-Cache, X-Proxy-Cache, X-Kinsta-Cache and their like.
            if "cache" in name and re.search(r"\bhit\b", value, re.IGNORECASE):
                return f"{name}: {plain(value)[:40]}"
        return None

    @property
    def error(self) -> tuple[str, str]:
        """Return WooCommerce's code and message, both "" where there are none."""
        try:
            said = self.json()
        except StoreError:
            return "", ""
        if not isinstance(said, dict) or "code" not in said:
            return "", ""
        return str(said["code"])[:100], plain(str(said.get("message", "")))
