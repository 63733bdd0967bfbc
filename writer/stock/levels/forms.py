"""Forms of the stock pages, and the filter of the list, which is read from the query string."""

import secrets
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from writer.db import parse_id
from writer.lib.errors import DomainError
from writer.stock.levels.overview import SORTS, STATES, Filters, usual_sort
from writer.stock.movements import LARGEST_MOVE
from writer.stock.products import MAX_DAYS, MAX_NAME, MAX_NOTE, MAX_SKU, MAX_TYPE, MAX_UNITS
from writer.web.number_range import NumberRange

_AS_TYPED = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
_WHOLE = {"inputmode": "numeric"}


def _up_to(most: int) -> NumberRange:
    return NumberRange(0, most, f"Use a whole number from 0 to {most:,}.")


class SettingsForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The settings of a product."""

    sku = StringField("SKU", [InputRequired("Give a SKU."), Length(max=MAX_SKU)], render_kw=_AS_TYPED)
    name = StringField("Name", [Length(max=MAX_NAME)])
    model = StringField(
        "Model", [Length(max=MAX_TYPE)], description="Empty: the SKU rules decide what it counts as."
    )
    variant = StringField("Variant", [Length(max=MAX_TYPE)])
    reorder_point = IntegerField(
        "Reorder point",
        [Optional(), _up_to(MAX_UNITS)],
        description="Stock is low at this number of units on hand or fewer. Empty: never.",
        render_kw=_WHOLE,
    )
    lead_time_days = IntegerField(
        "Lead time in days",
        [Optional(), _up_to(MAX_DAYS)],
        description="From ordering to receiving. Empty: not known.",
        render_kw=_WHOLE,
    )
    set_aside = IntegerField(
        "Set aside",
        [InputRequired("Give a number, or 0."), _up_to(MAX_UNITS)],
        default=0,
        description="Units that no store may offer: available is on hand less these.",
        render_kw=_WHOLE,
    )
    allows_backorders = BooleanField("Allow backorders: sell it when none is left")
    is_active = BooleanField("Active: it is sold, counted and updated in the stores", default=True)

    def settings(self) -> dict[str, Any]:
        """Return the values of the form by column."""
        return {name: self[name].data for name in SETTINGS}


SETTINGS = (
    "sku",
    "name",
    "model",
    "variant",
    "reorder_point",
    "lead_time_days",
    "set_aside",
    "allows_backorders",
    "is_active",
)


class NewProductForm(SettingsForm):
    """A SKU to start counting."""

    on_hand = IntegerField(
        "On hand now",
        [InputRequired("Give a number, or 0."), _up_to(MAX_UNITS)],
        default=0,
        description="The first count. Orders made before now are part of it.",
        render_kw=_WHOLE,
    )


class ReceiveForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Units that came in."""

    quantity = IntegerField(
        "Units that came in",
        [
            InputRequired("Enter how many units."),
            NumberRange(1, LARGEST_MOVE, f"Use a whole number from 1 to {LARGEST_MOVE:,}."),
        ],
        render_kw=_WHOLE,
    )
    note = StringField("Note", [Length(max=MAX_NOTE)], render_kw={"placeholder": "Delivery, batch …"})
    once = HiddenField(validators=[Regexp("[0-9a-f]{32}$")])


class AdjustForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Units that came in or went out for another reason."""

    quantity = IntegerField(
        "Units, + or −",  # noqa: RUF001  # a sign of subtraction
        [
            InputRequired("Enter the number of units, with - if they went out."),
            NumberRange(-LARGEST_MOVE, LARGEST_MOVE, f"Use a whole number up to {LARGEST_MOVE:,}."),
        ],
        render_kw={"placeholder": "-1"},
    )
    note = StringField(
        "Reason",
        [InputRequired("Say why: broken, given away, found."), Length(max=MAX_NOTE)],
        render_kw={"placeholder": "Broken, given away, found …"},
    )
    once = HiddenField(validators=[Regexp("[0-9a-f]{32}$")])


class AliasForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Another SKU of a product."""

    sku = StringField("Another SKU", [InputRequired("Give a SKU."), Length(max=MAX_SKU)], render_kw=_AS_TYPED)


def filled(product: Row[Any]) -> SettingsForm:
    """Return the form with the present settings of a product."""
    return SettingsForm(formdata=None, prefix="settings", data={n: getattr(product, n) for n in SETTINGS})


def fresh_token() -> str:
    """Return the random token of a form, which counts once however often it is sent."""
    return secrets.token_hex(16)


def refuse(form: FlaskForm, error: DomainError) -> None:
    """Show each error beside its field, or else at the first field."""
    for name, sentence in error.errors.items() or [("", error.sentence)]:
        field = form[name] if name in form else next(iter(form))
        field.errors = [*field.errors, sentence]


def asked() -> Filters:
    """Return the filter of the query string; a value that cannot be read filters nothing."""
    # PostgreSQL refuses NUL in text; no row has one.
    text = request.args.get("q", "").replace("\0", "").strip()[:MAX_NAME]
    # Links of before said `state`.
    state = request.args.get("view") or request.args.get("state", "active")
    state = state if state in STATES else "active"
    sort = request.args.get("sort", usual_sort(state))
    is_turned = sort.startswith("-")
    sort = sort.removeprefix("-")
    return Filters(
        text,
        state,
        parse_id(request.args.get("store", "")),
        sort if sort in SORTS else "sku",
        is_turned and sort in SORTS,
    )
