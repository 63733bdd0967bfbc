"""However late, doubled or shuffled the snapshots come: the ledger equals the newest of each order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.orders.record.ledger import totals_in
from tests.sizes import examples
from writer.db import Database
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot, record
from writer.stores.registry import registry

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PRODUCTS = {10: ("FIRE24", ("Fire", "24pin")), 13: ("ICE28", ("Ice", "28pin")), 14: ("STICKER-01", None)}
PAID = ("processing", "completed")
STATUSES = (*PAID, "on-hold", "pending", "failed", "cancelled", "refunded", "trash")

line = st.builds(
    lambda number, product, quantity: LineSnapshot(
        str(number), quantity, sku=PRODUCTS[product][0], product_id=product
    ),
    st.integers(1, 3),
    st.sampled_from(sorted(PRODUCTS)),
    st.integers(0, 9),
)
lines = st.lists(line, max_size=3, unique_by=lambda found: found.external_id).map(tuple)


@st.composite
def histories(draw: st.DrawFn) -> tuple[OrderSnapshot, list[OrderSnapshot]]:
    """The newest snapshot of an order, and its snapshots as they arrive: shuffled, some doubled."""
    steps = draw(st.lists(st.tuples(st.sampled_from(STATUSES), lines), min_size=1, max_size=6))
    snapshots = [
        OrderSnapshot(
            "7", status, wanted, START, changed_at=START + timedelta(seconds=second), currency="GBP"
        )
        for second, (status, wanted) in enumerate(steps)
    ]
    arriving = draw(st.permutations(snapshots + draw(st.lists(st.sampled_from(snapshots), max_size=4))))
    return snapshots[-1], arriving


def from_scratch(snapshot: OrderSnapshot) -> dict[tuple[str, str], int]:
    """Work out what one snapshot alone comes to: units of its known lines if it is paid."""
    units: dict[tuple[str, str], int] = {}
    for found in snapshot.lines if snapshot.status in PAID else ():
        pair = PRODUCTS[found.product_id][1]
        if pair is not None and found.quantity:
            units[pair] = units.get(pair, 0) + found.quantity
    return units


@examples(60, 2000)
@given(st.lists(histories(), min_size=1, max_size=3))
def test_the_ledger_equals_the_newest_snapshot_of_each_order(
    database: Database, found: list[tuple[OrderSnapshot, list[OrderSnapshot]]]
) -> None:
    wanted: dict[tuple[str, str], int] = {}
    for newest, _ in found:
        for pair, units in from_scratch(newest).items():
            wanted[pair] = wanted.get(pair, 0) + units

    with database.reading() as db:
        channel = Channel(registry.register(db, "shop.example", "test").id, "shop")
        for number, (_, arriving) in enumerate(found):
            for snapshot in arriving:
                record(db, channel, replace(snapshot, external_id=str(number)), "test")
        counted = totals_in(db)
        db.rollback()

    assert counted == wanted
