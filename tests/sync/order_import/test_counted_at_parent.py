"""Scenarios S20-S22: stock that a store counts at the parent, and listings left alone, over real HTTP."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from tests.fake_services.store_model import Product
from tests.hub import Hub
from tests.makers import WEBHOOK_SECRET
from writer.db.schema.listings import listings
from writer.db.schema.orders import orders
from writer.db.schema.stores import failures, stores
from writer.stock import movements
from writer.stores.listings import check_all, refresh
from writer.stores.listings.actions import forget_by_hand, map_by_hand

pytestmark = pytest.mark.hub(items={"SET": 10, "X": 10})


@pytest.fixture
def parent(hub: Hub) -> Product:
    """SET in store A: a parent that counts ten for its variations SET-S, SET-L and one without a SKU."""
    hub.fakes[0].delete_product("SET")
    with hub.database.transaction() as db:
        db.execute(delete(listings).where(listings.c.store_id == 1, listings.c.sku == "SET"))
    variations = {"SET-S": 0, "SET-L": 0, "": 0}
    found = hub.fakes[0].add_variable_product("SET", variations, manage_stock="parent", stock=10)
    refresh(hub.database, hub.vault, 1)
    hub.push()
    assert hub.shown("SET") == [10, 10, 10]
    return found


def listing_of(hub: Hub, variation: int) -> int:
    """Return the id of the listing of a variation in store A."""
    with hub.database.reading() as db:
        query = select(listings.c.id).where(listings.c.store_id == 1, listings.c.variation_id == variation)
        return int(db.execute(query).scalar_one())


def settle(hub: Hub) -> None:
    """Everything that comes of a sale, with an hourly look at every listing of A, until nothing is due."""
    hub.deliver()
    with hub.database.transaction() as db:
        check_all(db, 1)
    hub.settle()
    hub.settle()


def open_failures(hub: Hub) -> list[str]:
    return [row.sentence for row in hub.rows(failures) if row.ended_at is None]


@pytest.mark.parametrize("which", [0, 1, 2], ids=["SET-S", "SET-L", "without a SKU"])
def test_s20_a_variation_counted_at_the_parent_takes_its_units_off_the_parent(
    hub: Hub, parent: Product, which: int
) -> None:
    hub.fakes[0].place_order([(parent.variation_ids[which], 1)])

    settle(hub)

    assert (hub.on_hand("SET"), hub.shown("SET")) == (9, [9, 9, 9])
    assert (hub.open_notices(), open_failures(hub)) == ([], [])


def test_s20_the_mapping_page_says_where_it_is_counted(hub: Hub, parent: Product, admin: FlaskClient) -> None:
    page = admin.get("/stores/1/listings").text

    assert page.count("data-by-parent") == 2  # SET-S and SET-L; what shows its parent's SKU is no listing
    assert "unmatched</span>" not in page


@pytest.mark.parametrize("which", [1, 2], ids=["with a SKU", "without a SKU"])
def test_s21_the_parent_is_known_by_id_after_it_was_renamed(hub: Hub, parent: Product, which: int) -> None:
    hub.fakes[0].rename_sku(parent, "set-v2")
    hub.fakes[0].place_order([(parent.variation_ids[which], 3)])

    settle(hub)

    shown = [hub.fakes[0].stock(parent), hub.fakes[1].stock("SET"), hub.fakes[2].stock("SET")]
    assert (hub.on_hand("SET"), shown) == (7, [7, 7, 7])
    assert hub.open_notices() == []


def test_a_parent_that_is_mapped_later_takes_the_sales_of_its_variations(hub: Hub) -> None:
    kit = hub.fakes[0].add_variable_product("KIT", {"KIT-L": 0}, manage_stock="parent", stock=5)
    refresh(hub.database, hub.vault, 1)
    hub.fakes[0].place_order([("KIT-L", 2)])
    hub.deliver()

    with hub.database.transaction() as db:
        movements.add_product(db, "ada", "BOX", 5, at=hub.time.replace(hour=9))
        at_parent = select(listings.c.id).where(listings.c.product_id == kit.id, listings.c.variation_id == 0)
        map_by_hand(db, "ada", db.execute(at_parent).scalar_one(), "BOX")
    settle(hub)

    assert (hub.on_hand("BOX"), hub.fakes[0].stock(kit)) == (3, 3)


def test_a_product_that_is_counted_later_takes_the_sales_of_its_variations(hub: Hub) -> None:
    kit = hub.fakes[0].add_variable_product("KIT", {"KIT-L": 0}, manage_stock="parent", stock=5)
    refresh(hub.database, hub.vault, 1)
    hub.fakes[0].place_order([("KIT-L", 2)])
    hub.deliver()

    with hub.database.transaction() as db:
        movements.add_product(db, "ada", "KIT", 5, at=hub.time.replace(hour=9))
    settle(hub)

    assert (hub.on_hand("KIT"), hub.fakes[0].stock(kit)) == (3, 3)


def test_a_variation_mapped_by_hand_leaves_no_notice_and_nothing_refused(hub: Hub, parent: Product) -> None:
    with hub.database.transaction() as db:
        map_by_hand(db, "ada", listing_of(hub, parent.variation_ids[1]), "SET")
    hub.fakes[0].place_order([("SET-L", 1)])
    settle(hub)

    hub.sell_here(1, "SET")
    done = hub.push()

    assert (hub.on_hand("SET"), hub.shown("SET")) == (8, [8, 8, 8])
    assert (hub.open_notices(), open_failures(hub)) == ([], [])
    assert [result.failed for result in done.results] == [0, 0, 0]


def test_a_variation_that_its_store_begins_to_count_at_the_parent_is_no_trouble(hub: Hub) -> None:
    cup = hub.fakes[0].add_variable_product("CUP", {"CUP-L": 10}, manage_stock=True)
    with hub.database.transaction() as db:
        movements.add_product(db, "ada", "CUP", 10)
        movements.add_product(db, "ada", "CUP-L", 10)
    refresh(hub.database, hub.vault, 1)
    hub.push()
    hub.fakes[0].set_managed("CUP-L", False)
    hub.fakes[0].set_managed(cup, True)
    hub.fakes[0].set_stock(cup, 10)

    hub.sell_here(1, "CUP-L")
    hub.push()
    assert hub.open_notices() == ["listing"]  # nothing of the parent is pushed yet: somebody has to map it
    refresh(hub.database, hub.vault, 1)
    settle(hub)

    assert (hub.open_notices(), open_failures(hub)) == ([], [])


def test_a_variation_that_counts_itself_and_shows_its_parents_sku_draws_on_no_other(hub: Hub) -> None:
    store = hub.fakes[1]
    store.delete_product("X")
    shirt = store.add_variable_product("X", {"": 5})  # SKU "X" is counted here, and listed by A and C
    refresh(hub.database, hub.vault, 2)
    store.place_order([(shirt.variation_ids[0], 2)])

    hub.deliver()
    hub.push()

    assert (hub.on_hand("X"), hub.moves("X")) == (10, [])
    assert (hub.fakes[0].stock("X"), hub.fakes[2].stock("X")) == (10, 10)


def test_s22_a_listing_left_alone_takes_part_in_nothing(hub: Hub, admin: FlaskClient) -> None:
    with hub.database.transaction() as db:
        map_by_hand(db, "ada", hub.listing(1, "X").id, "")
    hub.fakes[0].place_order([("X", 2)])

    settle(hub)

    assert (hub.on_hand("X"), hub.shown("X"), hub.moves("X")) == (10, [8, 10, 10], [])
    assert hub.fakes[0].calls.writes() == []
    assert "data-left-alone" in admin.get("/stores/1/listings?show=hand").text


def test_a_listing_left_alone_is_left_alone_by_a_line_that_names_its_sku_alone(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 1).values(site_id="uk"))
        map_by_hand(db, "ada", hub.listing(1, "X").id, "")
    body = {"site_id": "uk", "order_id": 7, "line_items": [{"sku": "x ", "qty": 2}]}

    bearer = {"Authorization": f"Bearer {WEBHOOK_SECRET}"}
    answer = hub.client.post("/webhooks/woocommerce/order_paid", json=body, headers=bearer)

    assert (answer.status_code, len(hub.rows(orders)), hub.moves("X")) == (200, 1, [])


def test_a_listing_left_alone_no_longer_takes_what_was_sold_meanwhile(hub: Hub) -> None:
    with hub.database.transaction() as db:
        map_by_hand(db, "ada", hub.listing(1, "X").id, "")
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()

    with hub.database.transaction() as db:
        forget_by_hand(db, "ada", hub.listing(1, "X").id)
    settle(hub)

    assert (hub.on_hand("X"), hub.shown("X")) == (8, [8, 8, 8])


def test_leaving_a_listing_alone_ends_what_was_wrong_with_it(hub: Hub) -> None:
    hub.fakes[0].set_managed("X", False)
    hub.sell_here(1, "X")
    hub.push()
    assert hub.open_notices() == ["listing"]

    with hub.database.transaction() as db:
        map_by_hand(db, "ada", hub.listing(1, "X").id, "")

    assert (hub.open_notices(), open_failures(hub)) == ([], [])


def test_a_variation_left_alone_that_draws_on_a_counted_parent_is_said_at_once(
    hub: Hub, parent: Product
) -> None:
    variation = parent.variation_ids[1]
    with hub.database.transaction() as db:
        map_by_hand(db, "ada", listing_of(hub, variation), "")
    hub.fakes[0].place_order([(variation, 2)])
    hub.deliver()
    assert (hub.moves("SET"), hub.open_notices()) == ([], ["line uncounted"])

    with hub.database.transaction() as db:
        forget_by_hand(db, "ada", listing_of(hub, variation))

    assert (hub.on_hand("SET"), hub.open_notices()) == (8, [])
