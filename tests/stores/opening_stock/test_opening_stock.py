"""The opening stock: nothing is written to a store before the owner said where the counts start from."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from tests.connected import add_product, connect_store, listed, store_row
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.movements import movements
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.orders.record import record
from writer.stock.products import get
from writer.stores.connect import policies
from writer.stores.listings import refresh
from writer.stores.opening_stock import actions, queries
from writer.stores.opening_stock.actions import TakenOver
from writer.stores.registry import Keyring, registry
from writer.stores.woocommerce import StoreError, translate
from writer.sync.stock_push import pusher

pytestmark = pytest.mark.usefixtures("reads_once")


@pytest.fixture
def shops() -> Iterator[list[FakeStore]]:
    """Three stores; X is in all of them, but with another number in each."""
    with FakeStore("A") as a, FakeStore("B") as b, FakeStore("C") as c:
        for shop, shown in ((a, 12), (b, 7), (c, 0)):
            shop.add_product("X", shown)
        yield [a, b, c]


@pytest.fixture
def store_ids(db: Database, ring: Keyring, shops: list[FakeStore]) -> list[int]:
    """The three stores connected and read."""
    ids = [connect_store(db, ring, shop) for shop in shops]
    for store_id in ids:
        refresh(db, ring.vault, store_id)
    return ids


def on_hand(db: Database, sku: str) -> int:
    with db.reading() as connection:
        return int(get(connection, sku).on_hand)


def start(db: Database, store_ids: list[int]) -> None:
    with db.transaction() as connection:
        actions.start(connection, "ada", store_ids, clock.now())


def test_table_has_each_sku_once_with_every_number(db: Database, store_ids: list[int]) -> None:
    a, b, c = store_ids
    add_product(db, "Y", 3)

    with db.reading() as connection:
        lines = queries.list_counts(connection, 10, 0)

        assert queries.count_skus(connection) == 2
    assert [(line.sku, line.ours) for line in lines] == [("X", None), ("Y", 3)]
    assert lines[0].shown == {a: [12], b: [7], c: [0]}
    assert lines[1].shown == {}


def test_table_of_counted_products_shows_what_their_listings_show(db: Database, store_ids: list[int]) -> None:
    add_product(db, "x ", 5)

    with db.reading() as connection:
        lines = queries.list_counts(connection, 10, 0)

    assert [(line.ours, line.shown[store_ids[0]]) for line in lines] == [(5, [12])]


def test_table_is_paged(db: Database, store_ids: list[int]) -> None:
    for sku in ("W", "Y", "Z"):
        add_product(db, sku)

    with db.reading() as connection:
        skus = [line.sku for offset in (0, 2) for line in queries.list_counts(connection, 2, offset)]

    assert skus == ["W", "X", "Y", "Z"]


def test_d06_nothing_is_written_before_a_choice(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    add_product(db, "X", 5)

    pusher.push_all(db, ring.vault)

    assert [shop.calls.writes() for shop in shops] == [[], [], []]


def test_d06_numbers_of_one_store_are_taken_over_and_told_to_all(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    done = actions.take_over(db, ring.vault, "ada", store_ids[0])
    start(db, store_ids)
    pusher.push_all(db, ring.vault)

    assert (done.counted, done.added, done.left_out) == (1, 1, 0)
    assert on_hand(db, "X") == 12
    assert [shop.stock("X") for shop in shops] == [12, 12, 12]
    assert shops[0].calls.writes() == []


def test_our_counts_are_told_to_all(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    add_product(db, "X", 5)

    start(db, store_ids)
    pusher.push_all(db, ring.vault)

    assert [shop.stock("X") for shop in shops] == [5, 5, 5]


def test_number_is_read_afresh_when_it_is_taken_over(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    shops[0].set_stock("X", 9)

    actions.take_over(db, ring.vault, "ada", store_ids[0])

    assert on_hand(db, "X") == 9


def test_product_counted_before_is_counted_anew(db: Database, ring: Keyring, store_ids: list[int]) -> None:
    product = add_product(db, "X", 40)

    done = actions.take_over(db, ring.vault, "ada", store_ids[0])

    assert (done.counted, done.added, on_hand(db, "X")) == (1, 0, 12)
    with db.reading() as connection:
        query = select(movements.c.quantity, movements.c.kind).where(movements.c.stock_product_id == product)
        assert connection.execute(query.order_by(movements.c.id)).all()[-1] == (-28, "stock take")


def test_lowest_of_several_listings_counts(db: Database, ring: Keyring, shops: list[FakeStore]) -> None:
    shops[0].add_product("x ", 4)
    shops[0].add_variable_product("CASE", {"X": 9, "CASE-RED": 2})
    store_id = connect_store(db, ring, shops[0])
    refresh(db, ring.vault, store_id)

    done = actions.take_over(db, ring.vault, "ada", store_id)

    assert (on_hand(db, "X"), on_hand(db, "CASE-RED")) == (4, 2)
    assert (done.counted, done.added) == (2, 2)


def test_what_the_store_does_not_count_or_cannot_be_a_sku_is_left_out(
    db: Database, ring: Keyring, shops: list[FakeStore]
) -> None:
    shops[0].add_product("GIFT", manage_stock=False)
    shops[0].add_product("", 5)
    shops[0].add_product("L" * 150, 5)
    shops[0].add_product("OUT", 5)
    store_id = connect_store(db, ring, shops[0])
    refresh(db, ring.vault, store_id)
    with db.transaction() as connection:
        left_out = listings.c.id == listed(db, store_id)["OUT"].id
        connection.execute(update(listings).where(left_out).values(is_mapped_by_hand=True))

    done = actions.take_over(db, ring.vault, "ada", store_id)

    assert (done.counted, done.added, done.left_out) == (1, 1, 4)


def test_oversold_number_is_counted_as_none(db: Database, ring: Keyring, shops: list[FakeStore]) -> None:
    shops[0].set_stock("X", -3)
    store_id = connect_store(db, ring, shops[0])
    refresh(db, ring.vault, store_id)

    actions.take_over(db, ring.vault, "ada", store_id)

    assert on_hand(db, "X") == 0


def test_progress_is_told_and_what_was_counted_stays_when_it_breaks_off(
    db: Database, ring: Keyring, shops: list[FakeStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CHUNK", 2)
    for number in range(4):
        shops[0].add_product(f"Y-{number}", number)
    store_id = connect_store(db, ring, shops[0])
    refresh(db, ring.vault, store_id)
    counted: list[int] = []

    def keep(so_far: TakenOver) -> None:
        counted.append(so_far.counted)
        shops[0].faults.broken = True

    with pytest.raises(StoreError):
        actions.take_over(db, ring.vault, "ada", store_id, keep)

    assert counted == [2]
    assert on_hand(db, "X") == 12


def test_d06_orders_from_before_the_start_move_no_stock_and_later_ones_do(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    before = shops[0].place_order([("X", 1)])
    actions.take_over(db, ring.vault, "ada", store_ids[0])
    start(db, store_ids[:1])
    shops[0].shift_clock(120)
    after = shops[0].place_order([("X", 2)])

    with db.transaction() as connection:
        for order in (before, after):
            snapshot = translate.order(shops[0].payload(order), clock.now())
            record(connection, registry.channel(store_row(db, store_ids[0])), snapshot, "test")

    assert on_hand(db, "X") == 11 - 2


def test_store_without_keys_or_never_read_cannot_be_started(
    db: Database, ring: Keyring, shops: list[FakeStore]
) -> None:
    unread = connect_store(db, ring, shops[0])
    add_product(db, "X")
    with db.transaction() as connection:
        keyless = registry.register(connection, "other.example", "ada").id
        for store_id, words in ((unread, "Refresh the mappings"), (keyless, "no REST keys")):
            with pytest.raises(Conflict, match=words):
                actions.start(connection, "ada", [store_id])


def test_nothing_is_started_while_nothing_is_counted(db: Database, store_ids: list[int]) -> None:
    with pytest.raises(Conflict, match="Nothing is counted here yet"):
        start(db, store_ids)

    assert store_row(db, store_ids[0]).push_state == "off"


def test_stopped_store_is_pushed_nothing_and_goes_on_where_it_was(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    add_product(db, "X", 5)
    start(db, store_ids[:1])
    since = store_row(db, store_ids[0]).stock_from
    with db.transaction() as connection:
        actions.stop(connection, "ada", store_ids[0])

    pusher.push_all(db, ring.vault)

    assert shops[0].calls.writes() == []
    with db.transaction() as connection:
        actions.start(connection, "ada", store_ids[:1])
    assert store_row(db, store_ids[0]).stock_from == since


# Settings for stock push


def test_buffer_is_kept_back_at_the_next_push(
    db: Database, ring: Keyring, shops: list[FakeStore], store_ids: list[int]
) -> None:
    add_product(db, "X", 5)
    start(db, store_ids[:1])
    pusher.push_all(db, ring.vault)

    with db.transaction() as connection:
        assert policies.change(connection, "ada", store_ids[0], 2, "ask", False, True, 30)
        assert not policies.change(connection, "ada", store_ids[0], 2, "ask", False, True, 30)
    pusher.push_all(db, ring.vault)

    row = store_row(db, store_ids[0])
    assert shops[0].stock("X") == 3
    assert (row.difference_policy, row.restocks_refunds, row.manages_stock) == ("ask", False, True)


@pytest.mark.parametrize(
    ("buffer", "policy", "poll_interval_s", "field"),
    [
        (-1, "ask", 15, "buffer"),
        (10_001, "ask", 15, "buffer"),
        (0, "x", 15, "difference_policy"),
        (0, "ask", 4, "poll_interval_s"),
        (0, "ask", 3601, "poll_interval_s"),
        (0, "ask", -15, "poll_interval_s"),
    ],
)
def test_unusable_rule_is_refused_by_name(
    db: Database, store_ids: list[int], buffer: int, policy: str, poll_interval_s: int, field: str
) -> None:
    with db.transaction() as connection, pytest.raises(Invalid) as caught:
        policies.change(connection, "ada", store_ids[0], buffer, policy, True, False, poll_interval_s)

    assert list(caught.value.errors) == [field]
