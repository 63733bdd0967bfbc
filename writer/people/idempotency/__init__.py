"""Idempotency: a request repeated with its Idempotency-Key gets the first answer and changes nothing."""

from writer.people.idempotency.answers import answer_once, send_once

__all__ = ["answer_once", "send_once"]
