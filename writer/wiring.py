"""Who is told of what: each hook that an area offers to the areas after it, and what fills it.

Called by the application and by every command before anything else; nothing is wired by importing.
"""

from writer import orders, sales, stock, stores
from writer.config import Config
from writer.reports import dashboard
from writer.stores import listings, woocommerce
from writer.sync import push_status, webhook_inbox


def wire(config: Config) -> None:
    """Fill every hook, whatever was in it before."""
    # Every call to a store, whoever makes it, keeps the interval.
    woocommerce.space_calls(config.store_interval_ms / 1000)
    # A SKU became a counted product: lines and listings that named it before are its own now.
    stock.on_product_added[:] = [orders.rematch_sku, listings.match_sku]
    # The pages of stock say what each store lists of a product, and shows of it.
    stock.store_listings[:] = [push_status.list_by_product]
    # A store was switched on: what it delivered meanwhile is processed.
    stores.on_switched_on[:] = [webhook_inbox.release]
    # How a store fares: what its listings, stock differences and failures say.
    stores.condition_sources[:] = [push_status.find_trouble]
    # The front page begins with the dashboard's cards.
    sales.page_cards[:] = [dashboard.draw_cards]
    # A customer is erased: what stores delivered about that person is forgotten.
    orders.on_erase[:] = [orders.Eraser(webhook_inbox.forget_address, webhook_inbox.forget_bodies)]
