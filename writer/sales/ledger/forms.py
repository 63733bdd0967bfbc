"""Forms: a sale, and the filter of the list, which is read from the query string."""

import re
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import BooleanField, DateTimeLocalField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from writer.lib.errors import Invalid
from writer.lib.text import UnusableText, check_line
from writer.sales import product_types
from writer.sales.ledger import fields
from writer.sales.ledger.queries import Filters
from writer.stock import NotEnoughStock

# Parameters of the list, passed on from page to page while sales are edited and deleted.
_KEPT = ("q", "model", "variant", "seller", "source", "from", "to", "by", "page")
_AS_IT_IS = "as-it-is"


class SaleForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A sale entered or changed by hand. The action checks the fields."""

    kind = SelectField("Type", [InputRequired("Choose a type.")])
    quantity = IntegerField(
        "Units",
        [InputRequired("Enter how many units.")],
        default=1,
        render_kw={"min": "1", "max": str(fields.MAX_QUANTITY)},
    )
    seller = StringField("Seller", [Length(max=fields.MAX_SELLER)])
    date = DateTimeLocalField(
        "When (UTC)",
        [Optional()],
        format=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        render_kw={"step": "1"},
    )
    sku = StringField(
        "SKU",
        [Length(max=product_types.MAX_SKU)],
        description="Takes the units out of stock too.",
        render_kw={"autocomplete": "off"},
    )
    notes = StringField("Notes", [Length(max=fields.MAX_NOTES)])
    # Shown after a sale was refused because of too little stock.
    oversell = BooleanField("It was sold anyway")
    once = HiddenField()

    def offer(self, types: Sequence[Row[int, str, str, bool]], current: Row[Any] | None = None) -> None:
        """Offer the active types, and the type of the sale even if it is not active."""
        active = [row for row in types if row.is_active]
        self.kind.choices = [(str(row.id), f"{row.model} {row.variant}") for row in active]
        self._pairs = {str(row.id): (row.model, row.variant) for row in active}
        if current is not None and (current.model, current.variant) not in self._pairs.values():
            self.kind.choices = [
                (_AS_IT_IS, f"{current.model} {current.variant} (not active)"),
                *self.kind.choices,
            ]
            self._pairs[_AS_IT_IS] = (current.model, current.variant)

    def show(self, sale: Row[Any]) -> None:
        """Fill the form with a sale; call `offer` first."""
        self.kind.data = next(key for key, pair in self._pairs.items() if pair == (sale.model, sale.variant))
        for name in ("quantity", "seller", "date", "sku", "notes"):
            self[name].data = getattr(sale, name)
        if sale.quantity < 1:
            self.quantity.render_kw = {}  # the browser would refuse to send the present value

    def given(self, current: Row[Any] | None = None) -> dict[str, Any]:
        """Return the values of the form for the actions; `current` is the sale it was filled with."""
        model, variant = self._pairs[self.kind.data]
        given = {"model": model, "variant": variant, "quantity": self.quantity.data}
        # The field shows whole seconds; the same whole seconds are not a change.
        shown = None if current is None else current.date.replace(microsecond=0, tzinfo=None)
        if self.date.data not in (None, shown):
            given["date"] = self.date.data
        for name in ("seller", "sku", "notes"):
            text = self[name].data or ""
            # A browser removes line breaks from a field of one line; that is not a change.
            if current is None or text != re.sub(r"[\r\n]", "", getattr(current, name) or ""):
                given[name] = text
        return given

    def token(self) -> str:
        """Return the token of this form, the same however often it is sent; a script may send none."""
        sent = self.once.data or ""
        return sent if re.fullmatch("[0-9a-f]{32}", sent) else secrets.token_hex(16)

    def warn(self, error: NotEnoughStock) -> None:
        """Show that too few are left, and ask whether the sale was made anyway."""
        self.oversell.errors = [f"{error.sentence} Tick this if it was sold anyway, and send it again."]

    def refuse(self, error: Invalid) -> None:
        """Show each error of the action beside its field."""
        for name, sentence in error.errors.items():
            field = self["kind" if name in ("model", "variant") else name]
            field.errors = [*field.errors, sentence]


def new_sale_form(last_type: str | None) -> SaleForm:
    """Return the form of a new sale with defaults; it counts once however often it is sent."""
    form = SaleForm(formdata=None)
    form.kind.data = last_type
    form.seller.data = current_app.config["ONEROM"].default_seller
    form.once.data = secrets.token_hex(16)
    return form


def asked_filters() -> Filters:
    """Return the filter of the query string. Raises Invalid naming a value that cannot be read."""
    return Filters(
        text=_text("q"),
        model=_text("model"),
        variant=_text("variant"),
        seller=_text("seller"),
        source=_text("source"),
        first_on=_day("from"),
        last_on=_day("to"),
    )


def kept() -> dict[str, Any]:
    """Return the parameters of the list, for links that lead back to it."""
    return {name: request.args[name] for name in _KEPT if request.args.get(name)}


def _text(name: str) -> str:
    try:
        return check_line(request.args.get(name, ""), fields.MAX_SELLER)
    except UnusableText as error:
        raise Invalid(f"The filter {name} cannot be used. {error}", {name: str(error)}) from None


def _day(name: str) -> date | None:
    text = _text(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not 1970 <= day.year <= 9998:
            raise ValueError
    except ValueError:
        sentence = "Must be a date such as 2026-11-20."
        raise Invalid(f"The filter {name} cannot be used. {sentence}", {name: sentence}) from None
    return day
