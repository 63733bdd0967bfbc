"""Verbs that a person uses on orders: review a held line, put a trashed order's units back, say what a SKU or
a product counts as."""

from typing import Any

from sqlalchemy import Connection, Row, delete, select

from writer import audit, sales
from writer import db as database
from writer.errors import Conflict, Invalid, NotFound
from writer.orders import matching, queries, rules, settle, unmatched
from writer.orders.visible import Sight
from writer.schema.orders import order_lines, orders, product_skus

LARGEST_QUANTITY = 100_000
_LONGEST_SKU = 100


def review_line(db: Connection, sight: Sight, actor: str, order_id: int, line_id: int, quantity: int) -> str:
    """The held line counts with this quantity; return why its order counts so, in a sentence.

    Raises NotFound, Conflict where the line waits for no review, Invalid naming `quantity` (0 to 100,000).
    """
    if not 0 <= quantity <= LARGEST_QUANTITY:
        raise Invalid(
            "The quantity cannot be used.",
            {"quantity": f"Must be a whole number from 0 to {LARGEST_QUANTITY}."},
        )
    order = _lock_order(db, sight, order_id)
    line = _held_line(db, order_id, line_id)
    changed = {"quantity": quantity, "problem": None}
    database.update_row(db, order_lines, line.id, **changed)
    channel = queries.get_channel(db, order.store_id)
    state = rules.standing(order.status, channel.paid_statuses)
    sentence = settle.recount_order(db, channel, order, state, order.status, f"review by {actor}")
    audit.close_notice(db, "line held", f"order {order_id} line {line.external_id}", actor)
    before = {"line": line.name, "quantity": line.quantity, "problem": line.problem}
    after = {"line": line.name, **changed}
    audit.note(db, actor, "order.review_line", f"order {order_id}", before, after)
    return sentence


def put_back(db: Connection, sight: Sight, actor: str, order_id: int) -> str:
    """What an order in the trash still keeps out of stock is on the shelf again; return what, in a sentence.

    WooCommerce puts nothing back when an order is trashed, so a person decides. An order that is restored
    takes its units again. Raises NotFound, Conflict where it is not in the trash or keeps nothing out.
    """
    order = _lock_order(db, sight, order_id)
    if not order.is_trashed:
        raise Conflict("This order is not in the trash, so what it took stays out of stock.")
    posted = settle.put_back(db, queries.get_channel(db, order.store_id), order)
    if not posted:
        raise Conflict("This order keeps nothing out of stock any more.")
    sentence = f"Put back on the shelf: {', '.join(posted)}."
    settle.note_event(db, order_id, f"put back by {actor}", order.status, sentence)
    audit.note(db, actor, "order.put_back", f"order {order_id}", None, {"moved": posted})
    return sentence


def add_rule(db: Connection, actor: str, prefix: str, model: str, variant: str) -> int:
    """SKUs that begin with `prefix` count as this type, those already ordered too; return how many lines now
    match. Raises as sales.add_rule."""
    sales.add_rule(db, actor, prefix, model, variant)
    return settle.rematch(db, f"rule {prefix.strip()} added by {actor}")


def map_product(
    db: Connection, sight: Sight, actor: str, store_id: int, product_id: int, variation_id: int, sku: str
) -> int:
    """Lines of this product count as `sku` whatever SKU the store sends; return how many now match.

    A SKU on the ignore list leaves the product out. Raises Invalid naming `sku` where no rule and no ignored
    SKU knows it, NotFound where nothing unmatched is of this product.
    """
    wanted = sku.strip()
    if not wanted or len(wanted) > _LONGEST_SKU or not wanted.isprintable():
        raise Invalid(
            "The SKU cannot be used.", {"sku": f"Enter a SKU of at most {_LONGEST_SKU} characters."}
        )
    if sales.classify(db, wanted) is None and not sales.is_ignored(db, wanted):
        raise Invalid(
            f"No rule knows the SKU {wanted}.",
            {"sku": "No rule begins this SKU, and it is not ignored: add one or the other first."},
        )
    if product_id <= 0 or not unmatched.has_product(db, sight, store_id, product_id, variation_id):
        raise NotFound("Nothing of this product is unmatched any more.")
    product = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id}
    before = _mapping(db, **product)
    matching.say_product(db, **product, sku=wanted)
    audit.note(db, actor, "product.map", _subject(**product), before, {"sku": wanted})
    return settle.rematch_product(db, **product, cause=f"product {product_id} mapped by {actor}")


def unmap_product(db: Connection, sight: Sight, actor: str, mapping_id: int) -> Row[Any]:
    """The product counts as what the store's own SKU says from now on, and what was counted stays counted;
    return the mapping that is gone. Raises NotFound."""
    row = None
    if 0 < mapping_id <= queries.MAX_ID:
        mine = (product_skus.c.id == mapping_id) & sight.of(product_skus.c.store_id)
        row = db.execute(select(product_skus).where(mine)).first()
    if row is None:
        raise NotFound("There is no such product here.")
    db.execute(delete(product_skus).where(product_skus.c.id == row.id))
    subject = _subject(row.store_id, row.product_id, row.variation_id)
    audit.note(db, actor, "product.unmap", subject, {"sku": row.sku}, None)
    return row


def _lock_order(db: Connection, sight: Sight, order_id: int) -> Row[Any]:
    row = queries.get_order(db, sight, order_id)
    database.lock(db, f"order {row.store_id} {row.external_id}")
    return db.execute(select(orders).where(orders.c.id == order_id).with_for_update()).one()


def _held_line(db: Connection, order_id: int, line_id: int) -> Row[Any]:
    row = None
    if 0 < line_id <= queries.MAX_ID:
        mine = (order_lines.c.id == line_id) & (order_lines.c.order_id == order_id)
        row = db.execute(select(order_lines).where(mine)).first()
    if row is None:
        raise NotFound("There is no such line in this order.")
    if row.problem is None or row.is_removed:
        raise Conflict("This line waits for no review any more.")
    return row


def _mapping(db: Connection, store_id: int, product_id: int, variation_id: int) -> dict[str, Any] | None:
    row = db.execute(
        select(product_skus.c.sku).where(
            product_skus.c.store_id == store_id,
            product_skus.c.product_id == product_id,
            product_skus.c.variation_id == variation_id,
        )
    ).first()
    return {"sku": row.sku} if row else None


def _subject(store_id: int, product_id: int, variation_id: int) -> str:
    return f"store {store_id} product {product_id}" + (f" variation {variation_id}" if variation_id else "")
