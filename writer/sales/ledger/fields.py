"""Checks of the fields that only a sale has, for form and API alike."""

from datetime import UTC, datetime, timedelta

from writer.lib import clock
from writer.lib.text import UnusableText

MAX_QUANTITY = 100_000
MAX_SELLER = 100
MAX_NOTES = 1000
MAX_PRICE_MINOR = 1_000_000_000
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def quantity(value: int) -> int:
    """Return the units of a sale by hand, 1 to 100,000; raises UnusableText."""
    if not 1 <= value <= MAX_QUANTITY:
        raise UnusableText(f"Must be a whole number from 1 to {MAX_QUANTITY}.")
    return value


def price(minor: int) -> int:
    """Return the price of one unit in minor units, 0 to a billion; raises UnusableText."""
    if not 0 <= minor <= MAX_PRICE_MINOR:
        raise UnusableText("Must not be below 0, nor more than ten million.")
    return minor


def currency(code: str) -> str:
    """Return a currency's code of three letters; raises UnusableText."""
    folded = code.strip().upper()
    if not (len(folded) == 3 and folded.isascii() and folded.isalpha()):
        raise UnusableText("Must be a code of three letters, such as GBP.")
    return folded


def moment(value: datetime) -> datetime:
    """Return `value` in UTC to the second (a time without a zone is UTC); raises UnusableText.

    A day ahead is allowed, because a local time that is sent without its zone looks like hours ahead.
    """
    try:
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        raise UnusableText("Must be a date since 1970.") from None
    if aware < _EARLIEST:
        raise UnusableText("Must be a date since 1970.")
    if aware > clock.now() + timedelta(days=1):
        raise UnusableText("Must not be more than a day ahead.")
    return aware.replace(microsecond=0)
