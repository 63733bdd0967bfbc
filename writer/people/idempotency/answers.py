"""Runs a request once for each Idempotency-Key; a repeat gets the first answer and changes nothing."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from writer.db import lock, transaction
from writer.db.schema.idempotency import idempotency_keys
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEPT = timedelta(days=7)
_UNDER_WAY = 0  # the status of a reserved key whose outcome is unknown


def answer_once(owner: str, act: Callable[[Connection], tuple[dict[str, Any], int]]) -> Response:
    """Run `act(db)` in a transaction of its own and answer the (body, status) it returns as JSON.

    With an Idempotency-Key header the answer is stored for 7 days in the same transaction as the effect. The
    same key of the same owner ("user 1", "token 3") with the same method, path and body returns that answer
    without calling `act`. The same key with anything else raises Invalid. Errors of `act` are raised and not
    stored.
    """
    key = _key()
    if key is None:
        with transaction() as db:
            body, status = act(db)
        return _answer(json.dumps(body, default=str), status)
    asked = _request_hash()
    with transaction() as db:
        lock(db, f"idempotency {owner} {key}")
        kept = _find(db, owner, key)
        if kept is None:
            body, status = act(db)
            text = json.dumps(body, default=str)
            if status < 400:
                _keep(db, owner=owner, key=key, request_hash=asked, status=status, answer=text)
            return _answer(text, status)
    return _replay(kept, asked)


def send_once(
    owner: str, act: Callable[[], tuple[dict[str, Any], int]], is_undone: Callable[[Exception], bool]
) -> Response:
    """Run `act()`, whose effect no transaction can undo, once for each key.

    The Idempotency-Key is required. It is reserved in the database before `act` is called; no transaction is
    open during the call. A repeat gets the first answer. If the outcome is unknown (a crash, a timeout, still
    running), a repeat raises Conflict instead of calling `act` again. Errors of `act` are raised; if
    `is_undone` says that certainly nothing was done, the key is free again.
    """
    key = _key()
    if key is None:
        raise Invalid(f"{HEADER} is missing.", {HEADER: "is needed, so that nothing is sent twice"})
    asked = _request_hash()
    same = (idempotency_keys.c.owner == owner) & (idempotency_keys.c.key == key)
    with transaction() as db:
        lock(db, f"idempotency {owner} {key}")
        kept = _find(db, owner, key)
        if kept is None:
            _keep(db, owner=owner, key=key, request_hash=asked, status=_UNDER_WAY, answer="")
    if kept is not None:
        return _replay(kept, asked)
    try:
        body, status = act()
    except Exception as error:
        if is_undone(error):
            with transaction() as db:
                db.execute(delete(idempotency_keys).where(same))
        raise
    return _settle(same, json.dumps(body, default=str), status)


def _settle(same: ColumnElement[bool], text: str, status: int) -> Response:
    with transaction() as db:
        db.execute(update(idempotency_keys).where(same).values(status=status, answer=text))
    return _answer(text, status)


def _replay(kept: Row[Any], asked: str) -> Response:
    if kept.request_hash != asked:
        sentence = f"This {HEADER} was used for another request: use a new key for a new request."
        raise Invalid(sentence, {HEADER: "was used for another request"})
    if kept.status == _UNDER_WAY:
        raise Conflict(
            "This may have been sent: the outcome of the first try is unknown. Check the store first, and"
            f" use a new {HEADER} only to send it again."
        )
    return _answer(kept.answer, kept.status, replayed=True)


def _key() -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        allowed = f"1 to {LONGEST_KEY} plain characters"
        raise Invalid(f"{HEADER} must have {allowed}.", {HEADER: allowed})
    return key


def _request_hash() -> str:
    head = f"{request.method} {request.full_path}\n".encode()
    return hashlib.sha256(head + request.get_data()).hexdigest()


def _find(db: Connection, owner: str, key: str) -> Row[Any] | None:
    db.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < clock.now() - KEPT))
    same = (idempotency_keys.c.owner == owner) & (idempotency_keys.c.key == key)
    return db.execute(select(idempotency_keys).where(same)).one_or_none()


def _keep(db: Connection, **values: Any) -> None:
    db.execute(insert(idempotency_keys).values(created_at=clock.now(), **values))


def _answer(text: str, status: int, replayed: bool = False) -> Response:
    response = Response(text, status=status, content_type="application/json")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
