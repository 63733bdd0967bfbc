"""Pages: erasing a customer, by e-mail or from the page of one order."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer import accounts
from writer.db import database, transaction
from writer.erasure import actions
from writer.errors import DomainError, NotFound

bp = Blueprint("erasure", __name__, template_folder="templates")


@bp.get("/erase")
@accounts.admin_only
def ask() -> str:
    """Ask whom to erase."""
    return render_template("erasure/ask.html", email=request.args.get("email", ""), error=None)


@bp.post("/erase")
@accounts.admin_only
def erase() -> Response | tuple[str, int]:
    """Erase a customer by e-mail: name, address and everything the stores delivered about the orders."""
    email = request.form.get("email", "")[:300]
    try:
        with transaction() as db:
            how_many = actions.erase(db, accounts.actor().name, email=email)
    except DomainError as error:
        return render_template("erasure/ask.html", email=email, error=error.sentence), error.status
    database().shed_traces()
    where = f"{how_many} order{'' if how_many == 1 else 's'}" if how_many else "what stores delivered"
    flash(f"The customer is erased from {where}.", "success")
    return redirect(url_for("erasure.ask"), 303)


@bp.post("/orders/<int:order_id>/erase")
@accounts.admin_only
def erase_of_order(order_id: int) -> Response:
    """Erase the customer of one order."""
    if order_id > 2**31 - 1:
        raise NotFound("There is no such order.")
    with transaction() as db:
        actions.erase(db, accounts.actor().name, order_id=order_id)
    database().shed_traces()
    flash("The customer of this order is erased.", "success")
    return redirect(f"/orders/{order_id}", 303)
