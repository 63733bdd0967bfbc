"""The page of a sale by hand: several lines, each looked up and warned of before anything is saved."""

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer.db import parse_id, reading, transaction
from writer.lib import clock
from writer.lib.errors import Gone, Invalid
from writer.people import auth
from writer.sales import product_types
from writer.sales.ledger import actions, entry, fields, forms, lookup, queries
from writer.stock import NotEnoughStock
from writer.web import toasts

bp = Blueprint("ledger_new", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]


@bp.get("/sales/new")
def new() -> str:
    """Show an empty form."""
    with reading() as db:
        currency = session.get("last_currency") or queries.usual_currency(db) or ""
        return _page(db, forms.new_shared_form(currency), entry.new_lines(session.get("last_type")))


@bp.post("/sales/new")
@bp.post("/sales")
def add() -> Answer:
    """Add the sales of the form, once however often it is sent; or look its lines up, or offer more."""
    form, lines = forms.SharedForm(), entry.read_lines(request.form)
    is_valid = form.validate()
    with reading() as db:
        given = entry.check(db, lines, _pairs(db), _currency(form), form.sold_at() or clock.now())
        if "more" in request.form:
            return _page(db, form, [*lines, *(entry.Line() for _ in range(entry.MORE_LINES))])
        if "check" in request.form:
            return _page(db, form, lines, is_checked=True)
        if not is_valid or form.errors or any(line.errors for line in lines):
            return _page(db, form, lines), 422
        # What this form sold already is no reason to warn of it.
        is_sent = bool(actions.find_sent(db, form.token()))
        if any(line.warning for line in lines) and not form.oversell.data and not is_sent:
            return _page(db, form, lines), 409
    return _save(form, lines, given)


def _save(form: forms.SharedForm, lines: list[entry.Line], given: list[dict[str, object]]) -> Answer:
    shared = {"seller": form.seller.data or "", "notes": form.notes.data or "", "date": form.sold_at()}
    given = [{**shared, **line} for line in given]
    try:
        with transaction() as db:
            who, may_oversell = auth.actor().name, bool(form.oversell.data)
            sale_ids, is_new = actions.add_once(db, who, form.token(), given, may_oversell)
    except (Invalid, NotEnoughStock) as error:
        if isinstance(error, Invalid):
            form.refuse(error)
        else:  # somebody took the units since the lines were looked up
            lines[0].warning = error.sentence
        with reading() as db:
            return _page(db, form, lines), error.status
    session["last_type"] = lines[0].kind
    if form.currency.data:
        session["last_currency"] = form.currency.data.upper()
    _say(sale_ids, is_new)
    return redirect(url_for("ledger.index"), 303)


def _say(sale_ids: list[int], is_new: bool) -> None:
    is_one = len(sale_ids) == 1
    which = f"Sale {sale_ids[0]}" if is_one else f"{len(sale_ids)} sales, {sale_ids[0]} to {sale_ids[-1]},"
    if not is_new:
        toasts.say(f"This form was sent before: {which} added then; nothing was added again.", kind="info")
        return
    undo = url_for("ledger_new.take_back", ids=",".join(map(str, sale_ids)))
    toasts.say(f"{which} {'was' if is_one else 'were'} added.", undo=undo)


@bp.post("/sales/new/take-back")
def take_back() -> Response:
    """Delete the sales of a form that was just sent; each can be restored on its page."""
    ids = [sale_id for text in request.args.get("ids", "").split(",") if (sale_id := parse_id(text))]
    taken = []
    with transaction() as db:
        for sale_id in ids[: entry.MOST_LINES]:
            with suppress(Gone):
                actions.remove(db, auth.store_scope(), auth.actor().name, sale_id)
                taken.append(sale_id)
    if taken:
        named = f"Sale {taken[0]} was" if len(taken) == 1 else f"{len(taken)} sales were"
        toasts.say(f"{named} taken back.")
    else:
        toasts.say("Nothing was left to take back.", kind="info")
    return redirect(url_for("ledger.index"), 303)


def _currency(form: forms.SharedForm) -> str:
    """Return the currency of the prices, "" if there is none; note in the field what is wrong with it."""
    text = (form.currency.data or "").strip()
    try:
        return fields.currency(text) if text else ""
    except ValueError as error:
        form.currency.errors = [*form.currency.errors, str(error)]
        return ""


def _pairs(db: Connection) -> dict[str, tuple[str, str]]:
    types = product_types.list_types(db)
    return {str(row.id): (row.model, row.variant) for row in types if row.is_active}


def _page(db: Connection, form: forms.SharedForm, lines: list[entry.Line], is_checked: bool = False) -> str:
    pairs = _pairs(db)
    return render_template(
        "ledger/new.html",
        form=form,
        lines=lines,
        types={key: product_types.named(*pair) for key, pair in pairs.items()},
        suggestions=lookup.suggest(db),
        sellers=queries.list_sellers(db, auth.store_scope()),
        is_checked=is_checked,
        is_warned=any(line.warning for line in lines),
        has_errors=bool(form.errors) or any(line.errors for line in lines),
        by_sku=entry.BY_SKU,
    )
