"""The page of the privacy settings; every user sees it, admins change it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.people import auth
from writer.sales.public_page import actions, forms, queries

bp = Blueprint("public_page", __name__, template_folder="templates")


@bp.get("/public-page")
def show() -> str:
    """Show the privacy settings and a preview of what the public sees."""
    form = forms.DialForm(formdata=None)
    with reading() as db:
        form.show(queries.get_dial(db))
    return _page(form)


@bp.post("/public-page")
@auth.admin_only
def edit() -> Response | tuple[str, int]:
    """Change the settings to the values of the form."""
    form = forms.DialForm()
    with reading() as db:
        form.offer(queries.list_kinds(db))
    if not form.validate():
        return _page(form), 422
    with transaction() as db:
        is_changed = actions.set_dial(db, auth.actor().name, form.dial())
    flash("The public page follows these settings now." if is_changed else "Nothing was changed.", "success")
    return redirect(url_for("public_page.show"), 303)


def _page(form: forms.DialForm) -> str:
    with reading() as db:
        form.offer(queries.list_kinds(db))
        seen = queries.preview(db)
    return render_template("public_page/dial.html", form=form, seen=seen, key=forms.key)
