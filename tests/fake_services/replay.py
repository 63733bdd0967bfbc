"""Plays a captured scenario against the fake: the same calls, with the fake's ids for the captured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.fake_services.captured import ask, load, names
from tests.fake_services.woocommerce import FakeStore

PLAIN = (
    *("code", "message", "status", "total", "discount_total", "currency", "currency_symbol", "amount"),
    *("is_editable", "needs_payment", "needs_processing", "customer_note", "reason", "created_via", "note"),
)
Answered = tuple[dict[str, Any], int, Any]  # the captured call, the fake's status, the fake's body


class Replay:
    def __init__(self, store: FakeStore, scenario: str) -> None:
        self.store = store
        self.steps = [Path(name).stem for name in names(f"rest/{scenario}/*.json")]
        self._scenario = scenario
        self._ids: dict[tuple[str, int], int] = {}  # (orders, lines or refunds, captured id) -> the fake's
        self.last_order_id = 0

    def step(self, name: str) -> Answered:
        """One call; a second passes first, as between the captured ones."""
        call = load(f"rest/{self._scenario}/{name}.json")
        self.store.shift_clock(1)
        answer = ask(self.store, {**call, "request": self._translated(call["request"])})
        body = answer.json()
        self._learn(call["request"]["url"], call["body"], body)
        return call, answer.status_code, body

    def _translated(self, request: dict[str, Any]) -> dict[str, Any]:
        def swap(match: re.Match[str]) -> str:
            known = self._ids.get((match[1], int(match[2])), int(match[2]))
            return f"/{match[1]}/{known}"

        body = request["body"]
        if isinstance(body, dict) and "line_items" in body:
            lines = [dict(line) for line in body["line_items"]]
            for line in lines:
                if "id" in line:
                    line["id"] = self._ids["lines", line["id"]]
            body = {**body, "line_items": lines}
        return {**request, "url": re.sub(r"/(orders|refunds)/(\d+)", swap, request["url"]), "body": body}

    def _learn(self, url: str, captured: Any, got: Any) -> None:
        if not isinstance(captured, dict) or not isinstance(got, dict) or "line_items" not in got:
            return
        if "/refunds" in url:
            self._ids["refunds", captured["id"]] = got["id"]
            return
        self._ids["orders", captured["id"]] = self.last_order_id = got["id"]
        for there, here in zip(captured["line_items"], got["line_items"], strict=True):
            self._ids["lines", there["id"]] = here["id"]


def essence(body: Any) -> Any:
    """What of an answer does not depend on ids and clocks."""
    if isinstance(body, list):
        return [essence(item) for item in body]
    kept = {name: body[name] for name in PLAIN if name in body}
    for name in ("date_paid", "date_completed"):
        kept[name] = body.get(name) is not None
    kept["lines"] = [_line(line) for line in body.get("line_items", [])]
    kept["refunds"] = [(refund["reason"], refund["total"]) for refund in body.get("refunds", [])]
    kept["meta"] = [meta["key"] for meta in body.get("meta_data", [])]
    return kept


def _line(line: dict[str, Any]) -> tuple[Any, ...]:
    # A refund's line names the order's line by id, which differs.
    metas = [(m["key"], "" if m["key"] == "_refunded_item_id" else m["value"]) for m in line["meta_data"]]
    return (
        line["sku"],
        line["name"],
        line["quantity"],
        line["subtotal"],
        line["total"],
        line["price"],
        metas,
    )
