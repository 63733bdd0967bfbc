"""Pages: erasing a customer, by e-mail address or from the page of one order."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import check_id, database, transaction
from writer.lib.errors import DomainError
from writer.orders.customers import actions
from writer.people import auth

bp = Blueprint("customers", __name__, template_folder="templates")


@bp.get("/customers/erase")
@auth.admin_only
def ask() -> str:
    """Ask whom to erase."""
    return render_template("customers/ask.html", email=request.args.get("email", ""), error=None)


@bp.post("/customers/erase")
@auth.admin_only
def erase() -> Response | str | tuple[str, int]:
    """Erase a customer by e-mail address if `confirmed`; else show what would be erased and ask."""
    email = request.form.get("email", "")[:300]
    try:
        return _erase(email) if request.form.get("confirmed") == "1" else _ask_again(email)
    except DomainError as error:
        return render_template("customers/ask.html", email=email, error=error.sentence), error.status


@bp.post("/orders/<int:order_id>/erase")
@auth.admin_only
def erase_of_order(order_id: int) -> Response:
    """Erase the customer of one order."""
    check_id(order_id, "There is no such order.")
    with transaction() as db:
        actions.erase(db, auth.actor().name, order_id=order_id)
    database().shed_traces()
    flash("The customer of this order is erased.", "success")
    return redirect(f"/orders/{order_id}", 303)


def _ask_again(email: str) -> str:
    with transaction() as db:
        found = actions.foresee(db, auth.actor().name, email=email)
        shops = [
            (row.name, found[row.id]) for row in actions.list_stores(db, auth.store_scope()) if found[row.id]
        ]
    return render_template("customers/confirm.html", email=email.strip(), shops=shops, total=found.total())


def _erase(email: str) -> Response:
    with transaction() as db:
        how_many = actions.erase(db, auth.actor().name, email=email)
    database().shed_traces()
    where = f"{how_many} order{'' if how_many == 1 else 's'}" if how_many else "what stores delivered"
    flash(f"The customer is erased from {where}.", "success")
    return redirect(url_for("customers.ask"), 303)
