"""Pages: SKU rules, ignored SKUs and mappings, and the order lines that count as nothing yet."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.orders.to_sort import actions, forms, queries
from writer.people import auth
from writer.sales import product_types
from writer.web.paging import asked_page

bp = Blueprint("to_sort", __name__, template_folder="templates")


@bp.get("/to-sort/rules")
def index() -> str:
    """Show SKU rules, ignored SKUs, and mapped products."""
    return _rules_page(forms.RuleForm(formdata=None), forms.IgnoreForm(formdata=None))


@bp.post("/to-sort/rules")
def add() -> Response | tuple[str, int]:
    """Add a rule and count what it matches."""
    form = forms.RuleForm()
    with reading() as db:
        pairs = forms.active_pairs(product_types.list_types(db))
    forms.offer(form, pairs)
    if form.validate_on_submit():
        prefix, (model, variant) = (form.prefix.data or "").strip(), pairs[form.type.data]
        try:
            with transaction() as db:
                matched = actions.add_rule(db, auth.actor().name, prefix, model, variant)
        except (Invalid, Conflict) as error:
            form.prefix.errors = list(error.errors.values())
        else:
            flash(_counted(f"SKUs beginning with {prefix} count as {model} {variant}.", matched), "success")
            return redirect(url_for("to_sort.index"), 303)
    return _rules_page(form, forms.IgnoreForm(formdata=None)), 422


@bp.post("/to-sort/rules/<int:rule_id>/remove")
def remove(rule_id: int) -> Response:
    """Remove a rule; what it counted stays counted."""
    with transaction() as db:
        product_types.remove_rule(db, auth.actor().name, rule_id)
    flash("The rule is removed. What was counted by it stays in the ledger.", "success")
    return redirect(url_for("to_sort.index"), 303)


@bp.post("/to-sort/ignored")
def ignore() -> Response | tuple[str, int]:
    """Put a SKU on the ignore list."""
    form = forms.IgnoreForm()
    if form.validate_on_submit():
        sku = (form.sku.data or "").strip()
        try:
            with transaction() as db:
                product_types.ignore_sku(db, auth.actor().name, sku)
        except Invalid as error:
            form.sku.errors = list(error.errors.values())
        else:
            flash(f"{sku} is ignored.", "success")
            return redirect(url_for("to_sort.index"), 303)
    return _rules_page(forms.RuleForm(formdata=None), form), 422


@bp.post("/to-sort/ignored/remove")
def unignore() -> Response:
    """Take a SKU from the ignore list."""
    form = forms.IgnoreForm()
    with transaction() as db:
        product_types.unignore_sku(db, auth.actor().name, form.sku.data or "")
    flash(f"{form.sku.data} is no longer ignored.", "success")
    return redirect(url_for("to_sort.index"), 303)


@bp.post("/to-sort/products/<int:mapping_id>/remove")
def unmap(mapping_id: int) -> Response:
    """Remove the mapping of a product."""
    with transaction() as db:
        gone = actions.unmap_product(db, auth.store_scope(), auth.actor().name, mapping_id)
    flash(f"Product {gone.product_id} no longer counts as {gone.sku}. What was counted stays.", "success")
    return redirect(url_for("to_sort.index"), 303)


@bp.get("/to-sort")
def unmatched_lines() -> str:
    """List the order lines to sort, by product."""
    return _unmatched_page(forms.UnmatchedForm(formdata=None))


@bp.post("/to-sort")
def settle_unmatched() -> Response | tuple[str, int]:
    """Map the SKU or the product of lines to sort, or ignore the SKU."""
    form = forms.UnmatchedForm()
    if not form.validate_on_submit():
        return _unmatched_page(form), 422
    try:
        with transaction() as db:
            flash(_SETTLE[form.do.data or ""](db, form), "success")
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _unmatched_page(form), 422
    except NotFound as error:
        flash(error.sentence, "warning")
    return redirect(url_for("to_sort.unmatched_lines", page=request.args.get("page")), 303)


def _ignore_sku(db: Connection, form: forms.UnmatchedForm) -> str:
    *_, sku = form.key
    product_types.ignore_sku(db, auth.actor().name, sku)
    return f"{sku} is ignored."


def _map_product(db: Connection, form: forms.UnmatchedForm) -> str:
    store_id, product_id, variation_id, _ = form.key
    product = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id}
    who, same_as = auth.actor().name, form.same_as.data or ""
    matched = actions.map_product(db, auth.store_scope(), who, **product, sku=same_as)
    return _counted(f"Product {product_id} counts as {same_as}.", matched)


def _map_sku(db: Connection, form: forms.UnmatchedForm) -> str:
    pair = forms.active_pairs(product_types.list_types(db)).get(form.type.data or 0)
    if pair is None:
        raise Invalid("Choose a type.", {"type": "Choose what it counts as."})
    *_, sku = form.key
    matched = actions.add_rule(db, auth.actor().name, sku, *pair)
    return _counted(f"{sku} counts as {' '.join(pair)}.", matched)


# What to do with the lines of one product, by the name of the button; each returns its result in a sentence.
_SETTLE = {"ignore": _ignore_sku, "product": _map_product, "map": _map_sku}


def _counted(sentence: str, matched: int) -> str:
    if not auth.store_scope().is_all:
        # The number could reveal orders of stores that this person may not see.
        return f"{sentence} Existing orders are counted too."
    return f"{sentence} {matched} order line{' was' if matched == 1 else 's were'} matched."


def _rules_page(rule_form: forms.RuleForm, ignore_form: forms.IgnoreForm) -> str:
    with reading() as db:
        forms.offer(rule_form, forms.active_pairs(product_types.list_types(db)))
        facts = {
            "rules": product_types.list_rules(db),
            "ignored": product_types.list_ignored(db),
            "mappings": queries.list_mappings(db, auth.store_scope()),
        }
    return render_template("to_sort/rules.html", rule_form=rule_form, ignore_form=ignore_form, **facts)


def _unmatched_page(form: forms.UnmatchedForm) -> str:
    """Render the list; a refused form shows its error at the product that it is about."""
    store_scope = auth.store_scope()
    with reading() as db:
        page = asked_page(queries.count_groups(db, store_scope), size=25)
        groups = queries.list_groups(db, store_scope, page.size, page.offset)
        facts = {
            "orders_of": {group: queries.list_orders_of(db, store_scope, group) for group in groups},
            "pairs": forms.active_pairs(product_types.list_types(db)),
            "known": [rule.prefix for rule in product_types.list_rules(db)],
        }
    return render_template("to_sort/index.html", page=page, form=form, **facts)
