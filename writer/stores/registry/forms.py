"""The forms of a store."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class StoreForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What the owner says of a store."""

    name = StringField(
        "Name",
        [InputRequired("Enter a name.")],
        description="As seller in the ledger from now on; rows that are there keep theirs.",
    )
    paid_statuses = StringField(
        "Statuses that count as paid",
        description="Besides processing and completed, with commas between: shipped, ready-for-pickup.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    counts_on_hold = BooleanField("Orders on hold count as sold")


class SecretForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A secret of the store's own, to be typed in and never shown again."""

    secret = PasswordField(
        "Webhook secret",
        [InputRequired("Enter the secret as it stands in WooCommerce."), Length(max=200)],
        description="At least 16 characters. It is kept encrypted and never shown again.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
