"""What changes an order: a snapshot, the trash, a person, a setting, a rule. Each is load, decide, save."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from writer import db as database
from writer.db.schema.orders import order_lines, orders
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.record import product_skus, queries
from writer.orders.record.changes import (
    Arrived,
    Change,
    Missing,
    PutBack,
    Remapped,
    Rematched,
    Reviewed,
    Trashed,
)
from writer.orders.record.decide import decide
from writer.orders.record.decision import Event
from writer.orders.record.load import find_order, list_orders, load
from writer.orders.record.rows import Line, Order
from writer.orders.record.save import add_event, save
from writer.orders.record.snapshot import Channel, OrderSnapshot
from writer.people import audit

LARGEST_QUANTITY = 100_000


@dataclass(frozen=True)
class Recorded:
    """What became of a snapshot: 'recorded', 'repeat', 'stale' or 'ignored', and why in a sentence."""

    outcome: str
    sentence: str
    order_id: int | None = None
    is_new: bool = False
    is_erased: bool = False  # its customer was erased here: what was delivered must be forgotten too


def record(
    db: Connection, channel: Channel, snapshot: OrderSnapshot, cause: str, heard_at: datetime | None = None
) -> Recorded:
    """Make ledger and stock agree with the newest snapshot of an order; post the difference only.

    Afterwards each line has posted exactly what its order's newest state makes due. `cause` says in a
    word or two where the snapshot came from ("delivery 12"). A repeat or an older snapshot posts nothing.
    `heard_at` tells when what is only now processed, or processed again, was heard; None: just now.
    """
    database.lock(db, f"order {channel.store_id} {snapshot.external_id}")
    order = find_order(db, channel.store_id, snapshot.external_id, snapshot.key_hash)
    return _apply(db, channel, order, Arrived(snapshot, cause, heard_at))


def trash(
    db: Connection, channel: Channel, external_id: str, cause: str, heard_at: datetime | None = None
) -> Recorded:
    """Take an order the store put into its trash out of the ledger; what it took out of stock stays out.

    The store names no time of change with it, so it holds at once, until any later snapshot lifts it.
    `heard_at` is as for `record`.
    """
    database.lock(db, f"order {channel.store_id} {external_id}")
    order = find_order(db, channel.store_id, external_id)
    return _apply(db, channel, order, Trashed(cause, heard_at))


def note_missing(db: Connection, channel: Channel, external_id: str) -> None:
    """Note that the store, asked directly, has no such order; twice in a row means that it was deleted.

    An order missing from a list means nothing: only a direct look counts.
    """
    database.lock(db, f"order {channel.store_id} {external_id}")
    order = find_order(db, channel.store_id, external_id)
    _apply(db, channel, order, Missing("no longer in the store"))


def recount(db: Connection, channel: Channel, statuses: set[str], cause: str) -> int:
    """Count again the store's orders in any of `statuses`, whose meaning changed; return how many."""
    of_store = (orders.c.store_id == channel.store_id) & ~orders.c.is_trashed
    found = list_orders(db, of_store & orders.c.status.in_(statuses))
    for order in found:
        _apply(db, channel, order, Remapped(cause))
    return len(found)


def rematch(db: Connection, cause: str) -> int:
    """Match again every line that matched no rule, and post what is due; return how many now match.

    To be called in the transaction that added a rule or a mapping: it is applied once, dated as the order.
    """
    return _rematch(db, order_lines.c.id.in_(product_skus.matchable(db)), cause)


def list_matchable(db: Connection) -> list[int]:
    """Return the ids of the orders with lines that matched no rule and would now."""
    lines = order_lines.c.id.in_(product_skus.matchable(db))
    return list(db.execute(select(order_lines.c.order_id).where(lines).distinct()).scalars())


def list_of_product(db: Connection, store_id: int, product_id: int, variation_id: int) -> list[int]:
    """Return the ids of the orders with lines of a store's product that lack a type or a counted product."""
    lines = _open_of_product(store_id, product_id, variation_id) & ~order_lines.c.is_removed
    return list(db.execute(select(order_lines.c.order_id).where(lines).distinct()).scalars())


def rematch_orders(db: Connection, order_ids: Sequence[int], cause: str) -> int:
    """Match again every line of these orders, and post what is due; return how many now match."""
    return _rematch(db, order_lines.c.order_id.in_(order_ids), cause)


def rematch_sku(db: Connection, sku_key: str) -> None:
    """Pin the lines with this (folded) SKU to the product that is counted from now on."""
    said = order_lines.c.id.in_(product_skus.said_to_be(db, sku_key))
    is_meant = (order_lines.c.sku_key == sku_key) | said
    _rematch(db, is_meant & order_lines.c.stock_product_id.is_(None), "product added")


