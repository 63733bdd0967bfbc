"""Pages: a stock count of many SKUs, with a preview of the differences before they are saved."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Invalid
from writer.people import auth
from writer.stock import levels, movements
from writer.stock.stocktake import forms, take
from writer.web import times, toasts
from writer.web.paging import asked_page

bp = Blueprint("stocktake_count", __name__, template_folder="templates")
PAGE = 200
_SENT_BEFORE = "This form was sent before: nothing was counted again."


@bp.get("/stocktake/count")
def ask() -> str:
    """Show the form for the counts."""
    return _take_page(forms.new_take_form(forms.TakeForm))


@bp.post("/stocktake/count")
def send() -> Response | str | tuple[str, int]:
    """Show the differences, save them, or return to the counts."""
    form = forms.TakeForm()
    counted, wrong = forms.counts()
    if not form.validate_on_submit() or wrong or form.do.data == "edit":
        return _take_page(form, wrong), 422 if wrong or form.errors else 200
    if not counted:
        return _take_page(form, {}, "Enter at least one count."), 422
    try:
        return _save(form, counted) if form.do.data == "save" else _preview(form, counted)
    except Invalid as error:
        levels.refuse_form(form, error)
        return _take_page(form), 422


def _preview(form: forms.TakeForm, counted: dict[int, int]) -> str:
    at = form.moment()
    with reading() as db:
        found = take.compare(db, counted, at)
    return render_template(
        "stocktake/count_preview.html",
        form=form,
        once=levels.fresh_token(),
        at=at,
        at_text=forms.as_typed(at),
        counted=counted,
        off=[difference for difference in found if difference.change],
        right=[difference for difference in found if not difference.change],
    )


def _save(form: forms.TakeForm, counted: dict[int, int]) -> Response:
    token = form.token()
    with transaction() as db:
        if token is not None and not movements.is_first_sending(db, token):
            flash(_SENT_BEFORE, "info")
            return redirect(url_for("stocktake.index"), 303)
        found = movements.count(
            db, auth.actor().name, counted.items(), form.moment(), form.note.data or "stock count"
        )
    off = f"{found.off or 'none'} {'was' if found.off == 1 else 'were'} off"
    counted_products = times.plural(len(counted), "product was", "products were")
    undo = url_for("stocktake.take_back", document_id=found.document_id)
    toasts.say(f"{counted_products} counted: {off}.", undo)
    return redirect(url_for("stocktake.show", document_id=found.document_id), 303)


def _take_page(form: forms.TakeForm, wrong: dict[int, str] | None = None, refusal: str | None = None) -> str:
    """Render the list to fill in, with the values already sent and their errors."""
    form.show_minute()
    filters, store_scope = levels.asked_filters(), auth.store_scope()
    with reading() as db:
        page = asked_page(levels.count_products(db, store_scope, filters), PAGE)
        rows = levels.list_products(db, store_scope, filters, page.size, page.offset)
    sent = {name: text for name, text in request.form.items() if name.startswith("count-")}
    return render_template(
        "stocktake/count.html",
        form=form,
        rows=rows,
        page=page,
        filters_asked=filters,
        sent=sent,
        wrong=wrong or {},
        refusal=refusal,
    )
