"""Reads a recorded order as a snapshot, which fills in what a short message leaves out."""

import json

from sqlalchemy import Connection, select

from writer.db.schema.orders import order_lines, order_refunds, orders
from writer.orders import LineSnapshot, OrderSnapshot, RefundSnapshot, load_address, load_charges


def order_as_recorded(db: Connection, store_id: int, external_id: str) -> OrderSnapshot | None:
    """Return the snapshot of a recorded order, None if it is not recorded."""
    mine = (orders.c.store_id == store_id) & (orders.c.external_id == external_id)
    row = db.execute(select(orders).where(mine).order_by(orders.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    refunds = _refunds(db, row.id)
    return OrderSnapshot(
        external_id=row.external_id,
        status="trash" if row.is_trashed else row.status,
        lines=_lines(db, row.id, bool(refunds)),
        created_at=row.created_at,
        key_hash=row.key_hash,
        number=row.number,
        paid_at=row.paid_at,
        currency=row.currency,
        total_minor=row.total_minor,
        refunds=refunds,
        parent_external_id=row.parent_external_id,
        customer_name=row.customer_name,
        customer_email=row.customer_email,
        ship_to=load_address(row.ship_to),
        phone=row.phone,
        customer_note=row.customer_note,
        payment_title=row.payment_title,
        transaction_id=row.transaction_id,
        charges=tuple(load_charges(row.charges) or ()),
        tax_minor=row.tax_minor,
        discount_minor=row.discount_minor,
        raw=row.raw,
    )


def _lines(db: Connection, order_id: int, is_refunded: bool) -> tuple[LineSnapshot, ...]:
    """Return the lines; after a refund the restocked units are known, even if they are 0."""
    mine = (order_lines.c.order_id == order_id) & ~order_lines.c.is_removed
    return tuple(
        LineSnapshot(
            external_id=row.external_id,
            quantity=row.quantity,
            sku=row.sku,
            product_id=row.product_id,
            variation_id=row.variation_id,
            name=row.name,
            total_minor=row.total_minor,
            subtotal_minor=row.subtotal_minor,
            tax_minor=row.tax_minor,
            restocked=row.restocked if is_refunded else None,
            store_reduced=row.store_reduced,
            problem=row.problem,
        )
        for row in db.execute(select(order_lines).where(mine).order_by(order_lines.c.id))
    )


def _refunds(db: Connection, order_id: int) -> tuple[RefundSnapshot, ...]:
    mine = (order_refunds.c.order_id == order_id) & ~order_refunds.c.is_gone
    return tuple(
        RefundSnapshot(
            external_id=row.external_id,
            total_minor=row.total_minor,
            reason=row.reason,
            lines=tuple(sorted(json.loads(row.lines).items())) if row.lines is not None else None,
            made_at=row.made_at,
        )
        for row in db.execute(select(order_refunds).where(mine).order_by(order_refunds.c.id))
    )
