"""Pages: export and import of the stock list as CSV; an import is saved only after a preview."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from writer.db import database, reading, transaction
from writer.lib import clock
from writer.lib.errors import DomainError, Invalid
from writer.people import auth
from writer.stock import levels
from writer.stock.stocktake import forms, sheet, sheet_plan
from writer.web import times, toasts

bp = Blueprint("stocktake_csv", __name__, template_folder="templates")


@bp.get("/stock.csv")
def download() -> FileResponse:
    """Download the filtered stock list as CSV."""
    headers = {"Content-Disposition": f"attachment; filename=stock-{clock.now():%Y-%m-%d}.csv"}
    return FileResponse(
        sheet.lines(database(), auth.store_scope(), levels.asked_filters()),
        mimetype="text/csv",
        headers=headers,
    )


@bp.get("/stocktake/csv")
def ask() -> str:
    """Offer the download and the upload of a file."""
    return _ask_page(forms.new_take_form(forms.CsvForm))


@bp.post("/stocktake/csv")
def preview() -> str | tuple[str, int]:
    """Show the changes that a file would make, and its errors; nothing is saved."""
    form = forms.CsvForm()
    upload = request.files.get("file")
    if not form.validate_on_submit():
        return _ask_page(form), 422
    try:
        if upload is None or not upload.filename:
            raise Invalid("Choose a file.", {"file": "Choose a file."})
        return _preview(form, upload.read())
    except Invalid as error:
        levels.refuse_form(form, error)
        return _ask_page(form), 422


@bp.post("/stocktake/csv/save")
def save() -> Response | str | tuple[str, int]:
    """Save the changes of the preview; if they would differ by now, show the preview again."""
    form = forms.CsvForm()
    if not form.validate_on_submit():
        return _ask_page(form), 422
    data = (form.text.data or "").encode()
    at = form.moment()
    try:
        rows = sheet.read(data)
        with transaction() as db:
            plan = sheet_plan.make(db, rows, at)
            is_as_shown = plan.digest == form.digest.data and not plan.errors
            counted = sheet_plan.carry_out(db, auth.actor().name, plan, at) if is_as_shown else None
        if not is_as_shown:
            return _preview(form, data, "Something changed since the preview: please check it again."), 409
    except DomainError as error:
        return _preview(form, data, error.sentence), error.status
    changed = len(plan.changes)
    toasts.say(f"{times.plural(changed, 'product was', 'products were')} added or changed.")
    if counted is None:
        return redirect(url_for("levels.index"), 303)
    return redirect(url_for("stocktake.show", document_id=counted), 303)


def _preview(form: forms.CsvForm, data: bytes, warning: str | None = None) -> str:
    rows, at = sheet.read(data), form.moment()
    with reading() as db:
        plan = sheet_plan.make(db, rows, at)
    text = data.decode("utf-8-sig")
    return render_template(
        "stocktake/csv_preview.html",
        form=form,
        plan=plan,
        at=at,
        at_text=forms.as_typed(at),
        text=text,
        warning=warning,
    )


def _ask_page(form: forms.TakeForm) -> str:
    form.show_minute()
    return render_template("stocktake/csv.html", form=form, most=sheet.MOST_ROWS)
