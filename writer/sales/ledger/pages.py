"""Pages of the ledger: the list, one sale, its change, deletion and return; the export."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response as AnyResponse

from writer.db import database, reading, transaction
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.people import auth
from writer.sales import product_types
from writer.sales.ledger import actions, export, forms, lookup, queries
from writer.sales.ledger.queries import Filters
from writer.stock import NotEnoughStock
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("ledger", __name__, template_folder="templates")
Answer = AnyResponse | str | tuple[str, int]
_VIEWS = {
    "All": "",
    "By hand": "form",
    "From orders": "order",
    "API": "api",
    "Files": "file",
    "Shell": "shell",
}
_ALWAYS = 4  # of these are shown, the others where they are chosen


@bp.get("/sales")
def index() -> str:
    """List the sales that match the filter, with their sum."""
    filters, sort, store_scope = forms.asked_filters(), forms.asked_sort(), auth.store_scope()
    with reading() as db:
        summary = queries.summarize(db, store_scope, filters)
        page = asked_page(summary.rows)
        found = queries.list_sales(db, store_scope, filters, page.size, page.offset, summary, sort)
        types, sellers = product_types.list_types(db), queries.list_sellers(db, store_scope)
    return render_template(
        "ledger/index.html",
        views=_views(filters),
        chips=_chips(filters),
        sort=sort,
        sort_address=_sort_address,
        page=page,
        found=found,
        summary=summary,
        filters=filters,
        models=sorted({row.model for row in types} | {row.model for row in found}, key=str.casefold),
        variants=sorted({row.variant for row in types}, key=str.casefold),
        sellers=sellers,
        sources=queries.SOURCES,
        kept=forms.kept(),
        without=_without,
    )


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
    toasts.say(f"Sale {sale_id} was changed.")
    if warning is not None:
        flash(warning, "warning")
    return _back()


@bp.post("/sales/<int:sale_id>/delete")
def delete(sale_id: int) -> Answer:
    """Delete the sale, and offer to restore it."""
    with transaction() as db:
        sale = actions.remove(db, auth.store_scope(), auth.actor().name, sale_id)
    what = f"{sale.quantity} \N{MULTIPLICATION SIGN} {product_types.named(sale.model, sale.variant)}"
    undo = url_for("ledger.restore", sale_id=sale_id, **forms.kept())
    toasts.say(f"Sale {sale_id} ({what}) was deleted.", undo=undo)
    return _back()


@bp.post("/sales/<int:sale_id>/restore")
def restore(sale_id: int) -> Answer:
    """Restore a deleted sale under its own id."""
    with transaction() as db:
        actions.restore(db, auth.store_scope(), auth.actor().name, sale_id)
        warning = _stock_warning(db, sale_id)
    toasts.say(f"Sale {sale_id} was restored.")
    if warning is not None:
        flash(warning, "warning")
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


def _back() -> AnyResponse:
    return redirect(url_for("ledger.index", **forms.kept()), 303)


def _sale_page(sale: Row[Any], form: forms.SaleForm) -> str:
    with reading() as db:
        done = [_happened(row) for row in queries.list_history(db, sale.id)] if not sale.order_line_id else []
        suggestions = lookup.suggest(db)
    return render_template(
        "ledger/sale.html", sale=sale, form=form, kept=forms.kept(), done=done, suggestions=suggestions
    )


_WORDS = {"sale.add": "Added", "sale.edit": "Changed", "sale.delete": "Deleted", "sale.restore": "Restored"}


def _happened(row: Any) -> dict[str, Any]:
    """Return an entry of the audit trail as the timeline shows it."""
    before, after = (json.loads(kept) if kept else {} for kept in (row.before, row.after))
    changed = (
        [name for name in actions.GIVEN if before.get(name) != after.get(name)] if before and after else []
    )
    detail = "; ".join(
        f"{name}: {before.get(name) or 'none'} \N{RIGHTWARDS ARROW} {after.get(name) or 'none'}"
        for name in changed
    )
    return {
        "at": row.at,
        "sentence": f"{_WORDS.get(row.action, row.action)} by {row.actor}",
        "detail": detail,
        "by": "person",
    }


def _views(filters: Filters) -> list[dict[str, Any]]:
    """Return the tabs of the list: by where sales come from."""
    kept = {name: value for name, value in forms.kept().items() if name not in ("source", "page")}
    return [
        {
            "name": name,
            "href": url_for("ledger.index", **{**kept, **({"source": source} if source else {})}),
            "count": None,
            "is_here": filters.source == source,
            "is_todo": False,
        }
        for number, (name, source) in enumerate(_VIEWS.items())
        if number < _ALWAYS or filters.source == source
    ]


def _chips(filters: Filters) -> list[tuple[str, str]]:
    """Return the filters that are on, each with the address of the list without it."""
    found = []
    if filters.model or filters.variant or filters.is_plain:
        named = product_types.named(filters.model, "" if filters.is_plain else filters.variant)
        found.append((f"Type: {named}", _without("model", "variant", "plain")))
    if filters.seller:
        found.append((f"Seller: {filters.seller}", _without("seller")))
    if filters.first_on or filters.last_on:
        days = f"{filters.first_on or ''} to {filters.last_on or ''}".strip()
        found.append((f"Sold: {days}", _without("from", "to")))
    return found


def _without(*names: str) -> str:
    """Return the address of the list without these parameters."""
    kept = {name: value for name, value in forms.kept().items() if name not in (*names, "page")}
    return url_for("ledger.index", **kept)


def _sort_address(key: str, descends_first: bool = False) -> str:
    """Return the address of the list sorted by a column, the other way round if it is so already."""
    ways = (f"-{key}", key) if descends_first else (key, f"-{key}")
    now = request.args.get("sort", queries.NEWEST)
    wanted = ways[1] if now == ways[0] else ways[0]
    kept = {name: value for name, value in forms.kept().items() if name not in ("sort", "page")}
    return url_for("ledger.index", **{**kept, "sort": wanted})
