"""The page of the privacy settings; every user sees it, admins change it."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.people import auth
from writer.sales.public_page import actions, forms, queries
from writer.sales.public_page.queries import Preview
from writer.web import toasts

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
    toasts.say("The public page follows these settings now." if is_changed else "Nothing was changed.")
    return redirect(url_for("public_page.show"), 303)


@bp.post("/public-page/preview")
@auth.admin_only
def preview() -> str | tuple[str, int]:
    """Show what the public would see with the settings of the form, which are not saved.

    With `part=1` in the address only that, which a script fetches when something is changed.
    """
    form = forms.DialForm()
    with transaction() as db:
        form.offer(queries.list_kinds(db))
        if not form.validate():
            return _page(form), 422
        seen = actions.foresee(db, auth.actor().name, form.dial())
        now = queries.preview(db)
    if request.args.get("part"):
        return render_template("public_page/_preview.html", seen=seen, now=now)
    return _page(form, seen)


def _page(form: forms.DialForm, foreseen: Preview | None = None) -> str:
    with reading() as db:
        form.offer(queries.list_kinds(db))
        now = queries.preview(db)
    return render_template("public_page/dial.html", form=form, seen=foreseen or now, now=now, key=forms.key)
