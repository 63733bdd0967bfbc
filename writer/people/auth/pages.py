"""Pages of one's own account: sign-in, sign-out, password, and the list of one's sign-ins."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Invalid
from writer.people import users
from writer.people.auth import entry, throttle
from writer.people.auth.access import actor, public
from writer.people.auth.forms import PasswordForm, SignInForm
from writer.people.users import passwords

bp = Blueprint("auth", __name__, template_folder="templates")
# A path of this site. Browsers read "//host" and "/\host" as another host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Ask for name and password; if they are right, start a new sign-in."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("auth/sign_in.html", form=form), 422 if form.errors else 200
    user, wait_s = entry.check(form.name.data or "", form.password.data or "")
    if user is None:
        form.password.errors = [entry.refusal(wait_s)]
        return render_template("auth/sign_in.html", form=form), *_refused(wait_s)
    return _let_in(user)


def _refused(wait_s: int, status: int = 401) -> tuple[int, dict[str, str]]:
    return (429, {"Retry-After": str(wait_s)}) if wait_s else (status, {})


def _let_in(user: Row[Any]) -> Response:
    address = request.remote_addr or ""
    with transaction() as db:
        throttle.forget(db, user.name, address)
        if isinstance(session.get("sign_in"), str):
            users.end_sign_in(db, session["sign_in"])
        token = users.start_sign_in(db, user.id, address, request.user_agent.string)
    # Drop all of the old session, which somebody else may have planted.
    session.clear()
    session["sign_in"] = token
    session.permanent = True
    return redirect(_next(), 303)


def _next() -> str:
    wanted = request.args.get("next", "")
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this sign-in."""
    with transaction() as db:
        users.end_sign_in(db, session["sign_in"])
    return _signed_out("You are signed out.")


@bp.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """End every sign-in of this user, this one too."""
    with transaction() as db:
        users.end_sign_ins(db, _user_id())
    return _signed_out("You are signed out everywhere.")


def _signed_out(sentence: str) -> Response:
    session.clear()
    flash(sentence, "success")
    return redirect(url_for("auth.sign_in"), 303)


@bp.get("/account")
def account() -> str:
    """Show the user and the user's sign-ins."""
    with reading() as db:
        rows = users.list_sign_ins(db, _user_id())
    here = users.fingerprint(session["sign_in"])
    return render_template("auth/account.html", rows=rows, here=here)


@bp.route("/password", methods=["GET", "POST"])
def password() -> Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Change one's own password; all other sign-ins end."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("auth/password.html", form=form), 422 if form.errors else 200
    new = form.new.data or ""
    user, wait_s = entry.check(actor().name, form.old.data or "")
    if user is None:
        form.old.errors = [entry.refusal(wait_s) if wait_s else "This is not your current password."]
        return render_template("auth/password.html", form=form), *_refused(wait_s, 422)
    try:
        passwords.check_new(new, user.name, user.password_hash, field="new")
    except Invalid as error:
        form.new.errors = [error.errors["new"]]
        return render_template("auth/password.html", form=form), 422
    _change(user, new)
    flash("Your password is changed. You were signed out everywhere else.", "success")
    return redirect("/", 303)


@bp.post("/account/theme")
def choose_theme() -> Response:
    """Keep the look that this user chose, and show the page again that it was chosen on."""
    with transaction() as db:
        users.choose_theme(db, _user_id(), request.form.get("theme") or None)
    wanted = request.form.get("next", "")
    return redirect(wanted if _OWN_PATH.fullmatch(wanted) else "/", 303)


def _change(user: Row[Any], new: str) -> None:
    new_hash = passwords.hashed(new)
    with transaction() as db:
        users.change_password(db, user.id, new_hash, sign_in=session["sign_in"])
        throttle.forget(db, user.name, request.remote_addr or "")


def _user_id() -> int:
    found = actor().user_id
    assert found is not None  # only a session can reach a page
    return found
