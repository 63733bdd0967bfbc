"""The forms that say what a SKU or a product counts as."""

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
    """SKUs that begin so count as this type."""

    prefix = StringField(
        "SKU begins with",
        [InputRequired("Enter how the SKU begins.")],
        description="In any case; the longest beginning wins.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    type = SelectField("Counts as", [NumberRange(1, message="Choose what it counts as.")], coerce=int)


class IgnoreForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A SKU that is no product."""

    sku = StringField(
        "SKU",
        [InputRequired("Enter the whole SKU.")],
        description="The whole SKU: gift cards, services.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )


class UnmatchedForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What to do with unmatched lines of one product; the list draws it by hand, once for each."""

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
    """Return (model, variant) of each type sales are taken of, by the value that stands for it in a form."""
    return {row.id: (row.model, row.variant) for row in types if row.is_active}


def offer(form: RuleForm, pairs: dict[int, tuple[str, str]]) -> None:
    """Let the form's select offer these types, none of them chosen beforehand."""
    types = [SelectChoice(str(key), " ".join(pair)) for key, pair in pairs.items()]
    form.type.choices = [SelectChoice("0", "Choose …"), *types]
