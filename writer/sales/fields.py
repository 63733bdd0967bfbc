"""What each field of a sale, a type or a rule may hold: checked here once for form, API and door."""

import unicodedata
from datetime import UTC, datetime, timedelta

from writer import clock

MAX_ID = 2**31 - 1
MAX_QUANTITY = 100_000
MAX_NAME = 40
MAX_SKU = 100
MAX_SELLER = 100
MAX_NOTES = 1000
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_FORBIDDEN = {"Cc", "Cs"}


class Unusable(Exception):
    """A value cannot be used; the text is a sentence for the person who gave it."""


def text(value: str, limit: int, *, required: bool = False) -> str:
    """Return `value` trimmed and NFC-normalised; raises Unusable."""
    if any(unicodedata.category(character) in _FORBIDDEN for character in value):
        raise Unusable("Must not contain line breaks or other control characters.")
    trimmed = unicodedata.normalize("NFC", value).strip()
    if required and not trimmed:
        raise Unusable("Must not be empty.")
    if len(trimmed) > limit:
        raise Unusable(f"Must be at most {limit} characters.")
    return trimmed


def quantity(value: int) -> int:
    """Return units sold by hand, 1 to 100,000; raises Unusable."""
    if not 1 <= value <= MAX_QUANTITY:
        raise Unusable(f"Must be a whole number from 1 to {MAX_QUANTITY}.")
    return value


def moment(value: datetime) -> datetime:
    """Return `value` in UTC to the second (a time without a zone is UTC); raises Unusable."""
    try:
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unusable("Must be a date since 1970.") from None
    if aware < _EARLIEST:
        raise Unusable("Must be a date since 1970.")
    if aware > clock.now() + timedelta(days=1):
        raise Unusable("Must not be in the future.")
    return aware.replace(microsecond=0)


def folded(sku: str) -> str:
    """Return a SKU as it is compared: trimmed, NFC-normalised, without regard to case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", sku).strip().casefold())
