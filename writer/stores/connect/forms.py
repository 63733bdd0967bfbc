"""Forms: a store's address and keys, the secret of its webhooks, what the owner says of it."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

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

    # A page has several secrets, and each field of a page its own id.
    secret = PasswordField(
        "Secret",
        [Optional(), Length(16, 200, "Use 16 to 200 characters, or none.")],
        description="Empty: the present secret, or a new random one.",
        id="webhooks-secret",
        render_kw=_PLAIN,
    )


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
        id="store-secret",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
