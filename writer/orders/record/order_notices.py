"""What an order makes the owner look at, each in one sentence that says what to do."""

from sqlalchemy import Connection

from writer.orders.record.snapshot import Channel, OrderSnapshot
from writer.people import notices


def refund_needs_keys(db: Connection, channel: Channel, order_id: int, snapshot: OrderSnapshot) -> None:
    """Say that a refund's quantities cannot be known without REST keys for the store."""
    notices.raise_notice(
        db,
        "refund needs keys",
        f"order {order_id}",
        f"Order {snapshot.number} of {channel.name} was refunded in part: which units came back"
        " needs keys to read quantities. Give the store REST keys.",
        f"/orders/{order_id}",
        store_id=channel.store_id,
    )


def unknown_status(db: Connection, channel: Channel, snapshot: OrderSnapshot) -> None:
    """Say once per store that a status means nothing here yet."""
    notices.raise_notice(
        db,
        "unmapped status",
        f"store {channel.store_id} {snapshot.status}",
        f"{channel.name} uses the status '{snapshot.status}', which is unknown here, so its orders keep"
        " the count they had. Say on the store's page whether it counts as paid.",
        f"/stores/{channel.store_id}",
        store_id=channel.store_id,
    )


def held_lines(db: Connection, channel: Channel, order_id: int, snapshot: OrderSnapshot) -> None:
    """Say which lines of an order cannot be counted as they are."""
    for line in snapshot.lines:
        if line.problem:
            notices.raise_notice(
                db,
                "line held",
                f"order {order_id} line {line.external_id}",
                f"Order {snapshot.number}: {line.name or line.sku or 'a line'} waits for review."
                f" {line.problem}",
                f"/orders/{order_id}",
                store_id=channel.store_id,
            )


def lines_put_right(db: Connection, order_id: int, external_ids: list[str]) -> None:
    """Close what was said of lines the store has put right itself."""
    for external_id in external_ids:
        notices.close_notice(db, "line held", f"order {order_id} line {external_id}")
