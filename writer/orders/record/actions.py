"""Verbs that a person uses on orders: review a held line, put a trashed order's units back."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer import db as database
from writer.db.schema.orders import order_lines, orders
from writer.lib.errors import Conflict, Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.record import queries, rules, settle
from writer.people import Notice, audit, notices

LARGEST_QUANTITY = 100_000


def review_line(
    db: Connection, store_scope: StoreScope, actor: str, order_id: int, line_id: int, quantity: int
) -> str:
    """The held line counts with this quantity; return why its order counts so, in a sentence.

    Raises NotFound, Conflict where the line waits for no review, Invalid naming `quantity` (0 to 100,000).
    """
    if not 0 <= quantity <= LARGEST_QUANTITY:
        raise Invalid(
            "The quantity cannot be used.",
            {"quantity": f"Must be a whole number from 0 to {LARGEST_QUANTITY}."},
        )
    order = _lock_order(db, store_scope, order_id)
    line = _held_line(db, order_id, line_id)
    changed = {"quantity": quantity, "problem": None}
    database.update_row(db, order_lines, line.id, **changed)
    channel = queries.get_channel(db, order.store_id)
    state = rules.standing(order.status, channel.paid_statuses)
    cause = f"review by {actor}"
    sentence = settle.recount_order(db, channel, order, state, order.status, cause, reviewed=line.id)
    notices.close(db, Notice.LINE_HELD, actor, order_id=order_id, line=line.external_id)
    before = {"line": line.name, "quantity": line.quantity, "problem": line.problem}
    after = {"line": line.name, **changed}
    audit.note(db, actor, "order.review_line", f"order {order_id}", before, after)
    return sentence


def put_back(db: Connection, store_scope: StoreScope, actor: str, order_id: int) -> str:
    """What an order in the trash still keeps out of stock is on the shelf again; return what, in a sentence.

    WooCommerce puts nothing back when an order is trashed, so a person decides. An order that is restored
    takes its units again. Raises NotFound, Conflict where it is not in the trash or keeps nothing out.
    """
    order = _lock_order(db, store_scope, order_id)
    if not order.is_trashed:
        raise Conflict("This order is not in the trash, so what it took stays out of stock.")
    posted = settle.put_back(db, queries.get_channel(db, order.store_id), order)
    if not posted:
        raise Conflict("This order keeps nothing out of stock any more.")
    sentence = f"Put back on the shelf: {', '.join(posted)}."
    settle.note_event(db, order_id, f"put back by {actor}", order.status, sentence)
    audit.note(db, actor, "order.put_back", f"order {order_id}", None, {"moved": posted})
    return sentence


def _lock_order(db: Connection, store_scope: StoreScope, order_id: int) -> Row[Any]:
    row = queries.get_order(db, store_scope, order_id)
    database.lock(db, f"order {row.store_id} {row.external_id}")
    return db.execute(select(orders).where(orders.c.id == order_id).with_for_update()).one()


def _held_line(db: Connection, order_id: int, line_id: int) -> Row[Any]:
    missing = "There is no such line in this order."
    row = database.get_row(db, order_lines, line_id, missing, order_lines.c.order_id == order_id)
    if row.problem is None or row.is_removed:
        raise Conflict("This line waits for no review any more.")
    return row
