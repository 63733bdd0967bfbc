"""Forms: a store's address and keys, the secret of its webhooks, its settings for stock push."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from writer.stores.connect.policies import DIFFERENCE_POLICIES

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ConnectForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A store's address and keys. The form keeps what was typed until it is saved, never after."""

    base_url = StringField(
        "Address of the shop",
        [InputRequired("Enter the address of the shop."), Length(max=300)],
        description="As in the browser's address bar, such as https://shop.example.",
        render_kw={**_PLAIN, "inputmode": "url"},
    )
    key = StringField(
        "Consumer key",
        [InputRequired("Paste the consumer key."), Length(max=300)],
        render_kw={**_PLAIN, "placeholder": "ck_…"},
    )
    secret = PasswordField(
        "Consumer secret",
        [InputRequired("Paste the consumer secret."), Length(max=300)],
        widget=PasswordInput(hide_value=False),
        render_kw={**_PLAIN, "placeholder": "cs_…"},
    )
    name = StringField("Name", [Optional(), Length(max=60)], description="Empty: the shop's own name.")
    site_id = StringField(
        "Short name",
        [Optional(), Length(max=60)],
        description="For plugins and scripts that name the store, such as uk. Optional.",
        render_kw=_PLAIN,
    )
    ca_bundle = StringField(
        "Private certificate authority",
        [Optional(), Length(max=300)],
        description="A file on this server with its certificates. Empty for every public shop.",
        render_kw=_PLAIN,
    )

    same_as = HiddenField()  # the id of the store that this one is, moved; set by a button
    is_another = HiddenField()  # "1": it only began as a copy of that store; set by a button


class MovedForm(ConnectForm):
    """Another address of a store, or other keys: without keys it keeps those that it has."""

    key = StringField(
        "Consumer key",
        [Optional(), Length(max=300)],
        description="Empty: the present keys.",
        render_kw={**_PLAIN, "placeholder": "ck_…"},
    )
    secret = PasswordField(
        "Consumer secret",
        [Optional(), Length(max=300)],
        widget=PasswordInput(hide_value=False),
        render_kw={**_PLAIN, "placeholder": "cs_…"},
    )


class WebhooksForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Set up the webhooks, optionally with a secret of the owner's choice."""

    secret = PasswordField(
        "Secret",
        [Optional(), Length(16, 200, "Use 16 to 200 characters, or none.")],
        description="Empty: the present secret, or a new random one.",
        render_kw=_PLAIN,
    )


class RulesForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The settings for stock push to a store."""

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
        "Seconds between two polls of the orders",
        [InputRequired("Enter the seconds; 0 for never.")],
        description="One short call. More often right after a sale, every fourth time at night by the store's"
        " clock. 0: orders come by webhook and with the regular import alone.",
        render_kw={"inputmode": "numeric", "min": "0"},
    )
