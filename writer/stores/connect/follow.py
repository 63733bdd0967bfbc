"""Finds the REST API of a store that has moved, with the keys that it has, and mends its webhooks."""

from dataclasses import replace

from writer.db import Database
from writer.stores import registry, webhook_setup
from writer.stores.connect import actions
from writer.stores.registry import Keyring, NotNow, Unwell
from writer.stores.registry.contact import site_of
from writer.stores.woocommerce import Site, StoreError


def follow(database: Database, ring: Keyring, actor: str, store_id: int, url: str | None) -> str:
    """Save the address at which a moved store answers its keys; return what was done, in a sentence.

    `url` is where its webhooks deliver to, None if they are not set up from here. Raises Unwell where the
    store does not answer there, or something is wrong with its webhooks.
    """
    with database.reading() as db:
        store = registry.get(db, store_id)
    try:
        site, found = _find(replace(site_of(store, ring.vault), auth=None), store.source)
    except (StoreError, NotNow) as error:
        raise Unwell(
            f"Orders that {store.source} delivers are {store.name}'s. Its REST API did not answer there with"
            f" the present keys, so enter its address, and new keys if it has any: {error}"
        ) from None
    with database.transaction() as db:
        names = {"name": store.name, "site_id": store.site_id or ""}
        actions.save(db, ring, actor, site, found, **names, store_id=store_id)
    said = f"{store.name} is called at {found.base_url} from now on."
    if url is None:
        return said
    problems = webhook_setup.mend(database, ring, actor, store_id, url)
    if problems:
        raise Unwell(f"{said} {problems[0]}")
    return f"{said} Its webhooks are in order."


def _find(before: Site, source: str) -> tuple[Site, actions.Found]:
    """Return the site at the new address, by https first; by http only if it was called so before."""
    schemes = ["https", "http"] if before.base_url.startswith("http://") else ["https"]
    first: StoreError | None = None
    for scheme in schemes:
        site = replace(before, base_url=f"{scheme}://{source}", timeout_s=actions.TRY_TIMEOUT_S)
        try:
            return site, actions.look(site)
        except StoreError as error:
            first = first or error
    assert first is not None
    raise first
