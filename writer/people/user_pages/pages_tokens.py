"""Pages where an admin lists, makes and revokes API tokens."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import DomainError
from writer.people import auth, users
from writer.people.user_pages import queries
from writer.people.user_pages.forms import TokenForm, blame, ticked_stores

bp = Blueprint("tokens", __name__, url_prefix="/tokens", template_folder="templates")


@bp.get("")
@auth.admin_only
def index() -> str:
    """List the tokens, with a form to make one."""
    return _index(TokenForm())


def _index(form: TokenForm) -> str:
    with reading() as db:
        rows, seen = queries.list_tokens(db), queries.stores_of_tokens(db)
        shops = queries.list_stores(db)
    return render_template("user_pages/tokens.html", rows=rows, seen=seen, shops=shops, form=form)


@bp.post("")
@auth.admin_only
def add() -> tuple[str, int]:
    """Make a token and show it, once."""
    form = TokenForm()
    if not form.validate_on_submit():
        return _index(form), 422
    wanted = ticked_stores()
    try:
        with transaction() as db:
            token = users.make_token(db, form.name.data or "", form.scope.data, auth.actor().name)
            made = users.find_token(db, token)
            if wanted and made is not None:
                users.grant(db, auth.actor().name, users.Owner(token_id=made.id), wanted)
    except DomainError as error:
        blame(form, error)
        return _index(form), error.status
    return _shown(form.name.data or "", token), 201


def _shown(name: str, token: str) -> str:
    return render_template(
        "user_pages/shown_once.html",
        title=f"Token {name}",
        sentence='Programs send it with every request as "Authorization: Bearer ...".',
        secret=token,
        back=url_for("tokens.index"),
    )


@bp.get("/<int:token_id>")
@auth.admin_only
def show(token_id: int) -> str:
    """Show the stores that the token sees, in a form to change them."""
    with reading() as db:
        token = users.get_token(db, token_id)
        shops, seen = queries.list_stores(db), users.granted(db, users.Owner(token_id=token_id))
    return render_template("user_pages/token.html", token=token, shops=shops, seen=seen)


@bp.post("/<int:token_id>/stores")
@auth.admin_only
def set_stores(token_id: int) -> Response:
    """Let the token see only the ticked stores."""
    wanted = ticked_stores()
    with transaction() as db:
        name = users.get_token(db, token_id).name
        users.grant(db, auth.actor().name, users.Owner(token_id=token_id), wanted)
    flash(f"The stores that {name} sees are saved.", "success")
    return redirect(url_for("tokens.index"), 303)


@bp.get("/<int:token_id>/revoke")
@auth.admin_only
def ask_revoke(token_id: int) -> str:
    """Ask for confirmation."""
    with reading() as db:
        row = users.get_token(db, token_id)
    return render_template(
        "confirm.html",
        title=f"Revoke {row.name}?",
        sentence="Whatever uses this token will be refused from now on. This cannot be undone.",
        button="Revoke token",
        back=url_for("tokens.index"),
    )


@bp.post("/<int:token_id>/revoke")
@auth.admin_only
def revoke(token_id: int) -> Response:
    """End the token."""
    with transaction() as db:
        name = users.revoke_token(db, auth.actor().name, token_id)
    flash(f"{name} is revoked.", "success")
    return redirect(url_for("tokens.index"), 303)
