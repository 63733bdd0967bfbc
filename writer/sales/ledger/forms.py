"""Forms: a sale, what the lines of a new one share; and the filter of the list, from the query string."""

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, request
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import BooleanField, DateTimeLocalField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from writer.lib import clock, money
from writer.lib.errors import Invalid
from writer.lib.text import UnusableText, check_line
from writer.sales import product_types
from writer.sales.ledger import fields
from writer.sales.ledger.queries import NEWEST, SORTINGS, Filters
from writer.stock import NotEnoughStock

# Parameters of the list, passed on from page to page while sales are edited and deleted.
KEPT = ("q", "model", "variant", "plain", "seller", "source", "from", "to", "sort", "page")
_AS_IT_IS = "as-it-is"


class SharedForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What all lines of a sale by hand share. The action checks the fields."""

    seller = StringField("Seller", [Length(max=fields.MAX_SELLER)], render_kw={"list": "sellers"})
    date = DateTimeLocalField(
        "When",
        [Optional()],
        format=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        description="Empty: now.",
    )
    currency = StringField(
        "Currency", [Optional()], render_kw={"maxlength": "3", "size": "4", "list": "currencies"}
    )
    notes = StringField("Notes", [Length(max=fields.MAX_NOTES)], render_kw={"maxlength": fields.MAX_NOTES})
    # Shown where a line has a warning.
    oversell = BooleanField("It was sold anyway")
    once = HiddenField()

    def token(self) -> str:
        """Return the token of this form, the same however often it is sent; a script may send none."""
        sent = self.once.data or ""
        return sent if re.fullmatch("[0-9a-f]{32}", sent) else secrets.token_hex(16)

    def sold_at(self) -> datetime | None:
        """Return the time that was entered, of the shop's time zone; None: now."""
        return None if self.date.data is None else _of_the_shop(self.date.data)

    def refuse(self, error: Invalid) -> None:
        """Show each error of the action beside its field, if it is one that all lines share."""
        for name, sentence in error.errors.items():
            if name in self._fields:
                self[name].errors = [*self[name].errors, sentence]


class SaleForm(SharedForm):
    """A sale that is there already, to be changed."""

    kind = SelectField("Counts as", [InputRequired("Choose a type.")])
    quantity = IntegerField(
        "Units",
        [InputRequired("Enter how many units.")],
        render_kw={"min": "1", "max": str(fields.MAX_QUANTITY)},
    )
    sku = StringField(
        "SKU",
        [Length(max=product_types.MAX_SKU)],
        description="Its units are taken out of stock.",
        render_kw={"autocomplete": "off", "list": "skus"},
    )
    price = StringField("Price of one", [Length(max=20)], render_kw={"inputmode": "decimal"})

    def offer(self, types: Sequence[Row[int, str, str, bool]], current: Row[Any]) -> None:
        """Offer the active types, and the type of the sale even if it is not one of them."""
        active = [row for row in types if row.is_active]
        self.kind.choices = [(str(row.id), product_types.named(row.model, row.variant)) for row in active]
        self._pairs = {str(row.id): (row.model, row.variant) for row in active}
        if (current.model, current.variant) not in self._pairs.values():
            name = product_types.named(current.model, current.variant)
            self.kind.choices = [(_AS_IT_IS, f"{name} (as it is)"), *self.kind.choices]
            self._pairs[_AS_IT_IS] = (current.model, current.variant)

    def show(self, sale: Row[Any]) -> None:
        """Fill the form with a sale; call `offer` first."""
        self.kind.data = next(key for key, pair in self._pairs.items() if pair == (sale.model, sale.variant))
        for name in ("quantity", "seller", "sku", "notes", "currency"):
            self[name].data = getattr(sale, name)
        self.date.data = _shown(sale.date)
        if sale.price_minor is not None:
            self.price.data = money.to_plain(sale.price_minor, sale.currency)
        if sale.quantity < 1:
            self.quantity.render_kw = {}  # the browser would refuse to send the present value

    def given(self, current: Row[Any]) -> dict[str, Any]:
        """Return the values of the form for the actions; `current` is the sale it was filled with.

        Raises Invalid naming a price that cannot be read.
        """
        model, variant = self._pairs[self.kind.data]
        given = {"model": model, "variant": variant, "quantity": self.quantity.data, **self._price()}
        # The field shows whole seconds; the same whole seconds are not a change.
        if self.date.data not in (None, _shown(current.date)):
            given["date"] = self.sold_at()
        for name in ("seller", "sku", "notes"):
            text = self[name].data or ""
            # A browser removes line breaks from a field of one line; that is not a change.
            if text != re.sub(r"[\r\n]", "", getattr(current, name) or ""):
                given[name] = text
        return given

    def _price(self) -> dict[str, Any]:
        text, currency = (self.price.data or "").strip(), (self.currency.data or "").strip().upper()
        if not text:
            return {"price_minor": None, "currency": None}
        try:
            return {"price_minor": money.typed(text, currency), "currency": currency}
        except ValueError:
            sentence = "Must be an amount such as 12.50."
            raise Invalid(sentence, {"price": sentence}) from None

    def warn(self, error: NotEnoughStock) -> None:
        """Show that too few are left, and ask whether the sale was made anyway."""
        self.oversell.errors = [f"{error.sentence} Tick this if it was sold anyway, and send it again."]

    def refuse(self, error: Invalid) -> None:
        """Show each error of the action beside its field."""
        beside = {"model": "kind", "variant": "kind", "price_minor": "price"}
        for name, sentence in error.errors.items():
            field = self[beside.get(name, name)]
            field.errors = [*field.errors, sentence]


def new_shared_form(currency: str) -> SharedForm:
    """Return what lines share of a new sale, with defaults; it counts once however often it is sent."""
    form = SharedForm(formdata=None)
    form.seller.data = current_app.config["ONEROM"].default_seller
    form.currency.data = currency
    form.once.data = secrets.token_hex(16)
    return form


def _of_the_shop(typed: datetime) -> datetime:
    return typed.replace(tzinfo=ZoneInfo(clock.zone_name()))


def _shown(moment: datetime) -> datetime:
    return clock.local(moment).replace(microsecond=0, tzinfo=None)


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
        is_plain=request.args.get("plain") == "1",
    )


def kept() -> dict[str, Any]:
    """Return the parameters of the list, for links that lead back to it."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def asked_sort() -> str:
    """Return how the list is to be sorted: a key of queries.SORTINGS, "-" before it for descending."""
    sort = request.args.get("sort", NEWEST)
    return sort if sort.removeprefix("-") in SORTINGS else NEWEST


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
