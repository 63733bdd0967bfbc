"""A fake Airtable base over real HTTP: creating records, and updating or creating them by a field.

Written from Airtable's own reference (developers/web/api: create-records, update-multiple-records, errors,
rate-limits): ten records a call, all of them or none; five calls a second, then 30 s of 429.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

from tests.fake_services.faults import Dropped
from tests.fake_services.store_answers import Answer, Request
from tests.fake_services.store_server import StoreServer

RECORDS_A_CALL = 10
CALLS_A_SECOND = 5
LOCKED_OUT_S = 30.0
STOCK_FIELDS = {
    "SKU": str,
    "On Hand": float,
    "7d Avg Daily Sales": float,
    "30d Avg Daily Sales": float,
    "Last 50 Txn Summary": str,
    "Updated At": str,
}
EVENT_FIELDS = {
    "Site": str,
    "Order ID": str,
    "SKU": str,
    "Delta": float,
    "Event Type": str,
    "On Hand After": float,
    "Timestamp": str,
}
Json = dict[str, Any]


class Refused(Exception):
    """What Airtable answers instead of doing it."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status)
        self.answer = Answer(status, body)


def refused(status: int, kind: str, message: str) -> Refused:
    return Refused(status, {"error": {"type": kind, "message": message}})


@dataclass
class Base:
    """One base, with a stock and an events table. Faults are switched on and off at any time."""

    token: str = "pat-fake-token"
    base_id: str = "appFake"
    tables: dict[str, list[Json]] = field(default_factory=lambda: {"Stock": [], "Events of stock": []})
    fields: dict[str, dict[str, type]] = field(
        default_factory=lambda: {"Stock": dict(STOCK_FIELDS), "Events of stock": dict(EVENT_FIELDS)}
    )
    answers: int | None = None  # this status to everything, with a page instead of JSON
    is_busy: bool = False  # 429 to everything
    drop_after: int = 0  # so many coming calls are carried out, then cut before the answer
    locked_out_s: float = LOCKED_OUT_S
    calls: list[tuple[str, str, int]] = field(default_factory=list)  # method, table, how many records

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: list[float] = []
        self._locked_until = 0.0
        self._server: StoreServer | None = None

    def __enter__(self) -> Self:
        self._server = StoreServer(self._serve, port=0, tls=None)
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.refuse()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.port}"

    def take_down(self) -> None:
        """Nobody listens any more."""
        assert self._server is not None
        self._server.refuse()

    def rows(self, table: str) -> list[Json]:
        """The fields of a table's records, oldest first."""
        return [row["fields"] for row in self.tables[table]]

    def _serve(self, request: Request) -> Answer:
        with self._lock:
            try:
                self._check_rate()
                return self._apply(request)
            except Refused as error:
                return error.answer

    def _check_rate(self) -> None:
        now = time.monotonic()
        self._recent = [at for at in self._recent if now - at < 1] + [now]
        if len(self._recent) > CALLS_A_SECOND:
            self._locked_until = now + self.locked_out_s
        if self.is_busy or now < self._locked_until:
            said = {"error": "RATE_LIMIT_REACHED", "message": "Rate limit exceeded. Please try again later"}
            raise Refused(429, {"errors": [said]})

    def _apply(self, request: Request) -> Answer:
        if self.answers is not None:
            return Answer(self.answers, b"<html>nothing here</html>", {}, "text/html")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise refused(401, "AUTHENTICATION_REQUIRED", "Authentication required")
        version, base_id, table = [unquote(part) for part in request.path.strip("/").split("/")]
        if version != "v0" or base_id != self.base_id or table not in self.tables:
            message = "Invalid permissions, or the requested model was not found."
            raise refused(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND", message)
        body = json.loads(request.raw)
        records = [self._checked(table, record["fields"], body) for record in body["records"]]
        if not 1 <= len(records) <= RECORDS_A_CALL:
            message = "Invalid request: parameter validation failed. Check your request data."
            raise refused(422, "INVALID_REQUEST_UNKNOWN", message)
        self.calls.append((request.method, table, len(records)))
        done = self._upsert(table, records, body) if request.method == "PATCH" else self._add(table, records)
        if self.drop_after:
            self.drop_after -= 1
            raise Dropped
        return Answer(200, done)

    def _checked(self, table: str, given: Json, body: Json) -> Json:
        for name, value in given.items():
            kind = self.fields[table].get(name)
            if kind is None:
                raise refused(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
            is_right = isinstance(value, (int, float)) if kind is float else isinstance(value, str)
            if not is_right and not body.get("typecast"):
                message = f'Field "{name}" cannot accept the provided value'
                raise refused(422, "INVALID_VALUE_FOR_COLUMN", message)
        return {name: value for name, value in given.items() if value != ""}  # an empty cell is no cell

    def _add(self, table: str, records: list[Json]) -> Json:
        added = [{"id": f"rec{len(self.tables[table]) + n}", "fields": r} for n, r in enumerate(records)]
        self.tables[table] += added
        return {"records": added}

    def _upsert(self, table: str, records: list[Json], body: Json) -> Json:
        keys = body["performUpsert"]["fieldsToMergeOn"]
        created, updated, rows = [], [], []
        matches = [self._matching(table, record, keys) for record in records]  # all or none is changed
        for record, match in zip(records, matches, strict=True):
            if match is None:
                row = self._add(table, [record])["records"][0]
                created.append(row["id"])
            else:
                row = match
                row["fields"] |= record
                updated.append(row["id"])
            rows.append(row)
        return {"records": rows, "createdRecords": created, "updatedRecords": updated}

    def _matching(self, table: str, record: Json, keys: list[str]) -> Json | None:
        found = [
            row
            for row in self.tables[table]
            if all(row["fields"].get(key) == record.get(key) for key in keys)
        ]
        if len(found) > 1:
            raise refused(422, "INVALID_REQUEST_UNKNOWN", "More than one record matches what to merge on.")
        return found[0] if found else None
