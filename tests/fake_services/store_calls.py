"""The log of what was asked of the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, Any]
    auth: str  # none, basic, query or oauth
    body: Any  # the parsed JSON object, or the raw bytes
    status: int  # 0: cut without an answer


class CallLog:
    """In the order the requests ended."""

    def __init__(self, keep: bool) -> None:
        self._keep = keep
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        if self._keep:
            self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def find(self, method: str | None = None, path: str = "", status: int | None = None) -> list[Call]:
        """Those with this method, this text in their path and this status."""
        return [
            call
            for call in self
            if method in (None, call.method) and path in call.path and status in (None, call.status)
        ]

    def count(self, method: str | None = None, path: str = "", status: int | None = None) -> int:
        return len(self.find(method, path, status))

    def writes(self) -> list[tuple[int, Any]]:
        """Every (product or variation id, quantity) that single and batch writes asked for, in order."""
        found: list[tuple[int, Any]] = []
        for call in self:
            if "/products" not in call.path or call.method == "GET" or not isinstance(call.body, dict):
                continue
            last = call.path.rstrip("/").rpartition("/")[2]
            items = [{"id": int(last), **call.body}] if last.isdigit() else call.body.get("update", [])
            found += [(item["id"], item["stock_quantity"]) for item in items if "stock_quantity" in item]
        return found
