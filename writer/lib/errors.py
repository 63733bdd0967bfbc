"""The family of errors a person can cause or must know of. How each is answered: web/errors.py."""


class DomainError(Exception):
    """Something the caller can be told: `status` (HTTP), `code` (stable word), a sentence, fields."""

    status = 400
    code = "bad_request"

    def __init__(self, sentence: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = errors or {}


class Invalid(DomainError):
    """What was sent cannot be used; `errors` maps each field to what is wrong with it."""

    status = 422
    code = "invalid"


class NotFound(DomainError):
    """There is no such thing."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """It clashes with what is there."""

    status = 409
    code = "conflict"


class Unauthorized(DomainError):
    """Nobody is signed in, or the token is not valid."""

    status = 401
    code = "unauthorized"


class Forbidden(DomainError):
    """Who asks may not do this."""

    status = 403
    code = "forbidden"


class RateLimited(DomainError):
    """It was tried too often; `retry_after_s` seconds from now it may be tried again."""

    status = 429
    code = "rate_limited"

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Busy(DomainError):
    """The database could not be had just now; trying again will help."""

    status = 503
    code = "busy"
