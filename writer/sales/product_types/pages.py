"""Pages: the product types, which are pairs of model and variant."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.sales.product_types import forms, rules, types
from writer.web import toasts

bp = Blueprint("product_types", __name__, template_folder="templates")


@bp.get("/product-types")
def index() -> str:
    """List the pairs, and offer to add one."""
    return _page(forms.TypeForm(formdata=None))


@bp.post("/product-types")
def add() -> Response | tuple[str, int]:
    """Add the pair of the form."""
    form = forms.TypeForm()
    if not form.validate():
        return _page(form), 422
    model, variant = form.model.data or "", form.variant.data or ""
    try:
        with transaction() as db:
            types.add_type(db, auth.actor().name, model, variant)
    except (Invalid, Conflict) as error:
        for name, sentence in error.errors.items():
            form[name].errors = [sentence]
        return _page(form), error.status
    toasts.say(f"{model.strip()} {variant.strip()} was added.")
    return redirect(url_for("product_types.index"), 303)


@bp.post("/product-types/<int:type_id>/<any(activate, deactivate):verb>")
def set_active(type_id: int, verb: str) -> Response:
    """Activate the pair for new sales, or deactivate it."""
    with transaction() as db:
        changed = types.set_active(db, auth.actor().name, type_id, verb == "activate")
    back = "deactivate" if verb == "activate" else "activate"
    undo = url_for("product_types.set_active", type_id=type_id, verb=back)
    is_now = "active" if verb == "activate" else "no longer active"
    toasts.say(f"{changed.model} {changed.variant} is {is_now}.", undo=undo)
    return redirect(url_for("product_types.index"), 303)


@bp.post("/product-types/<int:type_id>/delete")
def delete(type_id: int) -> Response:
    """Delete a pair that is not in use."""
    with transaction() as db:
        deleted = types.delete_type(db, auth.actor().name, type_id)
    toasts.say(f"{deleted.model} {deleted.variant} was deleted.")
    return redirect(url_for("product_types.index"), 303)


def _page(form: forms.TypeForm) -> str:
    with reading() as db:
        rows, used = types.list_types(db), types.list_used(db)
        prefixes: dict[tuple[str, str], list[str]] = {}
        for rule in rules.list_rules(db):
            prefixes.setdefault((rule.model, rule.variant), []).append(rule.prefix)
    return render_template("product_types/types.html", rows=rows, used=used, prefixes=prefixes, form=form)
