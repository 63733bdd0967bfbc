"""A range of numbers that a form accepts, however long the number is that somebody sends."""

from typing import Any

from wtforms import validators


class NumberRange(validators.NumberRange):
    """As WTForms has it, which fails on a number of more than 300 digits."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise ValidationError for a number out of the range."""
        try:
            super().__call__(form, field)
        except OverflowError as error:
            raise validators.ValidationError(str(self.message)) from error
