"""Histories of one order, made at random and played through `decide` without a database.

`python -m tests.orders.record.histories --histories 50000` plays so many; the tests play a few.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from writer.orders.record.before import Before, CountedProduct, Matches
from writer.orders.record.changes import (
    Arrived,
    Change,
    Missing,
    ParentRecorded,
    PutBack,
    Remapped,
    Rematched,
    Reviewed,
    Trashed,
)
from writer.orders.record.decide import decide
from writer.orders.record.decision import Decision
from writer.orders.record.rows import Line
from writer.orders.record.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# Product id: SKU. The first two are sold and counted, the third is only sold, the fourth only counted, and
# nobody knows the fifth.
SKUS = {10: "FIRE24", 13: "ICE28", 14: "GIFT", 15: "CASE", 16: "STICKER"}
TYPES = {"FIRE24": ("Fire", "24pin"), "ICE28": ("Ice", "28pin"), "GIFT": ("Gift", "card")}
COUNTED = {
    sku.lower(): CountedProduct(product_id, START - timedelta(days=1))
    for product_id, sku in SKUS.items()
    if sku in ("FIRE24", "ICE28", "CASE")
}
NOTHING_MATCHES, ALL_MATCHES = Matches(), Matches(types=TYPES, counted=COUNTED)

PAID, VOID = ("processing", "completed"), ("pending", "failed", "cancelled")
LASTING = (*PAID, "on-hold", "refunded", *VOID)  # the newest of these alone says what is due
PASSING = (*LASTING, "trash", "packed", "checkout-draft")  # these keep what was due before

Units = dict[str, int]  # by SKU


@dataclass
class Books:
    """What `save` would have written of one order: its rows, and the sums of all that was posted."""

    channel: Channel
    matches: Matches = ALL_MATCHES
    now: datetime = START
    known: Before = field(default_factory=lambda: Before(START))
    sold: Counter[int] = field(default_factory=Counter)  # by line
    taken: Counter[int] = field(default_factory=Counter)  # by line
    moved: set[int] = field(default_factory=set)
    ids: int = 0

    def play(self, change: Change, is_parent_known: bool = False) -> Decision:
        """Let a change have its effect, and check that the sums are what the rows say."""
        self.now += timedelta(seconds=1)
        before = self.known._replace(now=self.now, matches=self.matches, is_parent_known=is_parent_known)
        decision = decide(before, change, self.channel)
        self._keep(decision)
        self._check(decision)
        return decision

    def allows(self, change: Change) -> bool:
        """Tell whether a person is offered this: to put back what is in the trash, to review a held line."""
        if isinstance(change, PutBack):
            return self.known.order is not None and self.known.order.is_trashed
        if isinstance(change, Reviewed):
            return any(line.id == change.line_id and line.problem for line in self.known.lines)
        return True

    def _keep(self, decision: Decision) -> None:
        if decision.order is None:
            return
        lines = tuple(line if line.id else line._replace(id=self._next_id()) for line in decision.lines)
        ids = {line.external_id: line.id for line in lines}
        for sale in decision.sales:
            self.sold[ids[sale.line]] += sale.quantity
        for movement in decision.movements:
            self.taken[ids[movement.line]] -= movement.quantity
            self.moved.add(ids[movement.line])
        self.known = Before(
            self.now,
            decision.order if decision.order.id else decision.order._replace(id=self._next_id()),
            tuple(line._replace(has_moved=True) if self._has_moved(line) else line for line in lines),
            tuple(
                refund if refund.id else refund._replace(id=self._next_id()) for refund in decision.refunds
            ),
        )

    def _next_id(self) -> int:
        self.ids += 1
        return self.ids

    def _has_moved(self, line: Line) -> bool:
        return line.taken == 0 and line.id in self.moved and not line.has_moved

    def _check(self, decision: Decision) -> None:
        for line in self.known.lines:
            assert self.sold[line.id] == line.sold, f"sales of {line} are not the sum of its postings"
            assert self.taken[line.id] == line.taken, f"stock of {line} is not the sum of its movements"
            assert line.sold == (line.sold_due if line.model is not None else 0), line
            assert line.taken == (line.taken_due if line.stock_product_id is not None else 0), line
        ids = [line.external_id for line in self.known.lines]
        assert len(ids) == len(set(ids)), "two lines have one id"
        if decision.outcome != "recorded":
            assert not decision.sales, "what says nothing new posts sales"
            assert not decision.movements, "what says nothing new moves stock"

    def totals(self) -> tuple[Units, Units]:
        """Return the units sold and the units out of stock by SKU, those that come to 0 left out."""
        sold: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        for line in self.known.lines:
            sold[line.sku] += self.sold[line.id]
            taken[line.sku] += self.taken[line.id]
        return _without_zeros(sold), _without_zeros(taken)


@dataclass(frozen=True)
class History:
    """The states of one order from first to newest, and the channel that sends them."""

    channel: Channel
    states: tuple[OrderSnapshot, ...]

    @property
    def newest(self) -> OrderSnapshot:
        return self.states[-1]


def make_history(chance: random.Random) -> History:
    """Make an order's states: statuses, lines and quantities change, refunds are added.

    What a refunded order keeps out of stock is what it kept before, so it was paid before, and not edited. A
    cancelled one of a store that tells what it holds out keeps out what was lost before: no policy says so.
    """
    channel = Channel(
        1,
        "shop",
        counts_on_hold=chance.random() < 0.2,
        restocks_refunds=chance.random() < 0.5,
        has_keys=True,
    )
    marks = chance.choice(("none", "restocked", "reduced"))
    states: list[OrderSnapshot] = []
    refunds: tuple[RefundSnapshot, ...] = ()
    changed_at = START
    count = chance.randint(1, 5)
    last = chance.choice(LASTING)
    if marks == "reduced" and last in VOID:
        channel = replace(channel, restocks_refunds=False)
    bought = [_make_line(chance, f"{11 + place}", is_newest=True) for place in range(chance.randint(1, 3))]
    for number in range(count):
        is_newest = number == count - 1
        if chance.random() < 0.3:
            refunds = (*refunds, _make_refund(chance, f"{70 + number}"))
        if last == "refunded":
            lines = bought
            status = last if is_newest else chance.choice((*PAID, "on-hold"))
        else:
            places = range(chance.randint(0 if states else 1, 3))
            lines = [_make_line(chance, f"{11 + place}", is_newest) for place in places]
            status = last if is_newest else chance.choice(PASSING)
        # Some states follow each other within one second of the store.
        changed_at += timedelta(seconds=chance.choice((0, 1, 1, 60)))
        paid_at = START if last == "refunded" or chance.random() < 0.6 else None
        states.append(
            OrderSnapshot(
                "7",
                status,
                tuple(_marked(line, refunds, marks, status) for line in lines),
                START,
                changed_at=changed_at,
                paid_at=paid_at,
                currency="GBP",
                total_minor=1000 + number,
                refunds=refunds,
            )
        )
    return History(channel, tuple(states))


def _make_refund(chance: random.Random, external_id: str) -> RefundSnapshot:
    units = tuple((f"{11 + place}", chance.randint(1, 3)) for place in range(chance.randint(0, 2)))
    return RefundSnapshot(external_id, 100, lines=units)


def _make_line(chance: random.Random, external_id: str, is_newest: bool) -> LineSnapshot:
    product_id = chance.choice((10, 10, 10, 13, 14, 15, 16))
    quantity = chance.randint(0, 6)
    line = LineSnapshot(external_id, quantity, SKUS[product_id], product_id)
    if not is_newest and chance.random() < 0.1:
        line = replace(line, quantity=0, problem="Its quantity is 1.5.")
    if not is_newest and chance.random() < 0.1:
        line = replace(line, product_id=0, sku="")  # deleted in the store
    return line


def _marked(line: LineSnapshot, refunds: tuple[RefundSnapshot, ...], marks: str, status: str) -> LineSnapshot:
    """Return a line as a store shows it that put back the units of its first refund and not of the others."""
    restocked = _refunded(line, refunds[:1])
    if marks == "restocked" and refunds:
        return replace(line, restocked=restocked)
    if marks == "reduced":
        reduced = line.quantity - restocked if status in (*PAID, "on-hold", "refunded") else None
        return replace(line, restocked=restocked or None, store_reduced=reduced)
    return line


def _refunded(line: LineSnapshot, refunds: tuple[RefundSnapshot, ...]) -> int:
    units = sum(dict(refund.lines or ()).get(line.external_id, 0) for refund in refunds)
    return min(units, line.quantity)


def make_arrivals(chance: random.Random, history: History) -> list[Change]:
    """Make what arrives of a history: late, doubled, out of order or never, and what people do meanwhile.

    Webhooks know no units of refunds. At last the store is asked, and answers with the newest state.
    """
    arrivals: list[Change] = []
    for state in history.states:
        for _ in range(chance.choice((0, 1, 1, 2))):
            if chance.random() < 0.7:
                state = replace(state, refunds=tuple(replace(refund, lines=None) for refund in state.refunds))
            arrivals.append(Arrived(state, "webhook"))
    if chance.random() < 0.5:
        chance.shuffle(arrivals)
    if chance.random() < 0.4:
        for _ in range(chance.randint(1, 2)):
            between: Change = chance.choice(
                (Trashed("webhook"), Missing("poll"), PutBack("ada"), Remapped("ada"), Reviewed(1, 3, "ada"))
            )
            arrivals.insert(chance.randint(0, len(arrivals)), between)
    return [*arrivals, Arrived(replace(history.newest, is_authoritative=True), "poll")]


def expected(history: History) -> tuple[Units, Units]:
    """Work out from the newest state alone what is sold, and what is out of stock, by SKU."""
    newest, channel = history.newest, history.channel
    sold: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    says = [line for line in newest.lines if line.restocked is not None or line.store_reduced is not None]
    for line in newest.lines:
        refunded = _refunded(line, newest.refunds)
        by_policy = refunded if channel.restocks_refunds and not says else 0
        still_out = line.quantity - line.store_reduced if line.store_reduced is not None else by_policy
        restocked = line.restocked if line.restocked is not None else still_out
        if newest.status in PAID or (newest.status == "on-hold" and channel.counts_on_hold):
            sold[line.sku] += line.quantity - refunded
        if newest.status in VOID:
            taken[line.sku] += refunded - restocked
        else:
            taken[line.sku] += line.quantity - restocked
    known_sold = {sku: units for sku, units in sold.items() if sku in TYPES}
    known_taken = {sku: units for sku, units in taken.items() if sku.lower() in COUNTED}
    return _without_zeros(known_sold), _without_zeros(known_taken)


def _without_zeros(units: Units | Counter[str]) -> Units:
    return {sku: count for sku, count in units.items() if count}


def play(chance: random.Random) -> None:
    """Make one history, play it, and check that it ends as its newest state says, with nothing doubled."""
    history = make_history(chance)
    is_matched_late = chance.random() < 0.2
    books = Books(history.channel, NOTHING_MATCHES if is_matched_late else ALL_MATCHES)
    for change in make_arrivals(chance, history):
        if books.allows(change):
            books.play(change)
    if is_matched_late:
        assert books.totals() == ({}, {})
        books.matches = ALL_MATCHES
        books.play(Rematched("rule added"))

    assert books.totals() == expected(history)
    again = books.play(Arrived(replace(history.newest, is_authoritative=True), "poll"))
    assert again.outcome == "repeat"
    assert not books.play(Rematched("nightly check")).posted
    assert not books.play(Remapped("settings")).posted
    books.play(ParentRecorded("webhook"), is_parent_known=True)
    assert books.totals() == ({}, {}), "an order counts beside its parent"


def play_many(histories: int, seed: int) -> float:
    """Play so many histories; return how many seconds of this core they took."""
    started = time.process_time()
    for number in range(histories):
        try:
            play(random.Random(f"{seed}/{number}"))
        except AssertionError as error:
            error.add_note(f"in history {number} of seed {seed}")
            raise
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    seconds = play_many(asked.histories, asked.seed)
    print(f"{asked.histories:,} histories in {seconds:.1f} s of one core")


if __name__ == "__main__":
    main()
