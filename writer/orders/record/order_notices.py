"""What an order makes the owner look at, each in one sentence that says what to do."""

from sqlalchemy import Connection

from writer.orders.record.snapshot import Channel, OrderSnapshot
from writer.people import Notice, notices


def refund_needs_keys(db: Connection, channel: Channel, order_id: int, snapshot: OrderSnapshot) -> None:
    """Say that a refund's quantities cannot be known without REST keys for the store."""
    notices.open_(
        db,
        Notice.REFUND_NEEDS_KEYS,
        f"Order {snapshot.number} of {channel.name} was refunded in part: which units came back"
        " needs keys to read quantities. Give the store REST keys.",
        store_id=channel.store_id,
        order_id=order_id,
    )


def unknown_status(db: Connection, channel: Channel, snapshot: OrderSnapshot) -> None:
    """Say once per store that a status means nothing here yet."""
    notices.open_(
        db,
        Notice.UNMAPPED_STATUS,
        f"{channel.name} uses the status '{snapshot.status}', which is unknown here, so its orders keep"
        " the count they had. Say on the store's page whether it counts as paid.",
        store_id=channel.store_id,
        status=snapshot.status,
    )


def held_lines(db: Connection, channel: Channel, order_id: int, snapshot: OrderSnapshot) -> None:
    """Say which lines of an order cannot be counted as they are."""
    for line in snapshot.lines:
        if line.problem:
            notices.open_(
                db,
                Notice.LINE_HELD,
                f"Order {snapshot.number}: {line.name or line.sku or 'a line'} waits for review."
                f" {line.problem}",
                store_id=channel.store_id,
                order_id=order_id,
                line=line.external_id,
            )


def lines_put_right(db: Connection, order_id: int, external_ids: list[str]) -> None:
    """Close what was said of lines the store has put right itself."""
    for external_id in external_ids:
        notices.close(db, Notice.LINE_HELD, order_id=order_id, line=external_id)
