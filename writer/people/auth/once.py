"""Idempotency of the current request: `people.idempotency` with the caller as the owner of the keys."""

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy import Connection

from writer.people import idempotency
from writer.people.auth.access import actor


def answer_once(act: Callable[[Connection], tuple[dict[str, Any], int]]) -> Response:
    """Call `idempotency.answer_once` with the caller of the current request as the owner of the key."""
    return idempotency.answer_once(actor().owner, act)


def send_once(
    act: Callable[[], tuple[dict[str, Any], int]], is_undone: Callable[[Exception], bool]
) -> Response:
    """Call `idempotency.send_once` with the caller of the current request as the owner of the key."""
    return idempotency.send_once(actor().owner, act, is_undone)
