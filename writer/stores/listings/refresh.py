"""Reading what a store sells: all its products and variations, page by page, so that memory stays flat.

HTTP happens between transactions; each page is committed by itself, so a refresh that breaks off keeps
what it has read and can simply be started again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from writer.db import AlreadyRunning, Database
from writer.db.schema.listings import listings as listings_table
from writer.lib import clock
from writer.stores import registry
from writer.stores.listings.items import Item, item
from writer.stores.listings.take import take
from writer.stores.registry import NotNow, Vault
from writer.stores.woocommerce import Client, Json, NotThere, StoreError


@dataclass
class Refreshed:
    """What a refresh has come to so far. `error`: why it broke off; `missing`: no longer listed there."""

    store_id: int
    store_name: str = ""
    items: int = 0
    matched: int = 0
    newly: int = 0
    by_parent: int = 0
    missing: int = 0
    error: str | None = None

    @property
    def unmatched(self) -> int:
        return self.items - self.matched - self.by_parent

    @property
    def sentence(self) -> str:
        if self.error is not None:
            return f"{self.store_name}: {self.error} {self.items} products and variations were read."
        at_parent = f" {self.by_parent} variations are counted at their parents." if self.by_parent else ""
        gone = f" {self.missing} that were known are no longer listed." if self.missing else ""
        return (
            f"{self.store_name}: {self.items} products and variations, {self.matched} matched"
            f" ({self.newly} newly), {self.unmatched} unmatched.{at_parent}{gone}"
        )


def refresh(
    database: Database,
    vault: Vault,
    store_id: int,
    on_progress: Callable[[Refreshed], None] = lambda _so_far: None,
) -> Refreshed:
    """Bring a store's listings to what it sells; `on_progress` is called after every page.

    Raises NotNow, StoreError as `contact`, and AlreadyRunning where it is under way.
    """
    began = clock.now()
    with (
        database.only_one(f"refresh-{store_id}"),
        registry.contact(database, vault, store_id, "refresh mappings") as client,
    ):
        done = Refreshed(store_id)
        for page in client.product_pages():
            _take(database, done, [found for payload in page if (found := item(payload))])
            for parent in page:
                if parent.get("type") == "variable":
                    _take_variations(database, client, done, parent, on_progress)
            on_progress(done)
    with database.reading() as db:
        unseen = (listings_table.c.store_id == store_id) & ~listings_table.c.is_gone
        query = select(func.count()).where(unseen, listings_table.c.listed_at < began)
        done.missing = int(db.execute(query).scalar_one())
    return done


def refresh_all(
    database: Database,
    vault: Vault,
    store_ids: list[tuple[int, str]],
    on_progress: Callable[[Refreshed], None] = lambda _so_far: None,
) -> list[Refreshed]:
    """Refresh these stores (id, name) one after the other; one store's trouble is written in its result."""
    results = []
    for store_id, name in store_ids:
        so_far = Refreshed(store_id, name)

        def keep(done: Refreshed, named: Refreshed = so_far) -> None:
            named.items, named.matched, named.newly = done.items, done.matched, done.newly
            named.by_parent = done.by_parent
            on_progress(named)

        try:
            so_far = refresh(database, vault, store_id, keep)
            so_far.store_name = name
        except (NotNow, AlreadyRunning) as error:
            so_far.error = str(error)
        except StoreError as error:
            so_far.error = error.sentence
        results.append(so_far)
    return results


def _take_variations(
    database: Database,
    client: Client,
    done: Refreshed,
    parent: Json,
    on_progress: Callable[[Refreshed], None],
) -> None:
    try:
        for page in client.variation_pages(int(parent["id"])):
            _take(database, done, [found for payload in page if (found := item(payload, parent))])
            on_progress(done)
    except NotThere:
        return  # deleted since its page was read


def _take(database: Database, done: Refreshed, items: list[Item]) -> None:
    if not items:
        return
    with database.transaction() as db:
        taken = take(db, done.store_id, items, clock.now())
    done.items += taken.items
    done.matched += taken.matched
    done.newly += taken.newly
    done.by_parent += taken.by_parent
