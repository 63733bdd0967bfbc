"""Forms: a SKU rule, an ignored SKU, a mapping."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from writer.db import LARGEST_ID
from writer.lib.errors import DomainError


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


_IDS = NumberRange(0, LARGEST_ID)


class RuleForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A rule: SKUs that begin with this text count as this type."""

    prefix = StringField(
        "SKU begins with",
        [InputRequired("Enter how the SKU begins.")],
        description="Upper and lower case are the same; the longest match wins.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    type = SelectField("Counts as", [NumberRange(1, message="Choose what it counts as.")], coerce=int)


class IgnoreForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A SKU that is no product."""

    sku = StringField(
        "SKU",
        [InputRequired("Enter the whole SKU.")],
        description="The whole SKU, for example of a gift card or a service.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )


class UnmatchedForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What to do with the lines of one product; the list renders it once for each product."""

    do = HiddenField(validators=[AnyOf(["map", "product", "ignore"], "Choose what to do.")])
    store_id = IntegerField(validators=[InputRequired(), _IDS])
    product_id = IntegerField(validators=[InputRequired(), _IDS])
    variation_id = IntegerField(validators=[InputRequired(), _IDS])
    sku = StringField(filters=[_trimmed], validators=[Length(max=300)])
    type = IntegerField("Counts as", [Optional()])
    same_as = StringField("Same as SKU", [Length(max=300)], filters=[_trimmed])

    @property
    def key(self) -> tuple[int, int, int, str]:
        """Return the key of the group of lines that the form is about."""
        numbers = (self.store_id.data or 0, self.product_id.data or 0, self.variation_id.data or 0)
        return *numbers, self.sku.data or ""

    @property
    def refusal(self) -> str:
        """Return why the form is refused; "" if it is not."""
        return " ".join(sentence for sentences in self.errors.values() for sentence in sentences)

    def refuse(self, error: DomainError) -> None:
        """Show the error of the action."""
        self.form_errors = [*error.errors.values()] or [error.sentence]


def active_pairs(types: Iterable[Any]) -> dict[int, tuple[str, str]]:
    """Return (model, variant) of each active type, by its value in the form."""
    return {row.id: (row.model, row.variant) for row in types if row.is_active}


def offer(form: RuleForm, pairs: dict[int, tuple[str, str]]) -> None:
    """Offer these types in the form's select, with none chosen."""
    types = [SelectChoice(str(key), " ".join(pair)) for key, pair in pairs.items()]
    form.type.choices = [SelectChoice("0", "Choose …"), *types]
