"""Connecting a store: reads the address, tries the keys, and saves both if they work."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row

from writer import orders
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.people import audit
from writer.stores import registry, woocommerce
from writer.stores.registry import Keyring
from writer.stores.woocommerce import (
    UNKNOWN_KEY,
    AnotherPage,
    BlockedByFirewall,
    Client,
    KeysRefused,
    NotWooCommerce,
    Site,
    StoreError,
)

TRY_TIMEOUT_S = 20.0
LONGEST_NAME = 60
_SITE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
SITE_ID_FORM = "Use letters, digits, dots, - and _, at most 60."
# Where the REST API can be below the address of a shop: the second with "almost pretty" permalinks.
_ENTRANCES = ("", "/index.php")
_NOT_THE_SHOP = re.compile(r"/(wp-json|wp-admin|wp-login\.php|index\.php)(/.*)?$")


@dataclass(frozen=True)
class Found:
    """A store that answered and whose keys may read and write."""

    base_url: str  # where its REST API answers
    source: str  # the normalised address that its webhooks will name
    title: str
    auth: str
    remarks: tuple[str, ...] = ()  # warnings about things that work
    order_keys: tuple[tuple[str, str], ...] = ()  # ids and hashed keys of its newest orders


class SameStore(Conflict):
    """The address that is to be connected as a new store has the orders of a store that is known."""

    def __init__(self, store: Row[Any]) -> None:
        sentence = f"The shop at this address has the orders of {store.name}."
        super().__init__(sentence, {"base_url": sentence})
        self.store = store


def address(text: str) -> str:
    """Return the store's address from what a person pasted, without a slash at the end. Raises Invalid."""
    typed = text.strip()
    url = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    wrong = None
    if not host or len(url) > 300 or not url.isprintable() or " " in url:
        wrong = "Enter the address of the shop, such as https://shop.example."
    elif parts.scheme not in ("https", "http"):
        wrong = "The address must begin with https:// or http://."
    elif parts.username or parts.password:
        wrong = "Leave name and password out of the address."
    if wrong:
        raise Invalid("The address cannot be used.", {"base_url": wrong})
    path = _NOT_THE_SHOP.sub("", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


def keys(key: str, secret: str) -> tuple[str, str]:
    """Return the consumer key and secret without spaces; raises Invalid naming the field."""
    key, secret = key.strip(), secret.strip()
    if key.startswith("cs_") and secret.startswith("ck_"):
        key, secret = secret, key
    errors = {}
    for name, value, other in (("key", key, "cs_"), ("secret", secret, "ck_")):
        if not value or len(value) > 200 or not value.isascii() or not value.isprintable() or " " in value:
            errors[name] = f"Paste the consumer {name} as WooCommerce showed it."
        elif value.startswith(other):
            errors[name] = f"This is the other one: the consumer {name} is wanted here."
    if errors:
        raise Invalid("The keys cannot be used.", errors)
    return key, secret


def check_site_id(site_id: str) -> None:
    """Raise Invalid if a text cannot be a store's short name."""
    if not _SITE_ID.fullmatch(site_id):
        raise Invalid("The short name cannot be used.", {"site_id": SITE_ID_FORM})


def look(site: Site) -> Found:
    """Ask a store for its index, for orders, and for a write that changes nothing.

    The address may be of a page of the shop, such as .../shop/. Raises StoreError with a sentence that says
    precisely what is wrong.
    """
    site, index = _entrance(site)
    with Client(site) as client:
        try:
            for _ in client.orders_pages(clock.now()):
                pass
            newest = client.newest_orders()
            client.webhooks()
            client.try_writing()
        except KeysRefused as error:
            raise _explained(site, error) from None
        keys = (woocommerce.order_key(order) for order in newest)
        assert client.auth is not None
        told = registry.normalised(str(index.get("home") or index.get("url") or ""))
        return Found(
            base_url=site.base_url,
            source=told or registry.normalised(site.base_url),
            title=" ".join(str(index.get("name") or "").split())[:LONGEST_NAME],
            auth=client.auth,
            remarks=_remarks(site, client.auth),
            order_keys=tuple(key for key in keys if key is not None),
        )


def save(
    db: Connection,
    ring: Keyring,
    actor: str,
    site: Site,
    found: Found,
    name: str,
    site_id: str = "",
    store_id: int | None = None,
    *,
    same_as: int | None = None,
    is_another: bool = False,
) -> Row[Any]:
    """Save a store's address and keys, encrypted; return its row.

    They are saved for the store `store_id`, else for the store with this address, else for a new store. A
    new one that has the orders of a store that is known is that one (`same_as` it), or another (`is_another`,
    begun as a copy): a person says so. A store that was paused because its keys were refused is resumed.
    Raises Invalid naming name or site_id, NotFound, SameStore if nobody said so, and Conflict if another
    store has this address, or if a store with keys already has it.
    """
    same = _find_same(db, found) if store_id is None and not is_another else None
    if same is not None:
        if same_as != same.id:
            raise SameStore(same)
        store_id, name, site_id = same.id, name or same.name, site_id or same.site_id or ""
    checked = _checked(db, name or found.title or found.source, site_id, store_id, found.source)
    store = _store(db, actor, found.source, store_id)
    name, short = checked
    keys = registry.Keys(found.base_url, site.key, site.secret)
    registry.set_keys(db, ring.vault, store.id, keys, name=name, site_id=short)
    registry.set_way_in(db, store.id, auth=found.auth, ca_bundle=site.ca_bundle)
    registry.forgive(db, store.id)
    told = {"name": name, "site_id": short, "base_url": site.base_url, "auth": found.auth, "keys": "new"}
    audit.note(db, actor, "store.connect", f"store {store.id}", {"base_url": store.base_url}, told)
    return registry.get(db, store.id)


def _find_same(db: Connection, found: Found) -> Row[Any] | None:
    """Return the store whose orders an unknown address has."""
    if registry.find(db, found.source) is not None:
        return None
    store_ids = orders.find_stores(db, found.order_keys)
    return registry.get(db, min(store_ids)) if store_ids else None


def _index(client: Client) -> dict[str, Any]:
    try:
        index = client.index()
    except (KeysRefused, BlockedByFirewall):
        return {}  # some stores hide the index from strangers; the keys may still work
    spaces = index.get("namespaces")
    if isinstance(spaces, list) and "wc/v3" not in spaces:
        raise NotWooCommerce(
            "There is a WordPress, but WooCommerce's REST API is not in it: the plugin is switched off or"
            " too old."
        )
    return index


def _entrance(site: Site) -> tuple[Site, dict[str, Any]]:
    """Return the site with the address at which its REST API answers, and its index. Raises StoreError.

    Tried are the address given and those above it, each with /index.php too. No keys are sent.
    """
    first: StoreError | None = None
    for base_url in _above(site.base_url):
        for entrance in _ENTRANCES:
            tried = replace(site, base_url=base_url + entrance)
            try:
                with Client(tried) as client:
                    return tried, _index(client)
            except (NotWooCommerce, AnotherPage) as error:
                first = first or error
    assert first is not None
    raise first


def _above(base_url: str) -> list[str]:
    """Return an address and those above it on the same host: https://x/a/b, https://x/a, https://x."""
    root, _, path = base_url.partition("://")
    host, *folders = path.split("/")
    return [f"{root}://{'/'.join([host, *folders[:depth]])}" for depth in range(len(folders), -1, -1)][:4]


def _explained(site: Site, error: KeysRefused) -> StoreError:
    """Return why keys were refused over https, where a wrong key looks like one that WordPress ignored.

    WordPress checks an OAuth signature even if it does not notice that the request came over https.
    """
    is_signed = woocommerce.OAUTH in woocommerce.ways(site.base_url)
    if is_signed or not error.code.startswith("woocommerce_rest_cannot"):
        return error
    signed = Site(site.base_url, site.key, site.secret, woocommerce.OAUTH, site.ca_bundle, site.timeout_s)
    with Client(signed) as client:
        try:
            client.webhooks()
        except KeysRefused as said:
            if "signature" in said.sentence:
                return KeysRefused(
                    "The key is known, but WordPress does not notice that the request came over https, so it"
                    " does not read the key: TLS ends at a proxy in front of WordPress. Let the proxy send"
                    " X-Forwarded-Proto, and let WordPress use it.",
                    code=error.code,
                )
        except StoreError:
            return error
    return KeysRefused(UNKNOWN_KEY, code=error.code)


def _remarks(site: Site, way: str) -> tuple[str, ...]:
    if way == woocommerce.QUERY:
        return (
            "The host removes the Authorization header, so the keys are sent in the address. That works;"
            " they are in no log of ours, but may be in the host's.",
        )
    if way == woocommerce.OAUTH:
        return (
            "The store is called over plain http. Requests are signed, the keys are not sent, but orders and"
            " their customers travel unencrypted: use https:// if the store has it.",
        )
    return ()


def _checked(
    db: Connection, name: str, site_id: str, store_id: int | None, source: str
) -> tuple[str, str | None]:
    """Return the name and the short name in their stored form. Raises Invalid naming what cannot be used."""
    name, site_id = unicodedata.normalize("NFC", name).strip(), site_id.strip()
    errors = {}
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        errors["name"] = f"Must be 1 to {LONGEST_NAME} characters."
    if site_id and not _SITE_ID.fullmatch(site_id):
        errors["site_id"] = SITE_ID_FORM
    other = registry.find_named(db, site_id) if site_id else None
    if other is not None and other.id != store_id and other.source != source:
        errors["site_id"] = "Another store has this short name."
    if errors:
        raise Invalid("The store cannot be saved as it is.", errors)
    return name, site_id or None


def _store(db: Connection, actor: str, source: str, store_id: int | None) -> Row[Any]:
    known = registry.find(db, source)
    if store_id is None:
        if known is not None and known.consumer_key_encrypted is not None:
            raise Conflict(
                "This store is connected already. Change its keys on its own page.",
                {"base_url": "A store with this address is connected already."},
            )
        return known or registry.register(db, source, actor)
    store = registry.get(db, store_id)
    registry.move(db, actor, store_id, source)
    return store
