"""The form to review a line."""

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired

from writer.orders.record import LARGEST_QUANTITY
from writer.web.number_range import NumberRange


class ReviewForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The right quantity of a line that waits for review."""

    quantity = IntegerField(
        "Right quantity",
        [
            InputRequired("Enter whole units."),
            NumberRange(0, LARGEST_QUANTITY, f"Must be a whole number from 0 to {LARGEST_QUANTITY}."),
        ],
    )
