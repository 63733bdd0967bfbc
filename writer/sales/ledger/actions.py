"""Actions that change the ledger. None of them commits; the caller opens the transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from writer import stock
from writer.db import insert_row, lock
from writer.db.schema.ledger import sale_forms, sales
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.lib.store_scope import EVERYTHING, StoreScope
from writer.lib.text import UnusableText, check_line
from writer.people import audit
from writer.sales import product_types
from writer.sales.ledger import fields, lookup
from writer.sales.ledger.queries import find_deleted, get_sale

# The fields of a sale that a person may enter; `date` is the column date_added.
GIVEN = ("model", "variant", "quantity", "seller", "notes", "date", "sku", "price_minor", "currency")
_MOVES_STOCK = frozenset({"quantity", "sku", "date"})
_FORMS_KEPT = timedelta(days=1)
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "quantity": fields.quantity,
    "seller": lambda value: check_line(value, fields.MAX_SELLER),
    "notes": lambda value: check_line(value, fields.MAX_NOTES),
    "date": fields.moment,
    "sku": lambda value: check_line(value, product_types.MAX_SKU) or None,
    "price_minor": fields.price,
    "currency": fields.currency,
}


def post(
    db: Connection,
    *,
    order_line_id: int,
    store_id: int,
    model: str,
    variant: str,
    sku: str | None,
    quantity: int,
    date: datetime,
    seller: str,
    notes: str,
) -> int:
    """Add a row for this order line, which nobody may edit by hand; return its id.

    `quantity` is the difference in units sold: negative takes units back, 0 is refused with ValueError.
    `date` is aware; `store_id` decides who may see the row. The type is not checked again, because it was
    checked when the line was matched.
    """
    if quantity == 0:
        raise ValueError("a difference of 0 is not a row of the ledger")
    return insert_row(
        db,
        sales,
        model=model,
        variant=variant,
        quantity=quantity,
        seller=seller,
        notes=notes,
        date_added=date.astimezone(UTC).replace(microsecond=0),
        source="order",
        sku=sku,
        order_line_id=order_line_id,
        store_id=store_id,
    )


def add(db: Connection, actor: str, source: str, given: Mapping[str, Any], may_oversell: bool = False) -> int:
    """Add a sale entered by `actor` and take its units out of stock; return its id.

    `given` holds model, variant, quantity and seller, and may hold notes, sku, date (None or absent: now),
    price_minor and currency. Without model and variant the SKU says what it counts as. `source` is 'form',
    'api' or 'file'. Raises Invalid naming every field that cannot be used, and stock.NotEnoughStock if too
    few of a counted SKU are available, unless `may_oversell`.
    """
    known = {name: value for name, value in given.items() if value is not None}
    if "model" not in known and "variant" not in known:
        known |= _type_of(db, known.get("sku"))
    values = _checked(db, {"date": clock.now(), **known}, None)
    sale_id = insert_row(db, sales, source=source, **_columns(values))
    added = get_sale(db, EVERYTHING, sale_id)
    audit.note(db, actor, "sale.add", f"sale {sale_id}", None, snapshot(added))
    _hold(db, actor, added, may_oversell)
    return sale_id


def add_once(
    db: Connection,
    actor: str,
    form_token: str,
    given: Sequence[Mapping[str, Any]],
    may_oversell: bool = False,
) -> tuple[list[int], bool]:
    """Add the sales of a form's lines once, however often it is sent; return their ids and whether they are
    new."""
    lock(db, f"sale form {form_token}")
    db.execute(delete(sale_forms).where(sale_forms.c.sent_at < clock.now() - _FORMS_KEPT))
    sent = find_sent(db, form_token)
    if sent:
        return sent, False
    sale_ids = [add(db, actor, "form", line, may_oversell) for line in given]
    for number, sale_id in enumerate(sale_ids):
        token = f"{form_token}-{number}" if number else form_token
        db.execute(insert(sale_forms).values(token=token, sale_id=sale_id, sent_at=clock.now()))
    return sale_ids, True


def find_sent(db: Connection, form_token: str) -> list[int]:
    """Return the ids of the sales that a form has added already; none if it was not sent before."""
    of_form = (sale_forms.c.token == form_token) | sale_forms.c.token.startswith(f"{form_token}-")
    query = select(sale_forms.c.sale_id).where(of_form).order_by(sale_forms.c.sale_id)
    return list(db.execute(query).scalars())


def _type_of(db: Connection, sku: str | None) -> dict[str, str]:
    pair = lookup.count_as(db, sku)
    if pair is None:
        sentence = "Name a model and variant, or a SKU that a rule or product here knows."
        raise Invalid(sentence, {"model": sentence, "variant": sentence})
    return {"model": pair[0], "variant": pair[1]}


def amend(
    db: Connection,
    store_scope: StoreScope,
    actor: str,
    sale_id: int,
    given: Mapping[str, Any],
    may_oversell: bool = False,
) -> None:
    """Change the fields in `given` that differ, and move the difference in stock.

    Raises NotFound, Conflict if an order posted the sale, Invalid naming every unusable field, and
    stock.NotEnoughStock as `add` does.
    """
    before = _by_hand(db, store_scope, sale_id)
    values = _checked(db, given, before)
    if not values:
        return
    changed = update(sales).where(sales.c.id == sale_id)
    db.execute(changed.values(updated_at=clock.now(), **_columns(values)))
    after = get_sale(db, store_scope, sale_id)
    audit.note(db, actor, "sale.edit", f"sale {sale_id}", snapshot(before), snapshot(after))
    if values.keys() & _MOVES_STOCK:
        _hold(db, actor, after, may_oversell)


def remove(db: Connection, store_scope: StoreScope, actor: str, sale_id: int) -> Row[Any]:
    """Delete a sale and put its units back into stock; `restore` can undo it.

    Returns the sale as it was. Raises NotFound, and Conflict if an order posted the sale.
    """
    before = _by_hand(db, store_scope, sale_id)
    db.execute(delete(sales).where(sales.c.id == sale_id))
    # The form it came from, corrected and sent again, is to be added.
    db.execute(delete(sale_forms).where(sale_forms.c.sale_id == sale_id))
    audit.note(db, actor, "sale.delete", f"sale {sale_id}", snapshot(before), None)
    stock.sell_by_hand(db, actor, sale_id, None, 0, before.date)
    return before


def restore(db: Connection, store_scope: StoreScope, actor: str, sale_id: int) -> None:
    """Restore a deleted sale under its own id and take its units out of stock again.

    Raises NotFound, and Conflict if the sale was not deleted.
    """
    _lock(db, sale_id)
    deleted = find_deleted(db, sale_id)
    if deleted is None:
        get_sale(db, store_scope, sale_id)
        raise Conflict(f"Sale {sale_id} is in the ledger: there is nothing to bring back.")
    values = _columns({name: deleted.get(name) for name in GIVEN})
    updated_at = datetime.fromisoformat(deleted["updated_at"]) if deleted["updated_at"] else None
    values["date_added"] = datetime.fromisoformat(deleted["date"])
    db.execute(insert(sales).values(id=sale_id, source=deleted["source"], updated_at=updated_at, **values))
    restored = get_sale(db, store_scope, sale_id)
    audit.note(db, actor, "sale.restore", f"sale {sale_id}", None, snapshot(restored))
    # It was sold, however few units are left now.
    _hold(db, actor, restored, may_oversell=True)


def _hold(db: Connection, actor: str, sale: Row[Any], may_oversell: bool) -> None:
    stock.sell_by_hand(db, actor, sale.id, sale.sku, sale.quantity, sale.date, may_oversell)


def snapshot(sale: Row[Any]) -> dict[str, Any]:
    """Return a sale made by hand as the audit trail stores it, with all that `restore` needs."""
    return {
        **{name: getattr(sale, name) for name in GIVEN},
        "date": sale.date.isoformat(),
        "source": sale.source,
        "updated_at": sale.updated_at.isoformat() if sale.updated_at else None,
    }


def _by_hand(db: Connection, store_scope: StoreScope, sale_id: int) -> Row[Any]:
    _lock(db, sale_id)
    sale = get_sale(db, store_scope, sale_id)
    if sale.order_line_id is not None:
        raise Conflict(
            f"Sale {sale_id} follows order {sale.order_number}: change the order in its store,"
            " and the ledger follows."
        )
    return sale


def _lock(db: Connection, sale_id: int) -> None:
    """Let one request after the other change, delete or restore a sale."""
    lock(db, f"sale {sale_id}")


def _checked(db: Connection, given: Mapping[str, Any], current: Row[Any] | None) -> dict[str, Any]:
    """Return the values of `given` that differ from `current`, or raise Invalid naming all errors at once."""
    # A value that is there already may stay, even if today's rules would refuse it.
    changed = {name: value for name, value in given.items() if not _is_same(current, name, value)}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name in changed.keys() & _CHECKS.keys():
        try:
            values[name] = None if changed[name] is None else _CHECKS[name](changed[name])
        except UnusableText as error:
            errors[name] = str(error)
    if "model" in changed or "variant" in changed:
        model, variant = (changed.get(name, getattr(current, name, "")) for name in ("model", "variant"))
        sku = values.get("sku", changed.get("sku", getattr(current, "sku", None)))
        try:
            # What the SKU says itself need be no active type.
            is_said = (model, variant) == lookup.count_as(db, sku)
            pair = (model, variant) if is_said else product_types.get_active(db, model, variant)
            values["model"], values["variant"] = pair
        except Invalid as error:
            errors.update(error.errors)
    if errors:
        listed = " ".join(f"{name}: {errors[name]}" for name in GIVEN if name in errors)
        raise Invalid(f"The sale cannot be used as it is. {listed}", errors)
    return {name: value for name, value in values.items() if not _is_same(current, name, value)}


def _is_same(current: Row[Any] | None, name: str, value: Any) -> bool:
    return current is not None and bool(getattr(current, name) == value)


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {("date_added" if name == "date" else name): value for name, value in values.items()}
