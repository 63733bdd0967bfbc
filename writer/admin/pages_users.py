"""Pages where an admin keeps the users: add, role, in or out, a new password to hand over."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer import accounts, passwords, people
from writer.admin import queries
from writer.admin.forms import RoleForm, UserForm, blame, ticked_stores
from writer.db import reading, transaction
from writer.errors import Conflict, DomainError

bp = Blueprint("users", __name__, url_prefix="/users", template_folder="templates")


@bp.get("")
@accounts.admin_only
def index() -> str:
    """List the users, with a form to add one."""
    return _index(UserForm())


def _index(form: UserForm) -> str:
    with reading() as db:
        rows, seen = queries.list_users(db), queries.stores_of_users(db)
    return render_template("admin/users.html", rows=rows, seen=seen, form=form)


@bp.post("")
@accounts.admin_only
def add() -> tuple[str, int]:
    """Add a user and show, once, the password to hand over."""
    form = UserForm()
    if not form.validate_on_submit():
        return _index(form), 422
    temporary = passwords.temporary()
    try:
        with transaction() as db:
            name, role = form.name.data or "", form.role.data
            people.create_user(db, name, temporary, role, must_change=True, by=accounts.actor().name)
    except DomainError as error:
        blame(form, error)
        return _index(form), error.status
    return _handed_over(people.checked_name(name), temporary), 201


def _handed_over(name: str, temporary: str) -> str:
    return render_template(
        "admin/shown_once.html",
        title=f"Password for {name}",
        sentence=f"Hand this password to {name}. At the first sign-in a new one has to be chosen.",
        secret=temporary,
        back=url_for("users.index"),
    )


@bp.get("/<int:user_id>")
@accounts.admin_only
def show(user_id: int) -> str:
    """Show one user and what can be changed."""
    with reading() as db:
        user = people.get_user(db, user_id)
        sign_ins = people.list_sign_ins(db, user_id)
        tokens = queries.count_valid_tokens(db, user.name)
        shops, seen = queries.list_stores(db), people.granted(db, people.Owner(user_id=user_id))
    return render_template(
        "admin/user.html",
        user=user,
        sign_ins=sign_ins,
        tokens=tokens,
        form=RoleForm(role=user.role),
        shops=shops,
        seen=seen,
    )


@bp.post("/<int:user_id>/role")
@accounts.admin_only
def set_role(user_id: int) -> Response:
    """Give the user another role."""
    try:
        with transaction() as db:
            people.set_role(db, accounts.actor().name, user_id, RoleForm().role.data)
    except Conflict as error:
        return _back(user_id, error.sentence, "danger")
    return _back(user_id, "The role is changed.")


@bp.post("/<int:user_id>/stores")
@accounts.admin_only
def set_stores(user_id: int) -> Response:
    """Let the user see the stores that are ticked, and no others."""
    wanted = ticked_stores()
    with transaction() as db:
        people.grant(db, accounts.actor().name, people.Owner(user_id=user_id), wanted)
    return _back(user_id, "The stores are saved.")


@bp.post("/<int:user_id>/deactivate")
@accounts.admin_only
def deactivate(user_id: int) -> Response:
    """Keep the user out, at once."""
    try:
        with transaction() as db:
            people.set_active(db, accounts.actor().name, user_id, False)
    except Conflict as error:
        return _back(user_id, error.sentence, "danger")
    return _back(user_id, "This user can no longer sign in.")


@bp.post("/<int:user_id>/activate")
@accounts.admin_only
def activate(user_id: int) -> Response:
    """Let the user in again."""
    with transaction() as db:
        people.set_active(db, accounts.actor().name, user_id, True)
    return _back(user_id, "This user can sign in again.")


def _back(user_id: int, sentence: str, style: str = "success") -> Response:
    flash(sentence, style)
    return redirect(url_for("users.show", user_id=user_id), 303)


@bp.post("/<int:user_id>/reset-password")
@accounts.admin_only
def reset_password(user_id: int) -> str:
    """Replace the password by one that is shown once, to hand over."""
    temporary = passwords.temporary()
    hashed = passwords.hashed(temporary)
    with transaction() as db:
        name = people.get_user(db, user_id).name
        people.reset_password(db, accounts.actor().name, user_id, hashed)
    return _handed_over(name, temporary)
