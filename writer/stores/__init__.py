"""Stores: WooCommerce and how it is spoken with. The top of the house: no other room calls this one."""
