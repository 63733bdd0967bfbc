"""Pages: the customers, one of them, and erasing one: by e-mail address or from the page of an order."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import check_id, database, is_id, reading, transaction
from writer.lib import clock
from writer.lib.errors import DomainError
from writer.orders.browse import queries as browse
from writer.orders.browse import states
from writer.orders.customers import actions, queries
from writer.people import auth
from writer.web import times, toasts

bp = Blueprint("customers", __name__, template_folder="templates")
_SIZE = 25
_ORDERS_SHOWN = 50


@bp.get("/customers")
def index() -> str:
    """List the customers by their last order; `after` and `before` name the place in the list."""
    text = request.args.get("q", "").replace("\0", "").strip()[:200]
    before, after = _key("before"), _key("after")
    key, is_before = (before, True) if before is not None else (after, False)
    store_scope = auth.store_scope()
    with reading() as db:
        found = queries.list_customers(db, store_scope, text, key, _SIZE + 1, is_before)
        if is_before and len(found) < _SIZE:
            # The beginning is nearer than a page: show a whole one.
            key, is_before = None, False
            found = queries.list_customers(db, store_scope, text, None, _SIZE + 1)
    is_more = len(found) > _SIZE
    rows = found[-_SIZE:] if is_before else found[:_SIZE]
    has_newer, has_older = (is_more, True) if is_before else (key is not None, is_more)
    return render_template(
        "customers/index.html",
        rows=rows,
        text=text,
        newer=_address(text, before=rows[0]) if has_newer and rows else None,
        older=_address(text, after=rows[-1]) if has_older and rows else None,
        is_whole=not has_newer and not has_older,
    )


@bp.get("/customers/<int:order_id>")
def show(order_id: int) -> str:
    """Show the customer of an order: what all orders of this address come to, and the newest of them."""
    store_scope = auth.store_scope()
    with reading() as db:
        customer = queries.get_customer(db, store_scope, order_id)
        rows = queries.list_orders_of(db, store_scope, customer.email, _ORDERS_SHOWN)
        addresses = queries.list_addresses(db, store_scope, customer.email)
        items = browse.list_items(db, store_scope, [row.id for row in rows])
    return render_template(
        "customers/show.html",
        customer=customer,
        since=clock.local_day(customer.first_at),
        rows=rows,
        items=items,
        addresses=addresses,
        payment=states.payment,
        shipping=states.shipping,
    )


@bp.get("/customers/erase")
@auth.admin_only
def ask() -> str:
    """Ask whom to erase."""
    return render_template("customers/ask.html", email=request.args.get("email", ""), error=None)


@bp.post("/customers/erase")
@auth.admin_only
def erase() -> Response | str | tuple[str, int]:
    """Erase a customer by e-mail address if `confirmed`; else show what would be erased and ask."""
    email = request.form.get("email", "").replace("\0", "")[:300]
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
    toasts.say("The customer of this order is erased.")
    return redirect(f"/orders/{order_id}", 303)


def _key(name: str) -> tuple[datetime, int] | None:
    """Return the time and id of the order that `after` or `before` names; None where it names none."""
    made, _, order_id = request.args.get(name, "").partition("~")
    try:
        moment = clock.read(made)
    except ValueError:
        return None
    is_number = order_id.isascii() and order_id.isdecimal() and len(order_id) < 12 and is_id(int(order_id))
    return (moment, int(order_id)) if is_number else None


def _address(text: str, **place: queries.Customer) -> str:
    keys: dict[str, Any] = {name: f"{row.last_at.isoformat()}~{row.order_id}" for name, row in place.items()}
    return url_for("customers.index", **(keys | ({"q": text} if text else {})))


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
    where = times.plural(how_many, "order") if how_many else "what stores delivered"
    toasts.say(f"The customer is erased from {where}.")
    return redirect(url_for("customers.index"), 303)
