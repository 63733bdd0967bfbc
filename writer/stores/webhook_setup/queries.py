"""Reads for the pages: whether webhooks arrive, whoever created them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.stores.webhook_setup.examine import TOPICS

DAY = timedelta(hours=24)


def last_heard_at(db: Connection, store_id: int) -> datetime | None:
    """Return when a webhook of the store last arrived, None if there was none within a day."""
    # A failed delivery may be a polled order, which is stored as one in order to be tried again.
    came = deliveries.c.topic.in_(TOPICS) & (deliveries.c.outcome != "failed")
    since = deliveries.c.received_at > clock.now() - DAY
    query = select(func.max(deliveries.c.received_at)).where(deliveries.c.store_id == store_id, since, came)
    found: datetime | None = db.execute(query).scalar_one()
    return found
