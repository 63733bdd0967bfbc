"""Pages: the ledger with totals and chart; add, edit, delete and restore a sale; the export."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from writer.db import database, reading, transaction
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.people import auth
from writer.sales import product_types
from writer.sales.ledger import actions, export, forms, history, queries
from writer.stock import NotEnoughStock
from writer.web import charts
from writer.web.paging import asked_page

bp = Blueprint("ledger", __name__, template_folder="templates")
Answer = AnyResponse | str | tuple[str, int]


@bp.get("/sales")
def index() -> str:
    """Show totals, chart, the form of a new sale, and the newest sales that match the filter."""
    return _index(forms.new_sale_form(session.get("last_type")))


@bp.post("/sales")
def add() -> Answer:
    """Add the sale of the form, once however often it is sent."""
    form = forms.SaleForm()
    with reading() as db:
        form.offer(product_types.list_types(db))
    if not form.validate():
        return _index(form), 422
    try:
        with transaction() as db:
            who, may_oversell = auth.actor().name, bool(form.oversell.data)
            sale_id, is_new = actions.add_once(db, who, form.token(), form.given(), may_oversell)
            warning = _stock_warning(db, sale_id) if is_new else None
    except Invalid as error:
        form.refuse(error)
        return _index(form), 422
    except NotEnoughStock as error:
        form.warn(error)
        return _index(form), 409
    session["last_type"] = form.kind.data
    if is_new:
        _flash_done(f"Sale {sale_id} was added.", warning)
    else:
        flash(f"This form was sent before and added sale {sale_id}; nothing was added again.", "info")
    # To the top, where the message is: the browser would keep #add of the form's address.
    return redirect(url_for("ledger.index", **forms.kept(), _anchor="content"), 303)


@bp.get("/sales/<int:sale_id>")
def show(sale_id: int) -> Answer:
    """Show one sale: a form to edit it, or the order that posted it, or that it was deleted."""
    with reading() as db:
        deleted = queries.find_deleted(db, sale_id)
        if deleted is not None:
            return render_template("ledger/deleted.html", sale_id=sale_id, sale=deleted), 410
        sale, types = queries.get_sale(db, auth.store_scope(), sale_id), product_types.list_types(db)
    form = forms.SaleForm(formdata=None)
    form.offer(types, sale)
    form.show(sale)
    return _sale_page(sale, form)


@bp.post("/sales/<int:sale_id>")
def edit(sale_id: int) -> Answer:
    """Change the sale to the values of the form."""
    form = forms.SaleForm()
    with reading() as db:
        sale = queries.get_sale(db, auth.store_scope(), sale_id)
        form.offer(product_types.list_types(db), sale)
    if not form.validate():
        return _sale_page(sale, form), 422
    try:
        with transaction() as db:
            who, may_oversell = auth.actor().name, bool(form.oversell.data)
            actions.amend(db, auth.store_scope(), who, sale_id, form.given(sale), may_oversell)
            warning = _stock_warning(db, sale_id)
    except Invalid as error:
        form.refuse(error)
        return _sale_page(sale, form), 422
    except NotEnoughStock as error:
        form.warn(error)
        return _sale_page(sale, form), 409
    _flash_done(f"Sale {sale_id} was changed.", warning)
    return _back()


@bp.post("/sales/<int:sale_id>/delete")
def delete(sale_id: int) -> Answer:
    """Delete the sale, and offer to restore it."""
    with transaction() as db:
        sale = actions.remove(db, auth.store_scope(), auth.actor().name, sale_id)
    what = f"{sale.quantity} \N{MULTIPLICATION SIGN} {sale.model} {sale.variant}"
    session["deleted_sale"] = {"id": sale_id, "what": what}
    return _back()


@bp.post("/sales/<int:sale_id>/restore")
def restore(sale_id: int) -> Answer:
    """Restore a deleted sale under its own id."""
    with transaction() as db:
        actions.restore(db, auth.store_scope(), auth.actor().name, sale_id)
        warning = _stock_warning(db, sale_id)
    _flash_done(f"Sale {sale_id} was restored.", warning)
    return _back()


@bp.get("/sales.csv")
def download() -> Response:
    """Download the filtered sales as CSV."""
    filters = forms.asked_filters()
    name = f"sales-{clock.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(
        export.lines(database(), auth.store_scope(), filters), mimetype="text/csv", headers=headers
    )


def _stock_warning(db: Connection, sale_id: int) -> str | None:
    return queries.stock_warning(db, queries.get_sale(db, auth.store_scope(), sale_id))


def _flash_done(sentence: str, warning: str | None) -> None:
    flash(sentence, "success")
    if warning is not None:
        flash(warning, "warning")


def _back() -> AnyResponse:
    return redirect(url_for("ledger.index", **forms.kept()), 303)


def _sale_page(sale: Row[Any], form: forms.SaleForm) -> str:
    return render_template("ledger/sale.html", sale=sale, form=form, kept=forms.kept())


def _index(form: forms.SaleForm) -> str:
    filters = forms.asked_filters()
    period = request.args.get("by", "day")
    period = period if period in history.PERIODS else "day"
    store_scope = auth.store_scope()
    with reading() as db:
        totals = history.list_totals(db, store_scope)
        sold = history.read(db, store_scope, period, clock.now().date())
        summary = queries.summarize(db, store_scope, filters) if filters else None
        page = asked_page(summary.rows if summary else queries.count_sales(db, store_scope))
        found = queries.list_sales(db, store_scope, filters, page.size, page.offset, summary)
        types, sellers = product_types.list_types(db), queries.list_sellers(db, store_scope)
    form.offer(types)
    return render_template(
        "ledger/index.html",
        form=form,
        total=sum(row.units for row in totals),
        totals=totals,
        history=sold,
        wide=charts.draw(sold.bars, 720, 250),
        narrow=charts.draw(sold.bars[-12:], 340, 220),
        page=page,
        found=found,
        summary=summary,
        filters=filters,
        models=sorted({row.model for row in [*types, *totals]}, key=str.casefold),
        variants=sorted({row.variant for row in [*types, *totals]}, key=str.casefold),
        sellers=sellers,
        sources=queries.SOURCES,
        kept=forms.kept(),
        deleted=session.pop("deleted_sale", None),
    )
