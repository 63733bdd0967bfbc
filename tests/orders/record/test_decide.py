"""`decide` without a database: whatever arrives, in whatever order, what is posted is what the newest state
of the order says."""

import ast
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.orders.record.histories import COUNTED, START, TYPES, Books, play, play_many
from tests.sizes import examples, size
from writer.orders.record import decide
from writer.orders.record.before import CountedProduct, Matches
from writer.orders.record.changes import (
    Arrived,
    Missing,
    ParentRecorded,
    PutBack,
    Remapped,
    Rematched,
    Reviewed,
    Trashed,
)
from writer.orders.record.decision import OrderNotice, SalePosting, StockMovement
from writer.orders.record.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot

SHOP = Channel(1, "shop")
LINE = LineSnapshot("11", 2, "FIRE24", 10, name="Fire 24")
PAID = OrderSnapshot(
    "7", "processing", (LINE,), START, changed_at=START, paid_at=START, currency="GBP", total_minor=2400
)
WRITER = Path(__file__).parents[3] / "writer"


@pytest.fixture
def books() -> Books:
    return Books(SHOP)


def arrived(*, later: int = 0, **changes: object) -> Arrived:
    """Return the arrival of a paid order of two FIRE24, so many minutes `later`, with these changes."""
    fields = {"changed_at": START.replace(minute=later), **changes}
    return Arrived(replace(PAID, **fields), "test")  # type: ignore[arg-type]  # fields of a snapshot


def test_any_history_ends_as_its_newest_state_says() -> None:
    play_many(size(500, 50_000), seed=1)


@examples(100, 2000)
@given(st.randoms(use_true_random=False))
def test_any_history_that_hypothesis_finds_ends_as_its_newest_state_says(chance: random.Random) -> None:
    play(chance)


