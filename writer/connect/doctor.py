"""The doctor: are a store's webhooks there, active, and sent to us? It says so, and one button mends it.

WordPress disables a webhook after seven failed deliveries in a row and tells nobody; re-activating keeps
its count, so the very next delivery must succeed. Polling covers the time without.
"""

import ipaddress
import json
import secrets as randomness
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Connection, select

from writer import audit, clock, stores, woocommerce
from writer.config import ConfigError
from writer.db import Database
from writer.schema.stores import store_secrets
from writer.stores import Keyring, Vault, contact
from writer.woocommerce import Routes

PATH = "/api/woocommerce/webhook"
# The last is only a hint that somebody changed a number in the store by hand.
TOPICS = (*woocommerce.ORDER_TOPICS, "product.updated")
POLL_ONLY = (
    "WRITER_PUBLIC_URL is not set, so no webhook is expected: orders are read by polling alone, which works"
    " fully and takes a few minutes longer."
)
_PORTS = {"https": 443, "http": 80}
_PRIVATE_ENDINGS = (".local", ".lan", ".home", ".internal", ".localhost")

Hook = dict[str, Any]


def public_url(environment: Mapping[str, str]) -> str | None:
    """Return the address stores deliver to, None where the writer has no public one.

    Raises ConfigError where WRITER_PUBLIC_URL is no address.
    """
    text = (environment.get("WRITER_PUBLIC_URL") or "").strip().rstrip("/")
    if not text:
        return None
    parts = _split(text)
    if parts is None or parts.scheme not in _PORTS or parts.query or parts.fragment:
        raise ConfigError("WRITER_PUBLIC_URL must be an address such as https://hub.example.")
    return f"{text.removesuffix(PATH)}{PATH}"


def examine(hooks: list[Hook], url: str, home: str) -> list[str]:
    """Return what is wrong with a store's webhooks, a sentence each; `home` is the store's own address."""
    found = [sentence for topic in TOPICS if (sentence := _about(topic, hooks, url))]
    refused = refusal(url, home)
    return [*found, refused] if refused else found


def refusal(url: str, home: str) -> str | None:
    """Return why WordPress will not deliver to an address, or None: it refuses at delivery, not before."""
    target, own = _split(url), _split(home)
    if target is None:
        return "The webhooks' address cannot be read."
    same_host = own is not None and own.hostname == target.hostname
    if _is_private(target.hostname or "") and not same_host:
        return (
            f"WordPress refuses to deliver to {target.hostname}: it is a private address. Use a public name,"
            " or leave it to polling."
        )
    port = target.port or _PORTS[target.scheme]
    if port not in (80, 443, 8080) and not (same_host and own is not None and own.port == port):
        return f"WordPress refuses to deliver to port {port}: it allows 80, 443 and 8080."
    return None


def check(database: Database, vault: Vault, store_id: int, url: str | None) -> list[str]:
    """Look at a store's webhooks and write down what is wrong, with a notice; return the sentences.

    Raises NotNow, StoreError as `contact`.
    """
    if url is None:
        return _note(database, store_id, [POLL_ONLY], is_well=True)
    with contact(database, vault, store_id, "look at webhooks") as client:
        sentences = examine(client.webhooks(), url, client.site.base_url)
    return _note(database, store_id, sentences, is_well=not sentences)


def mend(
    database: Database, ring: Keyring, actor: str, store_id: int, url: str, secret: str | None = None
) -> list[str]:
    """Make every webhook the store needs exist, be active, and be signed with a secret that is ours alone.

    `secret` is taken as given; without it the store's own is used, and where it has none one is made up.
    Returns what is still wrong. Raises Invalid naming `secret`, NotNow, StoreError.
    """
    with database.transaction() as db:
        if secret is not None:
            stores.set_secret(db, ring, actor, store_id, secret)
        signed_with = current_secret(db, ring, store_id)
        if signed_with is None:
            signed_with = randomness.token_urlsafe(36)
            stores.set_secret(db, ring, actor, store_id, signed_with)
    with contact(database, ring.vault, store_id, "set up webhooks") as client:
        hooks = client.webhooks()
        done = [_mend_topic(client, hooks, topic, url, signed_with) for topic in TOPICS]
        sentences = examine(client.webhooks(), url, client.site.base_url)
    with database.transaction() as db:
        audit.note(db, actor, "store.webhooks", f"store {store_id}", None, {"done": done})
    return _note(database, store_id, sentences, is_well=not sentences)


def current_secret(db: Connection, ring: Keyring, store_id: int) -> str | None:
    """Return the store's own secret that is valid without an end, None where it has none."""
    mine = (store_secrets.c.store_id == store_id) & store_secrets.c.valid_until.is_(None)
    row = db.execute(
        select(store_secrets.c.secret_encrypted).where(mine).order_by(store_secrets.c.id.desc()).limit(1)
    ).first()
    return ring.vault.open(row.secret_encrypted) if row else None


def _about(topic: str, hooks: list[Hook], url: str) -> str | None:
    of_topic = [hook for hook in hooks if hook.get("topic") == topic]
    ours = [hook for hook in of_topic if _is_same(str(hook.get("delivery_url")), url)]
    if any(hook.get("status") == "active" for hook in ours):
        return None
    if any(hook.get("status") == "disabled" for hook in ours):
        return f"The webhook {topic} is disabled: WordPress gave it up after seven failed deliveries."
    if ours:
        return f"The webhook {topic} is paused."
    elsewhere = next((hook for hook in of_topic if _is_of_a_writer(hook)), None)
    if elsewhere is not None:
        return f"The webhook {topic} is sent to {str(elsewhere.get('delivery_url'))[:200]} instead of {url}."
    return f"The webhook {topic} is missing."


def _mend_topic(client: Routes, hooks: list[Hook], topic: str, url: str, secret: str) -> str:
    ours = [
        hook for hook in hooks if hook.get("topic") == topic and _is_same(str(hook.get("delivery_url")), url)
    ]
    for hook in ours:
        client.update_webhook(int(hook["id"]), {"status": "active", "secret": secret})
    if not ours:
        # What is sent to another address is left alone: it may be another program's.
        client.create_webhook(topic, url, secret)
    return f"{topic} {'renewed' if ours else 'created'}"


def _is_of_a_writer(hook: Hook) -> bool:
    parts = _split(str(hook.get("delivery_url")))
    return parts is not None and parts.path.rstrip("/").endswith(PATH)


def _is_same(one: str, other: str) -> bool:
    mine, theirs = _split(one), _split(other)
    if mine is None or theirs is None:
        return False
    return _compared(mine) == _compared(theirs)


def _compared(parts: SplitResult) -> tuple[str, str | None, int | None, str]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), parts.path.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0  # reading the port raises where it is none
    except ValueError:
        return None
    return parts if has_host else None


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDINGS)


def _note(database: Database, store_id: int, sentences: list[str], is_well: bool) -> list[str]:
    with database.transaction() as db:
        store = stores.get(db, store_id)
        values = {"checked_at": clock.now(), "doctor_says": json.dumps(sentences)}
        stores.save(db, store_id, **values)
        if is_well:
            audit.close_notice(db, "webhooks", f"store {store_id}")
        else:
            more = f" And {len(sentences) - 1} more." if len(sentences) > 1 else ""
            sentence = f"{store.name}: {sentences[0]}{more} Its page has a button that sets them right."
            audit.raise_notice(
                db,
                "webhooks",
                f"store {store_id}",
                sentence,
                f"/stores/{store_id}/connection",
                store_id=store_id,
            )
    return sentences
