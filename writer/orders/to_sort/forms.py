"""Forms: a SKU rule, an ignored SKU, a mapping."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from writer.db import LARGEST_ID
from writer.orders.to_sort.queries import Group

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
    sku = StringField(validators=[Length(max=300)])
    type = IntegerField("Counts as", [Optional()])
    same_as = StringField("Same as SKU", [Length(max=300)])

    def is_about(self, group: Group) -> bool:
        """Tell whether the form was sent for this group of lines."""
        sent = (self.store_id.data, self.product_id.data, self.variation_id.data, self.sku.data)
        return sent == (group.store_id, group.product_id, group.variation_id, group.sku)


def active_pairs(types: Iterable[Any]) -> dict[int, tuple[str, str]]:
    """Return (model, variant) of each active type, by its value in the form."""
    return {row.id: (row.model, row.variant) for row in types if row.is_active}


def offer(form: RuleForm, pairs: dict[int, tuple[str, str]]) -> None:
    """Offer these types in the form's select, with none chosen."""
    types = [SelectChoice(str(key), " ".join(pair)) for key, pair in pairs.items()]
    form.type.choices = [SelectChoice("0", "Choose …"), *types]
