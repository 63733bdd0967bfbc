"""The demo's past: as rich as promised, and as right as if the product had run all the time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from deploy.demo.hub import Hub
from deploy.demo.shops import Shop
from tests.demo_past import telling
from writer.db.schema.ledger import sales
from writer.db.schema.movements import movements
from writer.db.schema.notices import notices
from writer.db.schema.orders import order_lines, order_refunds, orders
from writer.db.schema.products import products
from writer.db.schema.public_page import sales_totals
from writer.db.schema.webhook_inbox import deliveries
from writer.people import Notice
from writer.stores import contact
from writer.sync import order_import

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow, pytest.mark.xdist_group("demo past")]
UNTIL = datetime(2026, 6, 15, 20, 15, tzinfo=UTC)
Told = tuple[Hub, Shop, Shop]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    path = tmp_path_factory.mktemp("past") / "demo.db"
    with telling(f"sqlite:///{path}", UNTIL) as found:
        yield found


@pytest.fixture
def read(told: Told) -> Iterator[Connection]:
    with told[0].database.reading() as db:
        yield db


def test_the_count_of_each_product_is_the_sum_of_its_movements(read: Connection) -> None:
    moved = dict(
        read.execute(
            select(movements.c.stock_product_id, func.sum(movements.c.quantity)).group_by(
                movements.c.stock_product_id
            )
        ).all()
    )

    assert moved == dict(read.execute(select(products.c.id, products.c.on_hand)).all())
    assert min(moved.values()) >= 0


def test_each_order_line_has_posted_what_it_is_due(read: Connection) -> None:
    lines = select(order_lines.c.id, order_lines.c.sold, order_lines.c.taken)
    sold = select(sales.c.order_line_id, func.sum(sales.c.quantity)).group_by(sales.c.order_line_id)
    taken = select(movements.c.order_line_id, -func.sum(movements.c.quantity)).group_by(
        movements.c.order_line_id
    )
    in_ledger, out_of_stock = (dict(read.execute(query).all()) for query in (sold, taken))

    for line_id, is_sold, is_taken in read.execute(lines):
        assert (is_sold, is_taken) == (in_ledger.get(line_id, 0), out_of_stock.get(line_id, 0))


def test_the_public_total_is_what_was_sold(read: Connection) -> None:
    public = read.execute(select(func.sum(sales_totals.c.count))).scalar_one()

    assert public == read.execute(select(func.sum(sales.c.quantity))).scalar_one()


def test_reading_all_orders_again_changes_nothing(told: Told) -> None:
    hub, north, south = told
    for shop in (north, south):
        with contact(hub.database, hub.keyring.vault, shop.store_id, "read orders") as client:
            reader = order_import.Reader(hub.database, client, shop.store_id)
            reader.poll(days_back=3650)

        assert (reader.read.created, reader.read.updated, reader.read.refused) == (0, 0, 0)
        assert reader.read.unchanged == len(shop.state.orders)


def test_it_has_120_days_with_quiet_weekends_and_forty_customers(read: Connection) -> None:
    made = list(read.execute(select(orders.c.created_at)).scalars())
    days = {moment.date() for moment in made}
    weekend = sum(moment.weekday() >= 5 for moment in made)
    names = read.execute(select(func.count(func.distinct(orders.c.customer_email)))).scalar_one()

    assert 350 < len(made) < 700
    assert max(days) - min(days) >= timedelta(days=119)
    assert weekend / 2 < (len(made) - weekend) / 5 * 0.75
    assert names == 40


def test_something_of_everything_was_sent_back(told: Told, read: Connection) -> None:
    refunded = set(read.execute(select(order_refunds.c.order_id)).scalars())
    full = set(read.execute(select(orders.c.id).where(orders.c.status == "refunded")).scalars())

    assert full
    assert refunded - full
    assert {"sale", "refund", "cancellation", "receipt", "adjustment", "stock take"} == set(
        read.execute(select(movements.c.kind).distinct()).scalars()
    )


def test_one_of_each_thing_waits_for_somebody(told: Told, read: Connection) -> None:
    open_ = select(notices.c.kind).where(notices.c.closed_at.is_(None))
    waiting = sorted(read.execute(open_).scalars())

    assert waiting.count(Notice.LOW_STOCK.kind) == 1
    assert waiting.count(Notice.DIFFERENCE.kind) == 1
    assert waiting.count(Notice.DELIVERY_FAILED.kind) == 1
    assert read.execute(select(func.count()).where(deliveries.c.outcome == "failed")).scalar_one() == 1
    unknown = select(order_lines.c.sku).where(order_lines.c.model.is_(None)).distinct()
    assert list(read.execute(unknown).scalars()) == ["TOTE-BAG"]
    to_ship = select(func.count()).where(orders.c.status == "processing")
    assert read.execute(to_ship).scalar_one() >= 6
    assert read.execute(select(func.count()).where(orders.c.status == "on-hold")).scalar_one() >= 1


def test_the_same_seed_and_moment_tell_the_same_past(
    read: Connection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("again") / "demo.db"
    with telling(f"sqlite:///{path}", UNTIL) as (hub, _, _), hub.database.reading() as again:
        assert told_in(again) == told_in(read)


def told_in(db: Connection) -> list[object]:
    columns = (orders.c.number, orders.c.created_at, orders.c.status, orders.c.customer_email)
    found = select(*columns, orders.c.total_minor).order_by(orders.c.id)
    counts = select(products.c.sku, products.c.on_hand).order_by(products.c.sku)
    return [*map(tuple, db.execute(found)), *map(tuple, db.execute(counts))]
