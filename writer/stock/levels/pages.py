"""Pages: the stock list, one SKU with the movements behind its count, and the forms that move it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib import clock
from writer.lib.errors import Conflict, DomainError, NotFound
from writer.people import auth
from writer.stock import movements, products
from writer.stock.levels import explain, facts, forms, overview, pace
from writer.web import line_chart, times, toasts
from writer.web.paging import asked_page

bp = Blueprint("levels", __name__, template_folder="templates")
Answer = Response | tuple[str, int]
_STEPS = 25
_FORESEEN = 365  # days; what lasts longer has no day on which it runs out


@dataclass(frozen=True)
class Said:
    """What an action says it did, and the address that undoes it (None: nothing does)."""

    sentence: str
    undo: str | None = None


Act = Callable[[Connection, Row[Any]], Said]


@bp.get("/stock")
def index() -> str:
    """List products by SKU, filtered by the query string."""
    filters, store_scope = forms.asked(), auth.store_scope()
    with reading() as db:
        counts = overview.count_views(db, store_scope, filters)
        sums = overview.sum_products(db, store_scope, filters)
        page = asked_page(sums.products)
        lines = overview.list_lines(db, store_scope, filters, page.size, page.offset)
        stores = overview.list_stores(db, store_scope)
    asked = _arguments(filters)
    return render_template(
        "levels/index.html",
        lines=lines,
        page=page,
        asked=filters,
        sums=sums,
        is_any=bool(counts["active"] or counts["inactive"]),
        tabs=[_tab(view, label, counts[view], filters) for view, label in overview.VIEWS.items()],
        stores=stores,
        export=url_for("stocktake_csv.download", **asked),
        kept=[(name, value) for name, value in asked.items() if name != "q"],
        sort_address=lambda key: _sorted_by(key, filters),
        store_address=lambda store_id: url_for("levels.index", **{**asked, "store": store_id}),
    )


def _arguments(filters: overview.Filters) -> dict[str, Any]:
    """Return the filter as an address says it, without what is as always."""
    sort = f"-{filters.sort}" if filters.is_descending else filters.sort
    said = {"q": filters.text, "view": filters.state, "store": filters.store_id, "sort": sort}
    usual = {"q": "", "view": "active", "store": None, "sort": overview.usual_sort(filters.state)}
    return {name: value for name, value in said.items() if value != usual[name]}


def _tab(view: str, label: str, count: int, filters: overview.Filters) -> dict[str, Any]:
    sort = overview.usual_sort(view) if filters.sort == overview.usual_sort(filters.state) else filters.sort
    address = url_for("levels.index", **_arguments(replace(filters, state=view, sort=sort)))
    is_todo = view in ("running-out", "oversold")
    return {
        "name": label,
        "href": address,
        "count": count,
        "is_here": view == filters.state,
        "is_todo": is_todo,
    }


def _sorted_by(key: str, filters: overview.Filters) -> str:
    """Return the address of the list sorted by a column; the second time the other way round."""
    # Of units one looks for the most first, of names and days left for the least.
    is_first = filters.sort != key
    is_descending = key not in ("sku", "days-left") if is_first else not filters.is_descending
    return url_for("levels.index", **_arguments(replace(filters, sort=key, is_descending=is_descending)))


@bp.get("/stock/new")
def new() -> str:
    """Show the form of a new SKU."""
    sku = request.args.get("sku", "").replace("\0", "").strip()
    return render_template("levels/new.html", form=forms.NewProductForm(formdata=None, data={"sku": sku}))


@bp.post("/stock/new")
def add() -> Answer:
    """Start to count a SKU."""
    form = forms.NewProductForm()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                who, units = auth.actor().name, form.on_hand.data or 0
                row = movements.add_product(db, who, on_hand=units, **form.settings())
        except DomainError as error:
            forms.refuse(form, error)
        else:
            toasts.say(f"{row.sku} is counted from now on.")
            return redirect(url_for("levels.show", stock_product_id=row.id), 303)
    return render_template("levels/new.html", form=form), 422


@bp.get("/stock/<int:stock_product_id>")
def show(stock_product_id: int) -> str:
    """Explain a count: the product and every movement behind its number."""
    return _product_page(stock_product_id)


@bp.post("/stock/<int:stock_product_id>/settings")
def change(stock_product_id: int) -> Answer:
    """Change the product to the values of the form."""
    form = forms.SettingsForm(prefix="settings")

    def act(db: Connection, product: Row[Any]) -> Said:
        after = products.change_product(db, auth.actor().name, product, **form.settings())
        is_changed = after.version != product.version
        return Said(f"{after.sku} was changed." if is_changed else "Nothing was changed.")

    return _do(stock_product_id, "settings", form, act)


@bp.post("/stock/<int:stock_product_id>/receive")
def receive(stock_product_id: int) -> Answer:
    """Add units that came in, once however often the form is sent."""
    form = forms.ReceiveForm(prefix="receive")

    def act(db: Connection, product: Row[Any]) -> Said:
        units = form.quantity.data or 0
        document_id = movements.receive(db, auth.actor().name, [(product, units)], form.note.data or "")
        undo = url_for("stocktake.take_back", document_id=document_id)
        return Said(f"Received {units:,}: {_on_hand(db, product)}", undo)

    return _move_once(stock_product_id, "receive", form, act)


@bp.post("/stock/<int:stock_product_id>/adjust")
def adjust(stock_product_id: int) -> Answer:
    """Add or take units, once however often the form is sent."""
    form = forms.AdjustForm(prefix="adjust")

    def act(db: Connection, product: Row[Any]) -> Said:
        units = form.quantity.data or 0
        movement_id = movements.adjust(db, auth.actor().name, product, units, form.note.data or "")
        undo = url_for("levels.take_back", movement_id=movement_id)
        return Said(f"Adjusted by {units:+,}: {_on_hand(db, product)}", undo)

    return _move_once(stock_product_id, "adjust", form, act)


def _on_hand(db: Connection, product: Row[Any]) -> str:
    return f"{products.get_by_id(db, product.id).on_hand:,} of {product.sku} on hand."


def _move_once(
    stock_product_id: int, which: str, form: forms.ReceiveForm | forms.AdjustForm, move: Act
) -> Answer:
    def act(db: Connection, product: Row[Any]) -> Said:
        if not movements.is_first_sending(db, form.once.data or ""):
            return Said("This form was sent before; nothing was moved again.")
        return move(db, product)

    return _do(stock_product_id, which, form, act)


@bp.get("/stock/movements/<int:movement_id>/take-back")
def ask_to_take_back(movement_id: int) -> Response | str:
    """Say what taking a movement back would do; a receipt or a stock count says so on its own page."""
    with reading() as db:
        planned = movements.plan_movement(db, movement_id)
    if planned.document is not None:
        return redirect(url_for("stocktake.show", document_id=planned.document.id, _anchor="take-back"))
    store_id = planned.movements[0].store_id
    if store_id is not None and not auth.store_scope().sees(store_id):
        raise NotFound("There is no such movement.")  # who made it and its note name the store
    return render_template("levels/take_back.html", planned=planned, kinds=explain.KINDS)


@bp.post("/stock/movements/<int:movement_id>/take-back")
def take_back(movement_id: int) -> Response:
    """Take back a movement that a person recorded, or its whole receipt or stock count."""
    try:
        with transaction() as db:
            done = movements.take_back_movement(db, auth.actor().name, movement_id)
    except Conflict as refused:
        flash(refused.sentence, "warning")
        return redirect(url_for("levels.ask_to_take_back", movement_id=movement_id), 303)
    toasts.say(done.outcome)
    return redirect(url_for("levels.show", stock_product_id=done.effects[0].product.id), 303)


@bp.post("/stock/<int:stock_product_id>/aliases")
def add_alias(stock_product_id: int) -> Answer:
    """Add an alias to this product."""
    form = forms.AliasForm(prefix="alias")

    def act(db: Connection, product: Row[Any]) -> Said:
        products.add_alias(db, auth.actor().name, product, form.sku.data or "")
        return Said(f"{form.sku.data} is an alias of {product.sku} now.")

    return _do(stock_product_id, "alias", form, act)


@bp.post("/stock/<int:stock_product_id>/aliases/remove")
def remove_alias(stock_product_id: int) -> Answer:
    """Remove an alias of this product; what was counted by it stays."""
    form = forms.AliasForm(prefix="alias")

    def act(db: Connection, product: Row[Any]) -> Said:
        products.remove_alias(db, auth.actor().name, product, form.sku.data or "")
        return Said(f"{form.sku.data} is no longer an alias of {product.sku}. What was counted stays.")

    return _do(stock_product_id, "alias", form, act)


def _do(stock_product_id: int, which: str, form: FlaskForm, act: Act) -> Answer:
    """Run the action if the form is valid, and flash its result; else show the errors."""
    if form.validate_on_submit():
        try:
            with transaction() as db:
                said = act(db, products.get_by_id(db, stock_product_id))
        except DomainError as error:
            if error.status == 404:
                raise
            forms.refuse(form, error)
        else:
            toasts.say(said.sentence, said.undo)
            return redirect(url_for("levels.show", stock_product_id=stock_product_id), 303)
    return _product_page(stock_product_id, {which: form}), 422


def _product_page(stock_product_id: int, refused: dict[str, FlaskForm] | None = None) -> str:
    """Render one product; `refused` is the invalid form, by its prefix."""
    store_scope, group = auth.store_scope(), request.args.get("show", "all")
    group = group if group in explain.GROUPS else "all"
    with reading() as db:
        product = products.get_by_id(db, stock_product_id)
        line = overview.describe(db, store_scope, [product])[0]
        count, total = explain.count_steps(db, product.id, group)
        page = asked_page(count, _STEPS)
        steps = explain.list_steps(db, store_scope, product.id, page.size, page.offset, group)
        shown = {
            "aliases": explain.list_aliases(db, product.id),
            "spark": line_chart.spark(pace.list_sold_days(db, product.id)) if line.sold else None,
            "known": facts.list_facts(db, product),
        }
    return render_template(
        "levels/show.html",
        line=line,
        product=product,
        page=page,
        steps=steps,
        total=total,
        tabs=[_group_tab(product.id, each, group) for each in explain.GROUPS],
        kinds=explain.KINDS,
        runs_out_on=_runs_out_on(line),
        forms={**_blank_forms(product), **(refused or {})},
        **shown,
    )


def _group_tab(stock_product_id: int, group: str, here: str) -> dict[str, Any]:
    show = None if group == "all" else group
    address = url_for("levels.show", stock_product_id=stock_product_id, show=show, _anchor="why")
    return {"name": explain.GROUPS[group][0], "href": address, "count": None, "is_here": group == here}


def _runs_out_on(line: overview.Line) -> str | None:
    if line.days_of_cover is None or line.available <= 0 or line.days_of_cover > _FORESEEN:
        return None
    return f"until {times.short_day(clock.today() + timedelta(days=line.days_of_cover))}"


def _blank_forms(product: Row[Any]) -> dict[str, FlaskForm]:
    once = {"once": forms.fresh_token()}
    return {
        "settings": forms.filled(product),
        "receive": forms.ReceiveForm(formdata=None, prefix="receive", data=once),
        "adjust": forms.AdjustForm(formdata=None, prefix="adjust", data=once),
        "alias": forms.AliasForm(formdata=None, prefix="alias"),
    }
