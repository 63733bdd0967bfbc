"""Stores: WooCommerce and how it is spoken with. The top of the house: no other room calls this one."""

from writer import stock
from writer.stores.listings import match_sku

# The stock room lies below this one and cannot call it: it tells whoever asked.
stock.on_product_added.append(match_sku)
