"""Pages: receive several products of one delivery; sent twice, they are received once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Invalid
from writer.people import auth
from writer.stock import levels, movements, products
from writer.stock.stocktake import delivery, documents, forms
from writer.stock.stocktake.delivery import TypedLine
from writer.web import times, toasts

bp = Blueprint("stocktake_receive", __name__, template_folder="templates")
FIRST_LINES, MORE_LINES = 12, 6
_SENT_BEFORE = "This form was sent before: nothing was received again."


@bp.get("/stocktake/receive")
def ask() -> str:
    """Show the lines to fill in, the first with the SKU that `?sku=` names."""
    form = forms.DeliveryForm(formdata=None)
    form.once.data = levels.fresh_token()
    sku = request.args.get("sku", "").replace("\0", "").strip()
    with reading() as db:
        lines = [TypedLine(sku)] if sku else []
        return _page(db, form, lines)


@bp.post("/stocktake/receive")
def send() -> Response | tuple[str, int]:
    """Look the lines up, give more of them, or receive them all."""
    form = forms.DeliveryForm()
    is_valid, is_to_save = form.validate_on_submit(), form.do.data == "save"
    typed = request.form.getlist("sku"), request.form.getlist("units")
    with reading() as db:
        lines = delivery.look_up(db, delivery.typed(*typed, form.pasted.data or ""))
    refusal = _why_not(lines) if is_to_save else None
    if is_to_save and is_valid and refusal is None:
        try:
            return _receive(form, lines)
        except Invalid as error:
            levels.refuse_form(form, error)
    with reading() as db:
        page = _page(db, form, lines, refusal)
    return page, 422 if refusal or form.errors else 200


def _why_not(lines: list[TypedLine]) -> str | None:
    """Return why these lines cannot be received; None: they can."""
    wrong = sum(line.problem is not None for line in lines)
    if wrong:
        return "1 line cannot be used." if wrong == 1 else f"{wrong} lines cannot be used."
    if not lines:
        return "Enter at least one product and how many units came in."
    if len(lines) > delivery.MOST_LINES:
        return f"A receipt has at most {delivery.MOST_LINES} lines: make two of it."
    return None


def _receive(form: forms.DeliveryForm, lines: list[TypedLine]) -> Response:
    received = [(line.product, line.quantity) for line in lines if line.product is not None]
    with transaction() as db:
        if not movements.is_first_sending(db, form.once.data or ""):
            flash(_SENT_BEFORE, "info")
            return redirect(url_for("stocktake.index"), 303)
        document_id = movements.receive(
            db,
            auth.actor().name,
            received,
            form.note.data or "",
            delivery_note=form.delivery_note.data or "",
            supplier=form.supplier.data or "",
        )
    units = sum(quantity for _, quantity in received)
    undo = url_for("stocktake.take_back", document_id=document_id)
    toasts.say(f"{times.plural(units, 'unit')} of {times.plural(len(received), 'product')} received.", undo)
    return redirect(url_for("stocktake.show", document_id=document_id), 303)


def _page(
    db: Connection, form: forms.DeliveryForm, lines: list[TypedLine], refusal: str | None = None
) -> str:
    form.pasted.data = ""  # it is among the lines now
    more = max(FIRST_LINES - len(lines), MORE_LINES)
    return render_template(
        "stocktake/receive.html",
        form=form,
        lines=[*lines, *[TypedLine()] * more],
        next_line=len(lines),
        refusal=refusal,
        skus=products.list_skus(db),
        suppliers=documents.list_suppliers(db),
        total=sum(line.quantity for line in lines),
    )
