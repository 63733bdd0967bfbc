"""The form of a held line, and the filter of the list as the query string gives it."""

from flask import request
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from writer.orders.actions import LARGEST_QUANTITY
from writer.orders.listing import OrderFilters
from writer.orders.queries import MAX_ID


class ReviewForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The right quantity of a line that waits for review."""

    quantity = IntegerField(
        "Right quantity",
        [
            InputRequired("Enter whole units."),
            NumberRange(0, LARGEST_QUANTITY, f"Must be a whole number from 0 to {LARGEST_QUANTITY}."),
        ],
    )


def asked_orders() -> OrderFilters:
    """Return the filter the query string asks for; what cannot be understood leaves nothing out."""
    store = _text("store")
    is_id = store.isascii() and store.isdecimal() and int(store[:12]) <= MAX_ID
    return OrderFilters(_text("status"), int(store) if is_id else None, _text("q").removeprefix("#"))


def _text(name: str) -> str:
    # PostgreSQL refuses NUL in a text; no row has one.
    return request.args.get(name, "").replace("\0", "").strip()[:200]