def rematch_product(db: Connection, store_id: int, product_id: int, variation_id: int, cause: str) -> int:
    """Match again the lines of one product of a store that was just said to be another.

    Lines of its variations follow too, because their store may count them with it.
    """
    return _rematch(db, _open_of_product(store_id, product_id, variation_id), cause)


def _open_of_product(store_id: int, product_id: int, variation_id: int) -> ColumnElement[bool]:
    open_ = order_lines.c.model.is_(None) | order_lines.c.stock_product_id.is_(None)
    of_product = order_lines.c.product_id == product_id
    if variation_id:
        of_product &= order_lines.c.variation_id == variation_id
    return open_ & of_product & _is_of_store(store_id)


def rematch_listed(db: Connection, store_id: int, product_ids: Collection[int], cause: str) -> None:
    """Pin the lines that wait for one of these products of a store, whose listings were just matched."""
    waiting = order_lines.c.stock_product_id.is_(None) & order_lines.c.product_id.in_(product_ids)
    if product_ids:
        _rematch(db, waiting & _is_of_store(store_id), cause)


def _is_of_store(store_id: int) -> ColumnElement[bool]:
    return order_lines.c.order_id.in_(select(orders.c.id).where(orders.c.store_id == store_id))


def _rematch(db: Connection, which: ColumnElement[bool], cause: str) -> int:
    waiting = select(order_lines.c.order_id).where(which, ~order_lines.c.is_removed)
    channels: dict[int, Channel] = {}
    matched = 0
    for order in list_orders(db, orders.c.id.in_(waiting)):
        if order.store_id not in channels:
            channels[order.store_id] = queries.get_channel(db, order.store_id)
        before = load(db, order, Rematched(cause), channels[order.store_id])
        decision = decide(before, Rematched(cause), channels[order.store_id])
        save(db, before, decision)
        matched += _count_unmatched(before.lines) - _count_unmatched(decision.lines)
    return matched


def _count_unmatched(lines: tuple[Line, ...]) -> int:
    return sum(line.model is None for line in lines)


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
    channel, change = (
        queries.get_channel(db, order.store_id),
        Reviewed(line_id, quantity, f"review by {actor}"),
    )
    before = load(db, order, change, channel)
    line = _held_line(before.lines, line_id)
    decision = decide(before, change, channel)
    save(db, before, decision, actor)
    was = {"line": line.name, "quantity": line.quantity, "problem": line.problem}
    after = {"line": line.name, "quantity": quantity, "problem": None}
    audit.note(db, actor, "order.review_line", f"order {order_id}", was, after)
    return decision.sentence


def put_back(db: Connection, store_scope: StoreScope, actor: str, order_id: int) -> str:
    """What an order in the trash still keeps out of stock is on the shelf again; return what, in a sentence.

    WooCommerce puts nothing back when an order is trashed, so a person decides. An order that is restored
    takes its units again. Raises NotFound, Conflict where it is not in the trash or keeps nothing out.
    """
    order = _lock_order(db, store_scope, order_id)
    if not order.is_trashed:
        raise Conflict("This order is not in the trash, so what it took stays out of stock.")
    channel, change = queries.get_channel(db, order.store_id), PutBack(f"put back by {actor}")
    before = load(db, order, change, channel)
    decision = decide(before, change, channel)
    if not decision.posted:
        raise Conflict("This order keeps nothing out of stock any more.")
    save(db, before, decision)
    audit.note(db, actor, "order.put_back", f"order {order_id}", None, {"moved": [*decision.posted]})
    return decision.sentence


def note_event(db: Connection, order_id: int, cause: str, status: str, sentence: str) -> None:
    """Write into the order's history something that counts for nothing."""
    add_event(db, order_id, Event(clock.now(), cause, status, sentence))


def _apply(db: Connection, channel: Channel, order: Order | None, change: Change) -> Recorded:
    before = load(db, order, change, channel)
    decision = decide(before, change, channel)
    order_id = save(db, before, decision)
    is_new = order is None and order_id is not None
    is_erased = order is not None and order.erased_at is not None
    return Recorded(decision.outcome, decision.sentence, order_id, is_new, is_erased)


def _lock_order(db: Connection, store_scope: StoreScope, order_id: int) -> Order:
    row = queries.get_order(db, store_scope, order_id)
    database.lock(db, f"order {row.store_id} {row.external_id}")
    return list_orders(db, orders.c.id == order_id)[0]


def _held_line(lines: tuple[Line, ...], line_id: int) -> Line:
    for line in lines:
        if line.id == line_id:
            if line.problem is None or line.is_removed:
                raise Conflict("This line waits for no review any more.")
            return line
    raise NotFound("There is no such line in this order.")
