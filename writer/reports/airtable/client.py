"""Calls Airtable's Web API; the only file of this room that sends HTTP requests.

Facts from https://airtable.com/developers/web/api: ten records a call, all of them or none; five calls a
second for a base. More calls are answered 429, and then all calls are refused for 30 seconds.
"""

import json
import time
from typing import Any, Self
from urllib.parse import quote

import requests

from writer.lib.setting_values import AirtableSettings

RECORDS_A_CALL = 10
PAUSE_S = 0.22  # between the beginnings of two calls: less than five a second
TIMEOUT_S = 30.0

Fields = dict[str, str | int | float]


class AirtableError(Exception):
    """Airtable did not accept a call; the text is a sentence that says why, without the token.

    `is_of_table`: only this table is wrong, others may still work. `is_busy`: too many calls were made.
    """

    def __init__(self, sentence: str, is_of_table: bool = False, is_busy: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_of_table = is_of_table
        self.is_busy = is_busy


class Client:
    """Calls to one base; a context manager that closes its connections."""

    def __init__(self, settings: AirtableSettings) -> None:
        self._root = f"{settings.url}/v0/{settings.base_id}"
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {settings.token}"
        self._http.headers["User-Agent"] = "onerom-sales"
        self._next_s = 0.0  # of time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def upsert(self, table: str, key: str, records: list[Fields]) -> None:
        """Update or add the record with each value of the field `key`; at most ten.

        Raises AirtableError; no record was changed then, unless no answer came.
        """
        self._send("PATCH", table, records, {"performUpsert": {"fieldsToMergeOn": [key]}})

    def append(self, table: str, records: list[Fields]) -> None:
        """Add these records, at most ten. Raises AirtableError as upsert."""
        self._send("POST", table, records, {})

    def _send(self, method: str, table: str, records: list[Fields], how: dict[str, Any]) -> None:
        # typecast: whether a column is text, a single select, a number or a date is the owner's choice.
        body = {"records": [{"fields": fields} for fields in records], "typecast": True, **how}
        time.sleep(max(0.0, self._next_s - time.monotonic()))
        self._next_s = time.monotonic() + PAUSE_S
        try:
            answer = self._http.request(
                method,
                f"{self._root}/{quote(table, safe='')}",
                json=body,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise AirtableError(f"Airtable did not answer within {TIMEOUT_S:g} seconds.") from None
        except (requests.RequestException, OSError) as error:
            raise AirtableError(f"Airtable cannot be reached ({type(error).__name__}).") from None
        if answer.status_code != 200:
            raise _refusal(answer.status_code, _said(answer.content), table)
        if not isinstance(_parsed(answer.content), dict):
            raise AirtableError("The server at Airtable's address is not Airtable.")


def _refusal(status: int, said: str, table: str) -> AirtableError:
    more = f" It said: {said}" if said else ""
    if status == 401:
        return AirtableError(f"Airtable does not know the token in AIRTABLE_API_KEY.{more}")
    if status in (403, 404):
        sentence = (
            f"The token may not write to the table {table}, or the base has no such table. The token needs"
            f" the scope data.records:write and access to the base.{more}"
        )
        return AirtableError(sentence, is_of_table=True)
    if status == 422:
        return AirtableError(f"Airtable refuses the records for the table {table}.{more}", is_of_table=True)
    if status == 429:
        return AirtableError(f"Airtable asks to wait.{more}", is_busy=True)
    return AirtableError(f"Airtable answered {status}.{more}")


def _said(content: bytes) -> str:
    """Return Airtable's own message, which has several shapes or is missing."""
    body = _parsed(content)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(body, dict) and isinstance(body.get("errors"), list) and body["errors"]:
        error = body["errors"][0]
    if isinstance(error, dict):
        error = error.get("message") or error.get("type") or error.get("error")
    return " ".join(error.split())[:300] if isinstance(error, str) else ""


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
