"""Pages: SKU rules, ignored SKUs and mapped products; and the choice of what products count as."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.orders.to_sort import actions, forms, preview, queries
from writer.orders.to_sort.pages import say_settled, show_preview
from writer.orders.to_sort.sources import Foreseen, Settled
from writer.people import auth
from writer.sales import product_types

bp = Blueprint("to_sort_rules", __name__, template_folder="templates", url_prefix="/to-sort")
Answer = Response | str | tuple[str, int]


@bp.get("/rules")
def index() -> str:
    """Show SKU rules, ignored SKUs, and mapped products."""
    return _rules_page(forms.RuleForm(formdata=None), forms.IgnoreForm(formdata=None))


@bp.post("/rules")
def add() -> Answer:
    """Add a rule and count what it matches; or show what it would count."""
    form = forms.RuleForm()
    with reading() as db:
        pairs = forms.active_pairs(product_types.list_types(db))
    forms.offer(form, pairs)
    if form.validate_on_submit():
        prefix, pair = (form.prefix.data or "").strip(), pairs[form.type.data]
        try:
            if "preview" in request.form:
                return _foresee_rule(prefix, pair)
            with transaction() as db:
                sorting_id = actions.add_rule(db, auth.actor().name, prefix, *pair)
        except (Invalid, Conflict) as error:
            form.prefix.errors = list(error.errors.values())
        else:
            counted = product_types.named(*pair)
            say_settled(Settled(f"SKUs beginning with {prefix} count as {counted}.", sorting_id))
            return _back()
    return _rules_page(form, forms.IgnoreForm(formdata=None)), 422


def _foresee_rule(prefix: str, pair: tuple[str, str]) -> str:
    with reading() as db:
        product_types.check_rule(db, prefix, *pair)
        found = preview.preview_rule(db, prefix, pair)
    question = f"Count SKUs that begin with {prefix} as {product_types.named(*pair)}?"
    return show_preview(Foreseen(question, found), request.form, url_for(".add"), url_for(".index"))


@bp.post("/rules/<int:rule_id>/remove")
def remove(rule_id: int) -> Response:
    """Remove a rule; what it counted stays counted."""
    with transaction() as db:
        sorting_id = actions.remove_rule(db, auth.actor().name, rule_id)
    say_settled(Settled("The rule is removed. What was counted by it stays in the ledger.", sorting_id))
    return _back()


@bp.post("/ignored")
def ignore() -> Answer:
    """Put a SKU on the ignore list."""
    form = forms.IgnoreForm()
    if form.validate_on_submit():
        sku = (form.sku.data or "").strip()
        try:
            with transaction() as db:
                sorting_id = actions.ignore_sku(db, auth.actor().name, sku)
        except Invalid as error:
            form.sku.errors = list(error.errors.values())
        else:
            say_settled(Settled(f"{sku} is ignored.", sorting_id))
            return _back()
    return _rules_page(forms.RuleForm(formdata=None), form), 422


@bp.post("/ignored/remove")
def unignore() -> Response:
    """Take a SKU from the ignore list."""
    form = forms.IgnoreForm()
    with transaction() as db:
        sorting_id = actions.unignore_sku(db, auth.actor().name, form.sku.data or "")
    say_settled(Settled(f"{form.sku.data} is no longer ignored.", sorting_id))
    return _back()


@bp.post("/products/<int:mapping_id>/remove")
def unmap(mapping_id: int) -> Response:
    """Remove the mapping of a product."""
    with transaction() as db:
        sorting_id = actions.unmap_product(db, auth.store_scope(), auth.actor().name, mapping_id)
    say_settled(Settled("The mapping is removed. What was counted by it stays.", sorting_id))
    return _back()


@bp.get("/counting")
def counting() -> str:
    """Ask what products count as that no rule knows, with what each answer would do."""
    with reading() as db:
        chosen = product_types.get_counting(db)
        effects = {name: preview.preview_choice(db, name) for name in ("itself", "types")}
    is_all = auth.store_scope().is_all
    return render_template("to_sort/counting.html", chosen=chosen, effects=effects if is_all else {})


@bp.post("/counting")
@auth.admin_only
def choose() -> Response:
    """Choose what products count as; orders that are there follow."""
    chosen = request.form.get("counts_as", "")
    with transaction() as db:
        sorting_id = actions.choose_counting(db, auth.actor().name, chosen)
    words = "themselves" if chosen == "itself" else "what their types say"
    say_settled(Settled(f"Products count as {words}.", sorting_id))
    return redirect(url_for(".counting"), 303)


def _back() -> Response:
    return redirect(url_for(".index"), 303)


def _rules_page(rule_form: forms.RuleForm, ignore_form: forms.IgnoreForm) -> str:
    with reading() as db:
        forms.offer(rule_form, forms.active_pairs(product_types.list_types(db)))
        facts = {
            "rules": product_types.list_rules(db),
            "ignored": product_types.list_ignored(db),
            "mappings": queries.list_mappings(db, auth.store_scope()),
            "counting": product_types.get_counting(db),
        }
    return render_template("to_sort/rules.html", rule_form=rule_form, ignore_form=ignore_form, **facts)
