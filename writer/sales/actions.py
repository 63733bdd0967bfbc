"""Verbs that change the ledger. None of them commits; the way in opens the transaction."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from writer.db import insert_row
from writer.schema.sales import sales


def post(
    db: Connection,
    *,
    order_line_id: int,
    model: str,
    variant: str,
    sku: str | None,
    quantity: int,
    date: datetime,
    seller: str,
    notes: str,
) -> int:
    """The ledger has one more row for this order line, never to be edited by hand; return its id.

    `quantity` is the difference in units sold: negative takes units back, 0 is refused with ValueError.
    `date` is aware. Nothing is checked against the known types: that was settled when the line was matched.
    """
    if quantity == 0:
        raise ValueError("a difference of nothing is not a row of the ledger")
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
    )
