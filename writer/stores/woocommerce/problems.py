"""What can go wrong when a store is asked, as exceptions that carry their own sentence. No HTTP here.

The sentences are shown to the owner, so they say what to do; they never hold a key or an address's query.
"""


class StoreError(Exception):
    """A store did not do what was asked. `permanent`: asking the same again will not help.

    `retry_after_s` is how long the store asks to be left alone; `code` is WooCommerce's word, or "".
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
    """There is an answer, but nothing vouches for who gives it."""


class StoreBusy(StoreError):
    """The store asks for patience (429, 503)."""


class KeysRefused(StoreError):
    """The consumer key and secret are not good for this (401, 403)."""


class KeysReadOnly(KeysRefused):
    """The keys may read and not write."""


class NotThere(StoreError):
    """The store has no such thing, or has it no more."""

    permanent = True


class StoreMoved(StoreError):
    """The store answers with a redirect, which is never followed with keys in hand."""

    permanent = True


class BlockedByFirewall(StoreError):
    """Something in front of WooCommerce answers in its place."""


class NotWooCommerce(StoreError):
    """At this address no WooCommerce answers."""

    permanent = True


class RequestRefused(StoreError):
    """WooCommerce understood and said no (another 4xx)."""

    permanent = True


class BadAnswer(StoreError):
    """The answer is not what WooCommerce says: not JSON, another shape, too large."""


class TooHeavy(StoreError):
    """What was asked for may have been too much for the host: asking for less can help."""


class StoreBroken(TooHeavy):
    """The store has an error of its own (5xx)."""


class StoreSilent(StoreUnreachable, TooHeavy):
    """The store was reached and gave no answer in time."""


class AnotherPage(BadAnswer):
    """A web page answers, and nobody knows whose."""


class AnswerTooLarge(BadAnswer, TooHeavy):
    """The answer is larger than any that is read."""


class CachedAnswer(StoreError):
    """Something in front of the store answers with what it kept, so the answer may be of any time."""
