"""What a page says after something was done: a toast, with a button that takes it back."""

from typing import NamedTuple

from flask import flash, get_flashed_messages

_WITH_UNDO = "undo"


class Toast(NamedTuple):
    """One sentence to show."""

    kind: str  # success, info, warning or danger
    sentence: str
    undo: str | None  # the address that takes it back; None: it cannot be taken back


def say(sentence: str, undo: str | None = None, kind: str = "success") -> None:
    """Show `sentence` on the next page; `undo` is the address that its button "Undo" posts to."""
    flash(sentence, kind if undo is None else f"{_WITH_UNDO} {kind} {undo}")


def pending() -> list[Toast]:
    """Return what is to be said now, each once."""
    return [_toast(*each) for each in get_flashed_messages(with_categories=True)]


def _toast(category: str, sentence: str) -> Toast:
    if not category.startswith(f"{_WITH_UNDO} "):
        return Toast("info" if category == "message" else category, sentence, None)
    kind, _, address = category.removeprefix(f"{_WITH_UNDO} ").partition(" ")
    return Toast(kind, sentence, address)
