"""Fills in the details of orders that were recorded before details were kept, from their raw JSON."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from writer.db import update_row
from writer.db.schema.orders import order_lines, orders
from writer.orders.record.details import country_of, dump_address, dump_charges
from writer.orders.record.snapshot import OrderSnapshot


def list_undetailed(db: Connection, limit: int) -> list[int]:
    """Return the ids of orders whose details are not kept yet although their raw JSON is."""
    undetailed = orders.c.charges.is_(None) & orders.c.raw.is_not(None)
    return list(
        db.execute(select(orders.c.id).where(undetailed).order_by(orders.c.id).limit(limit)).scalars()
    )


def fill_in(db: Connection, order_ids: Sequence[int], read: Callable[[str], OrderSnapshot | None]) -> None:
    """Keep the details that the raw JSON of these orders gives, and nothing else of it.

    `read` makes a snapshot of raw JSON, None where it is not understood: such an order has no details.
    """
    columns = (orders.c.id, orders.c.status, orders.c.changed_at, orders.c.raw)
    for known in db.execute(select(*columns).where(orders.c.id.in_(order_ids))).all():
        snapshot = read(known.raw) if known.raw is not None else None
        if snapshot is None:
            update_row(db, orders, known.id, charges=dump_charges(()))
        else:
            _fill_in(db, known, snapshot)


def _fill_in(db: Connection, known: Any, snapshot: OrderSnapshot) -> None:
    values: dict[str, Any] = {
        "ship_to": dump_address(snapshot.ship_to),
        "ship_country": country_of(snapshot.ship_to),
        "charges": dump_charges(snapshot.charges),
    }
    for name in ("phone", "customer_note", "payment_title", "transaction_id", "tax_minor", "discount_minor"):
        values[name] = getattr(snapshot, name)
    # The same state again is no news, although its hash is made of more now.
    if (known.status, known.changed_at) == (snapshot.status, snapshot.changed_at):
        values["snapshot_hash"] = snapshot.snapshot_hash
    update_row(db, orders, known.id, **values)
    for line in snapshot.lines:
        same = (order_lines.c.order_id == known.id) & (order_lines.c.external_id == line.external_id)
        told = {"subtotal_minor": line.subtotal_minor, "tax_minor": line.tax_minor}
        db.execute(update(order_lines).where(same).values(**told))
