"""Reads PHP's JSON and distinguishes absent, null, empty and unreadable values.

An unreadable value is never taken for an empty one: a list of lines that cannot be read is not "no lines".
"""

from collections.abc import Mapping
from typing import Any

from writer.db import LARGEST_ID
from writer.lib import money

LARGEST_QUANTITY = 100_000


class Refusal(Exception):
    """The payload is not an order, or a part of it is not understood; the text says why in a sentence."""


def objects(
    holder: Mapping[str, Any], name: str, what: str, *, is_needed: bool = False
) -> list[dict[str, Any]]:
    """Return the list of objects under `name`; absent or null is an empty list unless it `is_needed`.

    PHP writes a list with gaps in its keys as an object: {"0": ..., "2": ...} is the list of its values.
    Raises Refusal if a needed list is missing, or if the value is anything else.
    """
    value = holder.get(name)
    if value is None:
        if is_needed:
            raise Refusal(
                f"{what} {'is null' if name in holder else 'is missing'}, so nothing is known about it."
            )
        return []
    items = list(value.values()) if isinstance(value, dict) and value else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refusal(f"{what} cannot be read: {shown(value)}.")
    return items


def object_of(holder: Mapping[str, Any], name: str, what: str) -> dict[str, Any]:
    """Return the object under `name`; empty if it is absent, null or PHP's empty array."""
    value = holder.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise Refusal(f"{what} cannot be read: {shown(value)}.")
    return value


def meta(holder: Mapping[str, Any], what: str) -> dict[str, str]:
    """Return the meta data of an order, a line or a refund by key; raises Refusal if it cannot be read."""
    entries = objects(holder, "meta_data", f"The meta data of {what}")
    return {str(entry.get("key")): text_of_meta(entry.get("value")) for entry in entries}


def text_of_meta(value: Any) -> str:
    """Return a meta value as text: "" for null, and Python's representation of a plugin's own types."""
    return "" if value is None else str(value)


def text(holder: Mapping[str, Any], name: str, limit: int, what: str) -> str:
    """Return a text; "" if it is absent or null. A number becomes its digits; all else raises Refusal."""
    value = holder.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(f"{what} is not text: {shown(value)}.")
    return told(value, limit)


def number_id(holder: Mapping[str, Any], name: str, what: str) -> str:
    """Return an id as digits; "0" if it is absent, null, empty or 0. Raises Refusal for anything else.

    Ids too large for a column are still ids and kept as text.
    """
    value = holder.get(name)
    if value is None or value == "":
        return "0"
    digits = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if len(digits) > 40 or not digits.isascii() or not digits.isdecimal():
        raise Refusal(f"{what} is not an id: {shown(value)}.")
    return digits.lstrip("0") or "0"


def bounded_id(holder: Mapping[str, Any], name: str, what: str) -> int:
    """Return an id that fits a column; 0 if there is none, or if it is larger than WordPress ever assigns."""
    number = int(number_id(holder, name, what))
    return number if number <= LARGEST_ID else 0


def minor(holder: Mapping[str, Any], name: str, currency: str, what: str) -> int:
    """Return an amount in minor units of `currency`; 0 if it is absent, null or empty. Raises Refusal."""
    return minor_told(holder, name, currency, what) or 0


def minor_told(holder: Mapping[str, Any], name: str, currency: str, what: str) -> int | None:
    """Return an amount as `minor` does, but None if it is absent, null or empty."""
    value = holder.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        return money.to_minor(str(value), currency)
    except (ValueError, OverflowError):
        raise Refusal(f"{what} is not an amount of money: {shown(value)}.") from None


def quantity(value: Any) -> tuple[int, str | None]:
    """Return whole units, or 0 and the reason why they cannot be counted."""
    said = shown(value)
    try:
        number = float(value) if not isinstance(value, bool) and value is not None else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or number != number:
        return 0, f"Its quantity is {said}, which is not a number."
    if not 0 <= number <= LARGEST_QUANTITY:
        return 0, f"Its quantity is {said}; more than {LARGEST_QUANTITY:,} or less than 0 needs a person."
    if number != int(number):
        return 0, f"Its quantity is {said}; only whole units are counted."
    return int(number), None


def units_of_meta(entries: Mapping[str, str], name: str, what: str) -> int | None:
    """Return whole units that WooCommerce stores in meta data; None if there are none. Raises Refusal."""
    value = entries.get(name, "")
    if value == "":
        return None
    units, problem = quantity(value)
    if problem is not None:
        raise Refusal(f"{name} of {what} is not a number of units: {shown(value)}.")
    return units


def told(value: Any, limit: int) -> str:
    """Return text that any database accepts: no NUL, no half of a surrogate pair, no longer than `limit`."""
    said = str(value).replace("\0", "")
    if not said.isascii():
        said = said.encode("utf-8", "replace").decode()
    return said.strip()[:limit]


def shown(value: Any) -> str:
    """Return the value as a sentence quotes it: never long, never empty."""
    return told(value, 40) or "nothing"
