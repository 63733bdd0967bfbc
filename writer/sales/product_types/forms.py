"""The form of a new product type."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from writer.sales.product_types import limits


class TypeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A new pair of model and variant."""

    model = StringField("Model", [InputRequired("Enter a model."), Length(max=limits.MAX_NAME)])
    variant = StringField("Variant", [InputRequired("Enter a variant."), Length(max=limits.MAX_NAME)])
