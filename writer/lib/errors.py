"""The errors that a caller can cause or must know about. web/errors.py answers them."""

from writer.lib.error_codes import ERROR_CODES


class DomainError(Exception):
    """An error for the caller: a `code` of the list in error_codes, a sentence, errors by field."""

    code = "bad_request"

    def __init__(self, sentence: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = errors or {}

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return ERROR_CODES[self.code].status


class InvalidJson(DomainError):
    """The body is not valid JSON."""

    code = "invalid_json"


class Invalid(DomainError):
    """The input cannot be used; `errors` maps each field to what is wrong with it."""

    code = "invalid"


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"


class Gone(DomainError):
    """It was deleted."""

    code = "gone"


class Conflict(DomainError):
    """The change conflicts with the present state."""

    code = "conflict"


class Unauthorized(DomainError):
    """Nobody is signed in, or the token is not valid."""

    code = "unauthorized"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"


class RateLimited(DomainError):
    """Too many tries; the next one is allowed after `retry_after_s` seconds."""

    code = "rate_limited"

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """The database or a store cannot be used just now; trying again will help."""

    code = "service_unavailable"