def modules(name: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Yield (module, what it imports) for a module of the record room and all that it stands on."""
    if name in seen:
        return
    seen.add(name)
    tree = ast.parse((WRITER.parent / f"{name.replace('.', '/')}.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            room = node.module == "writer.orders.record"
            for found in [f"{node.module}.{alias.name}" for alias in node.names] if room else [node.module]:
                yield name, found
                if found.startswith("writer."):
                    yield from modules(found, seen)
        elif isinstance(node, ast.Import):
            yield from ((name, alias.name) for alias in node.names)


def test_decide_stands_on_no_database() -> None:
    found = list(modules("writer.orders.record.decide", set()))

    assert ("writer.orders.record.decide", "writer.orders.record.posting") in found
    foreign = {
        (module, imported)
        for module, imported in found
        if not imported.startswith(("writer.orders.record.", "writer.lib."))
        and imported.split(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == set()


def test_a_new_paid_order_posts_its_sale_and_its_movement(books: Books) -> None:
    decision = books.play(arrived())

    note = "shop order 7"
    assert decision.sales == (SalePosting("11", "Fire", "24pin", "FIRE24", 2, START, "shop", note),)
    assert decision.movements == (StockMovement("11", 10, -2, "sale", START, "shop", note),)
    assert decision.order is not None
    assert (decision.order.units, decision.order.net_minor, decision.order.counted_at) == (2, 2400, START)


def test_the_same_snapshot_twice_posts_once(books: Books) -> None:
    books.play(arrived())

    assert books.play(arrived()).outcome == "repeat"


def test_an_older_snapshot_is_stale(books: Books) -> None:
    books.play(arrived(later=1))

    assert books.play(arrived(status="pending")).outcome == "stale"


def test_a_snapshot_heard_before_the_recorded_one_is_stale(books: Books) -> None:
    books.play(arrived(changed_at=None))
    late = replace(PAID, changed_at=None, status="cancelled")

    decision = books.play(Arrived(late, "replay", heard_at=START))

    assert decision.outcome == "stale"


def test_a_draft_is_not_kept(books: Books) -> None:
    decision = books.play(arrived(status="checkout-draft"))

    assert (decision.outcome, decision.order) == ("ignored", None)


def test_a_trashed_order_keeps_its_units_until_they_are_put_back(books: Books) -> None:
    books.play(arrived())

    books.play(Trashed("webhook"))
    in_trash = books.totals()
    books.play(PutBack("ada"))

    assert in_trash == ({}, {"FIRE24": 2})
    assert books.totals() == ({}, {})


def test_a_restored_order_in_an_unknown_status_counts_as_before_the_trash(books: Books) -> None:
    books.play(arrived(status="packed"))
    books.play(Trashed("webhook"))

    books.play(arrived(later=1, status="packed"))

    assert books.totals() == ({"FIRE24": 2}, {"FIRE24": 2})


def test_an_order_that_was_missing_twice_is_in_the_trash(books: Books) -> None:
    books.play(arrived())

    once, twice = books.play(Missing("poll")), books.play(Missing("poll"))

    assert once.order is not None
    assert twice.order is not None
    assert (once.order.missed, once.order.is_trashed) == (1, False)
    assert (twice.order.missed, twice.order.is_trashed) == (2, True)


def test_nothing_is_known_of_an_order_that_was_never_recorded(books: Books) -> None:
    decisions = [books.play(change) for change in (Trashed("webhook"), Missing("poll"))]

    assert [(found.outcome, found.order) for found in decisions] == [("ignored", None)] * 2


def test_a_status_mapped_as_paid_counts_and_mapped_no_longer_does_not(books: Books) -> None:
    books.play(arrived(status="packed", paid_at=None))
    books.channel = Channel(1, "shop", paid_statuses=frozenset({"packed"}))
    books.play(Remapped("settings"))
    mapped = books.totals()
    books.channel = SHOP
    books.play(Remapped("settings"))

    assert mapped == ({"FIRE24": 2}, {"FIRE24": 2})
    assert books.totals() == ({}, {})


def test_a_reviewed_line_counts_with_its_quantity_and_its_notice_closes(books: Books) -> None:
    held = books.play(arrived(lines=(replace(LINE, quantity=0, problem="Its quantity is 1.5."),)))

    reviewed = books.play(Reviewed(books.known.lines[0].id, 3, "ada"))

    assert held.opened[0].sentence == "Order 7: Fire 24 waits for review. Its quantity is 1.5."
    assert reviewed.put_right == (OrderNotice("LINE_HELD", line="11"),)
    assert books.totals() == ({"FIRE24": 3}, {"FIRE24": 3})


def test_a_line_matched_later_is_posted_once_dated_as_its_order() -> None:
    books = Books(SHOP, Matches())
    books.play(arrived())
    books.matches = Matches(types=TYPES, counted=COUNTED)

    matched, again = books.play(Rematched("rule")), books.play(Rematched("rule"))

    assert [sale.date for sale in matched.sales] == [START]
    assert matched.posted == ("+2 Fire 24pin", "stock -2 FIRE24")
    assert again.events == ()


def test_an_order_from_before_its_product_was_counted_moves_nothing() -> None:
    counted = {"fire24": CountedProduct(10, START.replace(hour=10))}
    before_count = decide.decide(
        Books(SHOP).known._replace(matches=Matches(counted=counted)), arrived(), SHOP
    )

    assert before_count.movements == ()
    assert before_count.lines[0].taken == 2


def test_units_that_come_back_later_are_dated_when_they_came(books: Books) -> None:
    books.play(arrived())

    decision = books.play(arrived(later=5, status="cancelled"))

    assert [(moved.quantity, moved.kind, moved.at.minute) for moved in decision.movements] == [
        (2, "cancellation", 5)
    ]


def test_a_child_counts_until_its_parent_is_recorded(books: Books) -> None:
    books.play(arrived(parent_external_id="6"))
    parent = Books(SHOP).known._replace(children=(books.known,))

    decision = decide.decide(parent, Arrived(replace(PAID, external_id="6"), "test"), SHOP)

    [child] = decision.children
    assert child.posted == ("-2 Fire 24pin", "stock +2 FIRE24")
    assert [event.sentence for event in child.events] == [
        "Its parent order counts in its place: counted -2 Fire 24pin, stock +2 FIRE24."
    ]
    assert books.play(ParentRecorded("test"), is_parent_known=True).posted == child.posted


def test_a_child_of_a_known_parent_counts_nothing(books: Books) -> None:
    decision = books.play(arrived(parent_external_id="6"), is_parent_known=True)

    assert decision.posted == ()
    assert decision.order is not None
    assert (decision.order.units, decision.order.net_minor) == (0, 0)


def test_another_product_on_a_line_takes_the_old_one_back(books: Books) -> None:
    books.play(arrived())

    decision = books.play(arrived(later=1, lines=(replace(LINE, sku="ICE28", product_id=13),)))

    assert [(line.external_id, line.is_removed) for line in decision.lines] == [
        ("11/1", True),
        ("11", False),
    ]
    assert books.totals() == ({"ICE28": 2}, {"ICE28": 2})


def test_a_refund_without_its_units_is_read_from_the_store(books: Books) -> None:
    unread = RefundSnapshot("70", 1200)
    decision = books.play(arrived(refunds=(unread,)))
    read = replace(PAID, refunds=(replace(unread, lines=(("11", 1),)),), is_authoritative=True)

    answered = books.play(Arrived(read, "poll"))

    assert decision.order is not None
    assert answered.order is not None
    assert decision.order.needs_reading == "refund quantities"
    assert [notice.kind for notice in decision.opened] == ["REFUND_NEEDS_KEYS"]
    assert answered.order.needs_reading is None
    assert books.totals() == ({"FIRE24": 1}, {"FIRE24": 1})


def test_a_snapshot_that_says_nothing_of_refunds_keeps_those_that_are_known(books: Books) -> None:
    refund = RefundSnapshot("70", 1200, lines=(("11", 1),))
    books.play(arrived(refunds=(refund,)))

    answered = books.play(arrived(later=1, status="completed", tells_refunds=False))

    assert answered.order is not None
    assert (answered.order.status, answered.order.refunded_minor) == ("completed", 1200)
    assert not any(known.is_gone for known in books.known.refunds)
    assert books.totals() == ({"FIRE24": 1}, {"FIRE24": 1})


def test_the_same_again_without_a_word_of_refunds_is_a_repeat(books: Books) -> None:
    books.play(arrived(refunds=(RefundSnapshot("70", 1200, lines=(("11", 1),)),)))

    assert books.play(arrived(tells_refunds=False)).outcome == "repeat"


def test_an_erased_customer_does_not_come_back(books: Books) -> None:
    books.play(arrived(customer_name="Ada Lovelace", customer_email="Ada@example.test", raw="{}"))
    books.play(arrived(later=1, is_anonymized=True))

    order = books.play(arrived(later=2, customer_name="Ada Lovelace", raw="{}")).order

    assert order is not None
    assert (order.customer_name, order.customer_email, order.customer_key, order.raw) == (None,) * 4


def test_a_name_is_searched_by_its_first_and_by_its_last_word(books: Books) -> None:
    order = books.play(arrived(customer_name="Ada  Lovelace", customer_email="Ada@example.test")).order

    assert order is not None
    assert (order.customer_key, order.customer_turned) == ("ada lovelace", "lovelace ada")
    assert order.customer_email == "ada@example.test"
