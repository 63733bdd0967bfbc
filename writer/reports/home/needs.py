"""What orders, stock and notices have for somebody to do; later areas join by `web.needs.need_sources`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from writer import orders, stores
from writer.lib import clock
from writer.lib.store_scope import StoreScope
from writer.people import Notice, notices
from writer.stock import levels
from writer.web import times
from writer.web.needs import Need, Urgency

LATE_AFTER = timedelta(days=3)
_MANY = 100  # as far as it is counted
_NAMED = 3  # products that run out, said by name


class _Way(NamedTuple):
    """What is done about the notices of one kind; `one` and `more` are what is counted.

    A notice that is alone names itself where it `is_told`; else it only says more.
    """

    urgency: Urgency
    one: str
    more: str
    button: str
    sign: str
    kind: str
    is_told: bool = True


_FAILS, _WAITS = ("exclamation-triangle-fill", "bad"), ("question-circle", "warn")
_WAYS = {
    Notice.WORKER_TASK: _Way(
        *(
            Urgency.BROKEN,
            "task of the worker fails",
            "tasks of the worker fail",
            "Look into it",
            *_FAILS,
            False,
        )
    ),
    Notice.DELIVERY_FAILED: _Way(
        *(
            Urgency.BROKEN,
            "delivery is not counted",
            "deliveries are not counted",
            "Try again",
            *_FAILS,
            False,
        )
    ),
    Notice.OVERSOLD: _Way(
        *(Urgency.BROKEN, "product is oversold", "products are oversold", "Look into it", *_FAILS)
    ),
    Notice.MASS_CHANGE: _Way(
        *(Urgency.TO_DECIDE, "large change waits", "large changes wait", "Confirm", *_WAITS)
    ),
    Notice.DIFFERENCE: _Way(
        Urgency.TO_DECIDE,
        *("number in a store differs", "numbers in stores differ", "Resolve", "arrow-left-right", "bad"),
    ),
    Notice.UNKNOWN_SOURCE: _Way(
        *(Urgency.TO_DECIDE, "unknown source delivers", "unknown sources deliver", "Decide", *_WAITS)
    ),
    Notice.LINE_HELD: _Way(
        Urgency.TO_REVIEW,
        *("order line waits for review", "order lines wait for review", "Review", "receipt", "warn", False),
    ),
}
# By running_out, and by failing_stores.
_SAID_ELSEWHERE = {Notice.LOW_STOCK, Notice.KEYS_REFUSED, Notice.STORE_UNUSABLE, Notice.LISTING_STUCK}
_ANY = _Way(Urgency.TO_KNOW, "notice", "notices", "Look into it", "bell", "")


def from_notices(db: Connection, store_scope: StoreScope) -> Iterator[Need]:
    """Yield a line for each kind of notice that is open; one that is alone says what it says itself."""
    others = []
    for found in notices.open_kinds(db, store_scope):
        if found.notice in _SAID_ELSEWHERE:
            continue
        way = _WAYS.get(found.notice)
        if way is None:
            others.append(found)
        else:
            yield _of_kind(found, way)
    count = sum(found.count for found in others)
    if len(others) == 1:
        yield _of_kind(others[0], _ANY)
    elif others:
        newest = max(others, key=lambda found: found.last_at)
        yield Need(_ANY.urgency, times.plural(count, "notice"), newest.sentence, "Open", "/notices", "bell")


def failing_stores(db: Connection, store_scope: StoreScope) -> Iterator[Need]:
    """Yield the stores that cannot be used or are paused, and those that do not take some of the counts."""
    refused = stores.count_refused(db, store_scope)
    for store in stores.list_stores(db, store_scope):
        name, page = store.name, f"/stores/{store.id}"
        failed = f"{page}/activity?outcome=trouble"
        if store.is_active and store.push_state == "paused":
            more = store.pause_reason or ""
            yield Need(
                Urgency.TO_DECIDE,
                f"{name} is paused",
                more,
                "Resume",
                f"{page}/stock-sync",
                "pause-fill",
                "warn",
            )
        elif store.is_active and store.last_error:
            sentence = f"Contact with {name} fails"
            yield Need(Urgency.BROKEN, sentence, store.last_error, "See what failed", failed, *_FAILS)
        if store.id in refused:
            count, more = refused[store.id]
            sentence = f"{name} does not take {times.plural(count, 'count')}"
            yield Need(Urgency.TO_DECIDE, sentence, more, "See what failed", failed, "arrow-repeat", "warn")


def to_ship(db: Connection, store_scope: StoreScope) -> Iterator[Need]:
    """Yield how many orders are to be shipped, and since when the oldest waits."""
    count = orders.count_to_ship(db, store_scope)
    if not count:
        return
    oldest = orders.oldest_to_ship(db, store_scope)
    is_late = oldest is not None and clock.now() - oldest > LATE_AFTER
    more = f"the oldest waits {_since(oldest)}" if oldest is not None else ""
    sentence = f"{times.plural(count, 'order')} to ship"
    yield Need(
        Urgency.TO_SHIP,
        sentence,
        more,
        "Ship",
        "/orders?view=to-ship",
        "truck",
        "warn" if is_late else "info",
    )


def running_out(db: Connection, _store_scope: StoreScope) -> Iterator[Need]:
    """Yield how many products run out within a week, and which first."""
    count = levels.count_running_out(db)
    if not count:
        return
    first = levels.running_out(db, limit=_NAMED)
    more = ", ".join(f"{found.name or found.sku} {_lasts(found)}" for found in first)
    sentence = f"{times.plural(count, 'product runs', 'products run')} out"
    more += f" and {count - _NAMED:,} more" if count > _NAMED else ""
    yield Need(
        Urgency.RUNNING_OUT, sentence, more, "Reorder list", "/stock?state=running-out", "box-seam", "warn"
    )


def to_sort(db: Connection, store_scope: StoreScope) -> Iterator[Need]:
    """Yield how many products are sold that count as nothing yet."""
    count = sum(orders.to_sort.count_in_menu(db, store_scope).values())
    if count:
        sentence = (
            f"{times.plural(count, 'product')} to sort"
            if count < _MANY
            else f"{_MANY} or more products to sort"
        )
        more = "sold, but counted as nothing yet"
        yield Need(Urgency.TO_SORT, sentence, more, "Sort", "/to-sort", "question-circle")


def _lasts(found: levels.RunningOut) -> str:
    if found.available <= 0:
        return "is sold out"
    if found.days_left is None:
        return f"has {found.available:,} left"
    return f"in {times.plural(found.days_left, 'day')}" if found.days_left else "today"


def _of_kind(found: notices.OpenKind, way: _Way) -> Need:
    sentence, more = times.plural(found.count, way.one, way.more), found.sentence
    if found.count > 1:
        href = f"/notices?{urlencode({'kind': found.notice.kind})}"
        return Need(way.urgency, sentence, more, "Show them", href, way.sign, way.kind)
    if way.is_told:
        # What a notice says is a sentence or more: the first is what it is about.
        sentence, _, more = found.sentence.partition(". ")
    href = found.link or "/notices"
    return Need(way.urgency, sentence.rstrip("."), more, way.button, href, way.sign, way.kind)


def _since(moment: datetime) -> str:
    if clock.local_day(moment) == clock.today():
        return f"for {times.ago(moment)}"
    return f"since {times.ago(moment)}"
