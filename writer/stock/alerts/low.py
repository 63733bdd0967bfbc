"""Sends low stock to the owner's messenger, once each time a product falls to its reorder point."""

from typing import Any

from sqlalchemy import Row

from writer.db import Database
from writer.people import Notice, notices
from writer.stock import products
from writer.stock.alerts import client

MOST_LINES = 20  # messengers cut long messages off


def tell_low(database: Database, url: str) -> int:
    """Send one message about all products that fell to their reorder point since then; return how many.

    Raises NotTold if it could not be sent; a notice is then open until the next call succeeds.
    """
    with database.reading() as db:
        low = products.list_low_untold(db)
    if not low:
        return 0
    try:
        client.tell(url, _title(low), "\n".join(_lines(low)))
    except client.NotTold as error:
        with database.transaction() as db:
            sentence = f"Low stock could not be sent to the address in NOTIFY_URL: {error}"
            notices.open_(db, Notice.ALERT_NOT_SENT, sentence)
        raise
    with database.transaction() as db:
        products.note_low_told(db, [row.id for row in low])
        notices.close(db, Notice.ALERT_NOT_SENT)
    return len(low)


def _title(low: list[Row[Any]]) -> str:
    return f"Low stock: {low[0].sku}" if len(low) == 1 else f"Low stock: {len(low)} products"


def _lines(low: list[Row[Any]]) -> list[str]:
    lines = [
        f"{row.sku} is low: {row.on_hand} on hand, reorder point {row.reorder_point}."
        for row in low[:MOST_LINES]
    ]
    more = len(low) - MOST_LINES
    return [*lines, f"And {more} more."] if more > 0 else lines
