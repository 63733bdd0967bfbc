"""What a name, a SKU and any other text of one line may hold: checked here once for form, API and door."""

import unicodedata

MAX_ID = 2**31 - 1
MAX_NAME = 40
MAX_SKU = 100
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


def folded(sku: str) -> str:
    """Return a SKU as it is compared: trimmed, NFC-normalised, without regard to case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", sku).strip().casefold())
