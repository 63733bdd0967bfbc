"""Whether a store is pushed to, and by which rules. Who may decide it, and the audit, is up to callers."""

from datetime import datetime

from sqlalchemy import Connection

from writer.db import update_row
from writer.db.schema.stores import stores
from writer.lib import clock


def start_pushing(db: Connection, store_id: int, stock_from: datetime) -> None:
    """The store is pushed to; its orders from before `stock_from` move no stock."""
    update_row(db, stores, store_id, push_state="on", pause_reason=None, stock_from=stock_from)


def stop_pushing(db: Connection, store_id: int) -> None:
    """The store is not pushed to until it is started again; a large change that waited waits no more."""
    update_row(db, stores, store_id, push_state="off", pause_reason=None, mass_change=None)


def pause(db: Connection, store_id: int, reason: str) -> None:
    """The store is neither read nor written until it is resumed; `reason` is a sentence for its page."""
    update_row(db, stores, store_id, push_state="paused", pause_reason=reason)


def resume(db: Connection, store_id: int) -> None:
    """A paused store is pushed to again, at once, with a clean slate for its keys."""
    update_row(db, stores, store_id, push_state="on", pause_reason=None, next_call_at=None, key_refusals=0)


def call_at_once(db: Connection, store_id: int) -> None:
    """The store may be called now, whatever it asked us to wait for."""
    update_row(db, stores, store_id, next_call_at=None)


def hold_mass_change(db: Connection, store_id: int, sentence: str | None) -> None:
    """Remember the large change that waits for a confirmation; None: there is none."""
    update_row(db, stores, store_id, mass_change=sentence)


def confirm_mass_change(db: Connection, store_id: int) -> None:
    """The large change that waits may go out from now on."""
    update_row(db, stores, store_id, mass_change=None, mass_confirmed_at=clock.now())


def set_rules(
    db: Connection,
    store_id: int,
    *,
    buffer: int,
    difference_policy: str,
    restocks_refunds: bool,
    manages_stock: bool,
    poll_interval_s: int,
) -> None:
    """The store is pushed to by these rules; what they mean is said by the columns of its table."""
    update_row(
        db,
        stores,
        store_id,
        buffer=buffer,
        difference_policy=difference_policy,
        restocks_refunds=restocks_refunds,
        manages_stock=manages_stock,
        poll_interval_s=poll_interval_s,
    )
