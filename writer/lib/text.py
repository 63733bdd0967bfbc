"""Text of one line, such as names and SKUs: one check for form, API and file."""

import unicodedata

_FORBIDDEN = {"Cc", "Cs"}  # control characters, and halves of surrogate pairs, which no database accepts


class UnusableText(ValueError):
    """A value cannot be used; the message is a sentence for the person who entered it."""


def check_line(value: str, limit: int, *, required: bool = False) -> str:
    """Return `value` trimmed and NFC-normalised; raises UnusableText."""
    if any(unicodedata.category(character) in _FORBIDDEN for character in value):
        raise UnusableText("Must not contain line breaks or other control characters.")
    trimmed = unicodedata.normalize("NFC", value).strip()
    if required and not trimmed:
        raise UnusableText("Must not be empty.")
    if len(trimmed) > limit:
        raise UnusableText(f"Must be at most {limit} characters.")
    return trimmed


def fold(sku: str) -> str:
    """Return a SKU in the form for comparing: NFC, trimmed, case-folded. "X-01 " is "x-01", not "X-010"."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", sku).strip().casefold())


def is_storable(text: str) -> bool:
    """Tell whether a database accepts this text: a program can send NUL, or half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
