"""Actions of the public page. They take the transaction and never commit."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from writer.db import lock
from writer.db.schema.public_page import public_hidden, public_state
from writer.lib.errors import Invalid
from writer.people import audit
from writer.sales.public_page.queries import Dial, Preview, get_dial, preview

ROUNDINGS = (1, 10, 100, 1000)
MAX_OPENING_BALANCE = 1_000_000_000


def set_dial(db: Connection, actor: str, dial: Dial) -> bool:
    """Apply the privacy settings `dial` to all public answers from the commit on; tell whether they changed.

    Raises Invalid naming each field that cannot be used.
    """
    errors = _errors(dial)
    if errors:
        raise Invalid("The settings of the public page cannot be used.", errors)
    lock(db, "public dial")
    before = get_dial(db)
    if dial == before:
        return False
    values = {name: value for name, value in asdict(dial).items() if name != "hidden"}
    db.execute(update(public_state).values(**values))
    if dial.hidden != before.hidden:
        db.execute(delete(public_hidden))
        rows = [{"model": model, "variant": variant} for model, variant in _in_order(dial)]
        if rows:
            db.execute(insert(public_hidden), rows)
    audit.note(db, actor, "public.set", "public page", _snapshot(before), _snapshot(dial))
    return True


def foresee(db: Connection, actor: str, dial: Dial) -> Preview:
    """Return what the public would see with these settings.

    It applies them and rolls back, so the answer is exact. Raises Invalid as set_dial.
    """
    with db.begin_nested() as attempt:
        set_dial(db, actor, dial)
        seen = preview(db)
        attempt.rollback()
    return seen


def _errors(dial: Dial) -> dict[str, str]:
    errors = {}
    if dial.rounding not in ROUNDINGS:
        errors["rounding"] = "Must be 1, 10, 100 or 1000."
    if not 0 <= dial.opening_balance <= MAX_OPENING_BALANCE:
        errors["opening_balance"] = f"Must be a whole number from 0 to {MAX_OPENING_BALANCE:,}."
    if (None, None) in dial.hidden:
        errors["hidden"] = "Must name a model or a variant."
    return errors


def _snapshot(dial: Dial) -> dict[str, Any]:
    return {**asdict(dial), "hidden": _in_order(dial)}


def _in_order(dial: Dial) -> list[tuple[str | None, str | None]]:
    return sorted(dial.hidden, key=lambda kind: (kind[0] or "", kind[1] or ""))
