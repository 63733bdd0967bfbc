"""Checks of a product's settings, for form, API and file alike."""

from collections.abc import Mapping
from typing import Any

from writer.lib.errors import Invalid
from writer.lib.text import check_line, fold

MAX_SKU = 100
MAX_NAME = 200
MAX_TYPE = 50  # a model, a variant
MAX_DAYS = 3650
MAX_UNITS = 1_000_000
MAX_NOTE = 500

_LONGEST = {"sku": MAX_SKU, "name": MAX_NAME, "model": MAX_TYPE, "variant": MAX_TYPE}
_LARGEST = {"lead_time_days": MAX_DAYS, "reorder_point": MAX_UNITS, "set_aside": MAX_UNITS}
_FLAGS = ("allows_backorders", "is_active")


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in their stored form; raises Invalid naming every one that cannot be used."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in settings.items():
        try:
            found[name] = _checked(name, value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        listed = " ".join(f"{name}: {sentence}" for name, sentence in errors.items())
        raise Invalid(f"The product cannot be used as it is. {listed}", errors)
    return found


def note(text: str, is_needed: bool = False) -> str:
    """Return the trimmed note of a movement; raises Invalid."""
    try:
        told = check_line(text, MAX_NOTE)
    except ValueError as error:
        raise Invalid(f"The note cannot be used. {error}", {"note": str(error)}) from None
    if is_needed and not told:
        raise Invalid("Say why.", {"note": "Say why: broken, given away, found."})
    return told


def line(name: str, text: str) -> str:
    """Return the trimmed text of a receipt's `name`: a delivery note, a supplier. Raises Invalid."""
    try:
        return check_line(text, MAX_NAME)
    except ValueError as error:
        shown = name.replace("_", " ")
        raise Invalid(f"The {shown} cannot be used. {error}", {name: str(error)}) from None


def whole_units(text: str, largest: int = MAX_UNITS) -> int:
    """Return the number that a person wrote; raises ValueError with a sentence."""
    written = text.strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 10) or int(written) > largest:
        raise ValueError(f"Use a whole number from 0 to {largest:,}.")
    return int(written)


def _checked(name: str, value: Any) -> Any:
    if name in _LONGEST:
        text = check_line("" if value is None else str(value), _LONGEST[name])
        if name == "sku" and not fold(text):
            raise ValueError("Give a SKU.")
        return text or (None if name in ("model", "variant") else "")
    if name in _LARGEST:
        return _number(value, _LARGEST[name], may_be_none=name != "set_aside")
    if name in _FLAGS:
        return bool(value)
    raise ValueError("There is no such setting.")


def _number(value: Any, largest: int, may_be_none: bool) -> int | None:
    if value is None and may_be_none:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise ValueError(f"Use a whole number from 0 to {largest:,}.")
    return value
