"""The form of the privacy settings."""

import json
from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired

from writer.sales.public_page.actions import MAX_OPENING_BALANCE, ROUNDINGS
from writer.sales.public_page.queries import Dial, Kind
from writer.web.number_range import NumberRange


class DialForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The privacy settings; `hidden` holds the `key` of each hidden model and variant."""

    rounding = SelectField(
        "Numbers",
        coerce=int,
        choices=[SelectChoice(n, "exact" if n == 1 else f"rounded down to {n:,}s") for n in ROUNDINGS],
    )
    is_delayed = BooleanField("Show sales a day late")
    counts_hidden = BooleanField("Count hidden products in the total")
    opening_balance = IntegerField(
        "Units sold before this ledger began",
        [
            InputRequired("Enter a whole number, 0 if there are none."),
            NumberRange(0, MAX_OPENING_BALANCE, f"Must be from 0 to {MAX_OPENING_BALANCE:,}."),
        ],
    )
    hidden = SelectMultipleField("Hidden", validate_choice=False)

    def offer(self, kinds: Iterable[Kind]) -> None:
        """Offer what can be hidden: models down, variants across."""
        self.models = sorted({model for model, _ in kinds if model is not None})
        self.variants = sorted({variant for _, variant in kinds if variant is not None})
        self.kinds = set(kinds)

    def show(self, dial: Dial) -> None:
        """Fill the form with the present settings."""
        for name in ("rounding", "is_delayed", "counts_hidden", "opening_balance"):
            self[name].data = getattr(dial, name)
        self.hidden.data = [key(*kind) for kind in dial.hidden]

    def dial(self) -> Dial:
        """Return the settings of the form. A type that it does not offer cannot be hidden."""
        whole: list[Kind] = [(model, None) for model in self.models]
        whole += [(None, variant) for variant in self.variants]
        chosen = set(self.hidden.data or [])
        return Dial(
            rounding=self.rounding.data,
            is_delayed=self.is_delayed.data,
            counts_hidden=self.counts_hidden.data,
            opening_balance=int(self.opening_balance.data or 0),
            hidden=frozenset(kind for kind in (*self.kinds, *whole) if key(*kind) in chosen),
        )


def key(model: str | None, variant: str | None) -> str:
    """Return one string for a model and a variant, whatever characters their names have."""
    return json.dumps([model, variant])
