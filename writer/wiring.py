"""Fills each hook that an area offers to the areas after it.

The application and every command call this first; nothing is connected by importing.
"""

from writer import orders, sales, stock, stores
from writer.config import Config
from writer.lib import clock
from writer.people import notices
from writer.reports import home
from writer.stores import listings, woocommerce
from writer.sync import activity, differences, stock_sync, webhook_inbox
from writer.web import counts, needs, search


def wire(config: Config) -> None:
    """Fill every hook, replacing its content."""
    # Days begin, and times are shown, in the shop's time zone.
    clock.use_zone(config.timezone)
    # The numbers in the menu: what there is to do on each page.
    counts.count_sources[:] = [
        notices.count_in_menu,
        orders.count_in_menu,
        orders.to_sort.count_in_menu,
        stock.levels.count_in_menu,
        stock_sync.count_in_menu,
    ]
    # Every call to a store, whoever makes it, keeps the interval.
    woocommerce.space_calls(config.store_interval_ms / 1000)
    # A SKU became a counted product: match the order lines and listings that already name it.
    stock.on_product_added[:] = [orders.rematch_sku, listings.match_sku]
    # The pages of stock say what each store lists of a product, and shows of it.
    stock.store_listings[:] = [stock_sync.list_by_product]
    # The list of stock is narrowed to what one store lists, or none does.
    stock.listed_products[:] = [stock_sync.find_listed]
    # The page of a product says what its units count as.
    stock.product_facts[:] = [sales.product_types.tell_counts_as]
    # A store was switched on: process what it delivered meanwhile.
    stores.on_switched_on[:] = [webhook_inbox.release]
    # A listing became another product, or is left alone: nobody is asked about its number any more.
    listings.on_pointed[:] = [differences.drop]
    # A store's policy about differences changed: what was asked by the one before is decided by the new one.
    stores.on_rules_changed[:] = [differences.follow_policy]
    # A store has another address: process what was held from there.
    stores.on_moved[:] = [webhook_inbox.claim]
    # How a store fares: what its listings, stock differences and failures say.
    stores.condition_sources[:] = [stock_sync.find_trouble]
    # The first page of a store: an address that may be its new one, how far its stock is, what happened last.
    stores.card_sources[:] = [webhook_inbox.draw_moved, stock_sync.draw_sync, activity.draw_latest]
    # What waits for somebody on the tabs of a store.
    stores.tab_sources[:] = [stock_sync.count_tabs, activity.count_tab]
    # The page of one order says what stores did about it.
    orders.timeline_sources[:] = [activity.list_of_order]
    # What nothing here knows yet: besides order lines and SKUs, what stores list that is no product here.
    orders.to_sort.to_sort_sources[:] = [listings.TO_SORT]
    # What needs somebody, as Home shows it.
    needs.need_sources[:] = [
        home.failing_stores,
        home.from_notices,
        home.to_ship,
        home.running_out,
        home.to_sort,
    ]
    # A customer is erased: erase what stores delivered about that person.
    orders.on_erase[:] = [orders.Eraser(webhook_inbox.forget_address, webhook_inbox.forget_bodies)]
    # The search over everything: what each area finds, in this order.
    search.search_sources[:] = [
        orders.search_orders,
        orders.search_customers,
        stock.search_products,
        stores.search_stores,
    ]
