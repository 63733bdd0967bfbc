"""Answers given once to who is asking; which are kept and what a repeat gets is for the room of repeats."""

from collections.abc import Callable
from typing import Any

from flask import Response
from sqlalchemy import Connection

from writer.people import idempotency
from writer.people.auth.access import actor


def answer_once(act: Callable[[Connection], tuple[dict[str, Any], int]]) -> Response:
    """As `repeats.answer_once`, by the keys of who makes the request in hand."""
    return idempotency.answer_once(actor().owner, act)


def send_once(
    act: Callable[[], tuple[dict[str, Any], int]], is_undone: Callable[[Exception], bool]
) -> Response:
    """As `repeats.send_once`, by the keys of who makes the request in hand."""
    return idempotency.send_once(actor().owner, act, is_undone)
