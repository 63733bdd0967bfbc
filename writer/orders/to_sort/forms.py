"""Forms: a SKU rule, an ignored SKU."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired

from writer.web.number_range import NumberRange


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


def active_pairs(types: Iterable[Any]) -> dict[int, tuple[str, str]]:
    """Return (model, variant) of each active type, by its value in the form."""
    return {row.id: (row.model, row.variant) for row in types if row.is_active}


def offer(form: RuleForm, pairs: dict[int, tuple[str, str]]) -> None:
    """Offer these types in the form's select, with none chosen."""
    types = [SelectChoice(str(key), " ".join(pair)) for key, pair in pairs.items()]
    form.type.choices = [SelectChoice("0", "Choose …"), *types]
