"""What the search over everything finds of stores: by name, address and short name."""

from typing import Any

from sqlalchemy import Connection, Row

from writer.lib.store_scope import StoreScope
from writer.stores.registry.queries import list_stores
from writer.web.search import Group, Hit

SHOWN = 6


def search_stores(db: Connection, store_scope: StoreScope, text: str) -> Group:
    """Return the visible stores whose name, address or short name holds `text`; there are a few in all."""
    typed = text.casefold()
    found = [row for row in list_stores(db, store_scope) if any(typed in name for name in _names(row))]
    hits = [Hit(row.name, f"/stores/{row.id}", row.source, is_exact=typed in _names(row)) for row in found]
    return Group("Stores", "shop", hits[:SHOWN], "/stores" if len(hits) > SHOWN else None)


def _names(row: Row[Any]) -> list[str]:
    return [name.casefold() for name in (row.name, row.source, row.site_id) if name]
