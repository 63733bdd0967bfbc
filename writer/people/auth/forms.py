"""Forms: sign-in, and changing one's own password."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from writer.people.users.passwords import LONGEST, SHORTEST


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Name and password."""

    name = StringField(
        "Name",
        [DataRequired("Enter your name."), Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "autofocus": True},
    )
    password = PasswordField(
        "Password",
        [DataRequired("Enter your password."), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Changing one's own password."""

    old = PasswordField(
        "Current password",
        [DataRequired("Enter your current password."), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "New password",
        [DataRequired("Choose a new password."), Length(max=LONGEST)],
        description=f"At least {SHORTEST} characters; a few words in a row are good.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password again",
        [EqualTo("new", "This is not the same as the new password.")],
        render_kw={"autocomplete": "new-password"},
    )
