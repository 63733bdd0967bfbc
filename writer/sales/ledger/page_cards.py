"""The hook for cards above the ledger, which is the front page: later areas show there what they know."""

from collections.abc import Callable

from markupsafe import Markup
from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope

# Each returns HTML, with what the stores of this scope come to.
page_cards: list[Callable[[Connection, StoreScope], Markup]] = []
