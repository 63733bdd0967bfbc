"""Everything that the page of one order shows, read in one transaction."""

from typing import Any

from sqlalchemy import Connection, Row

from writer.lib.store_scope import StoreScope
from writer.orders.browse import books, position, progress, queries, timeline
from writer.orders.record import list_changes, load_address
from writer.sales import product_types
from writer.web.paging import asked_page

_LINES_SHOWN = 100
_POSTED_SHOWN = 50


def read(db: Connection, store_scope: StoreScope, order: Row[Any]) -> dict[str, Any]:
    """Return what the template of an order is given besides the order itself."""
    page = asked_page(queries.count_lines(db, store_scope, order.id), size=_LINES_SHOWN)
    lines = queries.page_of_lines(db, store_scope, order.id, page.size, page.offset)
    events = queries.list_events(db, store_scope, order.id)
    moved = books.list_movements(db, order.id)
    refunds = queries.list_refunds(db, store_scope, order.id)
    return {
        "page": page,
        "lines": lines,
        "ignored": {
            line.id for line in lines if line.model is None and product_types.is_ignored(db, line.sku)
        },
        "left": books.list_left(db, lines),
        "sums": books.list_sums(db, order),
        "books": books.read_books(db, order.id),
        "refunds": refunds,
        "posted": queries.list_posted(db, store_scope, order.id, _POSTED_SHOWN),
        "posted_sum": queries.sum_posted(db, store_scope, order.id),
        "moved": moved[-_POSTED_SHOWN:],
        "moved_sum": (len(moved), -sum(row.quantity for row in moved)),
        "happenings": timeline.list_happenings(db, store_scope, order, events, refunds, moved),
        "steps": progress.list_steps(order, events),
        "statuses": list_changes(db, order),
        "ship_to": load_address(order.ship_to),
        "position": position.read(db, store_scope, order),
    }


def can_be_changed(order: Row[Any]) -> bool:
    """Tell whether an order can be changed in its store: it is there, and its store has REST keys."""
    return bool(
        not order.is_trashed and order.external_id.isdecimal() and order.consumer_key_encrypted is not None
    )
