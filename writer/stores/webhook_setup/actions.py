"""The doctor: are a store's webhooks there, active, and sent to us? It says so, and one button mends it.

WordPress disables a webhook after seven failed deliveries in a row and tells nobody; re-activating keeps
its count, so the very next delivery must succeed. Polling covers the time without.
"""

import secrets as randomness

from sqlalchemy import Connection, select

from writer.db import Database
from writer.db.schema.stores import store_secrets
from writer.people import Notice, audit, notices
from writer.stores import registry
from writer.stores.registry import Keyring, Vault, contact
from writer.stores.webhook_setup.examine import POLL_ONLY, TOPICS, Hook, examine, is_same
from writer.stores.woocommerce import Routes


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
            registry.set_secret(db, ring, actor, store_id, secret)
        signed_with = current_secret(db, ring, store_id)
        if signed_with is None:
            signed_with = randomness.token_urlsafe(36)
            registry.set_secret(db, ring, actor, store_id, signed_with)
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


def _mend_topic(client: Routes, hooks: list[Hook], topic: str, url: str, secret: str) -> str:
    ours = [
        hook for hook in hooks if hook.get("topic") == topic and is_same(str(hook.get("delivery_url")), url)
    ]
    for hook in ours:
        client.update_webhook(int(hook["id"]), {"status": "active", "secret": secret})
    if not ours:
        # What is sent to another address is left alone: it may be another program's.
        client.create_webhook(topic, url, secret)
    return f"{topic} {'renewed' if ours else 'created'}"


def _note(database: Database, store_id: int, sentences: list[str], is_well: bool) -> list[str]:
    with database.transaction() as db:
        store = registry.get(db, store_id)
        registry.note_webhooks(db, store_id, sentences)
        if is_well:
            notices.close(db, Notice.WEBHOOKS, store_id=store_id)
        else:
            more = f" And {len(sentences) - 1} more." if len(sentences) > 1 else ""
            sentence = f"{store.name}: {sentences[0]}{more} Its page has a button that sets them right."
            notices.open_(db, Notice.WEBHOOKS, sentence, store_id=store_id)
    return sentences
