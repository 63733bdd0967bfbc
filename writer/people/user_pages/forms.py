"""Forms: a new user, a role, a new token, and the stores that a user or token sees."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from writer.lib.errors import DomainError, Invalid
from writer.people.users import ROLES, SCOPES


def _options(values: tuple[str, ...]) -> list[Any]:
    return list(values)  # the published types allow only pairs


class UserForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A new user."""

    name = StringField(
        "Name",
        [DataRequired("Enter a name."), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    role = SelectField("Role", choices=_options(ROLES), default="staff")


class RoleForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A user's role."""

    role = SelectField("Role", choices=_options(ROLES))


class TokenForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A new API token."""

    name = StringField(
        "Name",
        [DataRequired("Enter a name."), Length(max=60)],
        description='What will use it: "stock sheet", "till".',
        render_kw={"autocomplete": "off"},
    )
    scope = SelectField("May", choices=_options(SCOPES), default="read")


def blame(form: FlaskForm, error: DomainError) -> None:
    """Show each error beside its field."""
    for name, field in form._fields.items():
        if name in error.errors:
            field.errors = [error.sentence]


def ticked_stores() -> list[int]:
    """Return the ids of the stores ticked in the form. Raises Invalid naming `stores`."""
    ticked = request.form.getlist("stores")
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in ticked):
        raise Invalid("There is no such store.", {"stores": "Tick stores of the list."})
    return [int(text) for text in ticked]
