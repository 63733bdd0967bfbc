"""Pages where an admin adds users, sets their role, deactivates them and resets passwords."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, DomainError
from writer.people import auth, users
from writer.people.user_pages import queries
from writer.people.user_pages.forms import RoleForm, UserForm, blame, ticked_stores
from writer.people.users import passwords

bp = Blueprint("users", __name__, url_prefix="/users", template_folder="templates")


@bp.get("")
@auth.admin_only
def index() -> str:
    """List the users, with a form to add one."""
    return _index(UserForm())


def _index(form: UserForm) -> str:
    with reading() as db:
        rows, seen = queries.list_users(db), queries.stores_of_users(db)
    return render_template("user_pages/users.html", rows=rows, seen=seen, form=form)


@bp.post("")
@auth.admin_only
def add() -> tuple[str, int]:
    """Add a user and show the temporary password once."""
    form = UserForm()
    if not form.validate_on_submit():
        return _index(form), 422
    temporary = passwords.temporary()
    try:
        with transaction() as db:
            name, role = form.name.data or "", form.role.data
            users.create_user(db, name, temporary, role, must_change=True, by=auth.actor().name)
    except DomainError as error:
        blame(form, error)
        return _index(form), error.status
    return _handed_over(users.checked_name(name), temporary), 201


def _handed_over(name: str, temporary: str) -> str:
    return render_template(
        "user_pages/shown_once.html",
        title=f"Password for {name}",
        sentence=f"Hand this password to {name}. At the first sign-in a new one has to be chosen.",
        secret=temporary,
        back=url_for("users.index"),
    )


@bp.get("/<int:user_id>")
@auth.admin_only
def show(user_id: int) -> str:
    """Show one user and what can be changed."""
    with reading() as db:
        user = users.get_user(db, user_id)
        sign_ins = users.list_sign_ins(db, user_id)
        tokens = queries.count_valid_tokens(db, user.name)
        shops, seen = queries.list_stores(db), users.granted(db, users.Owner(user_id=user_id))
    return render_template(
        "user_pages/user.html",
        user=user,
        sign_ins=sign_ins,
        tokens=tokens,
        form=RoleForm(role=user.role),
        shops=shops,
        seen=seen,
    )


@bp.post("/<int:user_id>/role")
@auth.admin_only
def set_role(user_id: int) -> Response:
    """Give the user another role."""
    try:
        with transaction() as db:
            users.set_role(db, auth.actor().name, user_id, RoleForm().role.data)
    except Conflict as error:
        return _back(user_id, error.sentence, "danger")
    return _back(user_id, "The role is changed.")


@bp.post("/<int:user_id>/stores")
@auth.admin_only
def set_stores(user_id: int) -> Response:
    """Let the user see only the ticked stores."""
    wanted = ticked_stores()
    with transaction() as db:
        users.grant(db, auth.actor().name, users.Owner(user_id=user_id), wanted)
    return _back(user_id, "The stores are saved.")


@bp.post("/<int:user_id>/deactivate")
@auth.admin_only
def deactivate(user_id: int) -> Response:
    """Deactivate the user, with immediate effect."""
    try:
        with transaction() as db:
            users.set_active(db, auth.actor().name, user_id, False)
    except Conflict as error:
        return _back(user_id, error.sentence, "danger")
    return _back(user_id, "This user can no longer sign in.")


@bp.post("/<int:user_id>/activate")
@auth.admin_only
def activate(user_id: int) -> Response:
    """Activate the user again."""
    with transaction() as db:
        users.set_active(db, auth.actor().name, user_id, True)
    return _back(user_id, "This user can sign in again.")


def _back(user_id: int, sentence: str, style: str = "success") -> Response:
    flash(sentence, style)
    return redirect(url_for("users.show", user_id=user_id), 303)


@bp.post("/<int:user_id>/reset-password")
@auth.admin_only
def reset_password(user_id: int) -> str:
    """Replace the password with a temporary one, which is shown once."""
    temporary = passwords.temporary()
    hashed = passwords.hashed(temporary)
    with transaction() as db:
        name = users.get_user(db, user_id).name
        users.reset_password(db, auth.actor().name, user_id, hashed)
    return _handed_over(name, temporary)
