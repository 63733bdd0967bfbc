"""What can go wrong when a store is called, as exceptions that carry their own sentence. No HTTP here.

The sentences are shown to the owner, so they say what to do. They never contain a key or a query string.
"""


class StoreError(Exception):
    """A call to a store failed. `permanent`: the same call again will not help.

    `retry_after_s` is the wait that the store asks for; `code` is WooCommerce's own code, or "".
    """

    permanent = False

    def __init__(self, sentence: str, *, retry_after_s: int | None = None, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_s = retry_after_s
        self.code = code


class StoreUnreachable(StoreError):
    """No answer: no such host, refused, silent, cut off. A write may have been applied or not."""


class CertificateRefused(StoreUnreachable):
    """There is an answer, but its certificate cannot be verified."""


class StoreBusy(StoreError):
    """The store asks to wait (429, 503)."""


class KeysRefused(StoreError):
    """The consumer key and secret do not permit this (401, 403)."""


class KeysReadOnly(KeysRefused):
    """The keys may read and not write."""


class NotThere(StoreError):
    """The store does not have the resource, or no longer."""

    permanent = True


class StoreMoved(StoreError):
    """The store answers with a redirect, which is never followed with keys."""

    permanent = True


class BlockedByFirewall(StoreError):
    """Something in front of WooCommerce answers instead."""


class NotWooCommerce(StoreError):
    """There is no WooCommerce at this address."""

    permanent = True


class RequestRefused(StoreError):
    """WooCommerce understood the request and refused it (another 4xx)."""

    permanent = True


class BadAnswer(StoreError):
    """The answer is not WooCommerce's: not JSON, of another shape, or too large."""


class TooHeavy(StoreError):
    """What was asked for may have been too much for the host: asking for less can help."""


class StoreBroken(TooHeavy):
    """The store failed with an error of its own (5xx)."""


class StoreSilent(StoreUnreachable, TooHeavy):
    """The store was reached and gave no answer in time."""


class AnotherPage(BadAnswer):
    """A web page answers, and nobody knows whose."""


class AnswerTooLarge(BadAnswer, TooHeavy):
    """The answer is larger than any that is read."""


class CachedAnswer(StoreError):
    """Something in front of the store answers with what it kept, so the answer may be of any time."""
