"""The form of a store's stock sync."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired

from writer.stores import DIFFERENCE_POLICIES


class RulesForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """By which rules the stock of a store is updated."""

    buffer = IntegerField(
        "Buffer",
        [InputRequired("Enter a whole number; 0 for none.")],
        description="Units of each SKU that are never offered in this store.",
        render_kw={"inputmode": "numeric", "min": "0"},
    )
    difference_policy = SelectField(
        "When the store shows a number that nothing explains",
        choices=[SelectChoice(value, label) for value, label in DIFFERENCE_POLICIES.items()],
    )
    restocks_refunds = BooleanField("Restock refunded units if the store does not say")
    manages_stock = BooleanField("Switch stock management on for products that have none in the store")
    poll_interval_s = IntegerField(
        "Seconds between two readings of its newest orders",
        [InputRequired("Enter the seconds; 0 for never.")],
        description="One short call. More often right after a sale, every fourth time at night by the store's"
        " clock. 0: orders come by webhook and with the regular import alone.",
        render_kw={"inputmode": "numeric", "min": "0"},
    )
