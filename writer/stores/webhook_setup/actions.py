"""Checks a store's webhooks and repairs them.

WordPress disables a webhook after seven failed deliveries in a row, without a message. Re-activating keeps
the count of failures, so the very next delivery must succeed. Polling imports what was missed.
"""

import secrets as randomness

from sqlalchemy import Connection, select

from writer.db import Database
from writer.db.schema.stores import store_secrets
from writer.people import Notice, audit, notices
from writer.stores import registry
from writer.stores.registry import Keyring, Vault, contact
from writer.stores.webhook_setup import client as address
from writer.stores.webhook_setup.examine import (
    POLL_ONLY,
    TOPICS,
    Hook,
    certain_refusal,
    examine,
    is_left,
    is_same,
)
from writer.stores.woocommerce import Routes


def check(database: Database, vault: Vault, store_id: int, url: str | None) -> list[str]:
    """Check a store's webhooks and store the problems, with a notice; return the sentences.

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
    """Create or update every webhook that the store needs: active, and signed with the store's own secret.

    Nothing is made for an address that would not get them. A set that was made from here for another address
    is removed once the new one is there. Without `secret` the store's present secret is used, or a random one
    if there is none. Returns the remaining problems. Raises Invalid naming `secret`, NotNow, StoreError.
    """
    with database.reading() as db:
        home = registry.get(db, store_id).base_url
    useless = certain_refusal(url, home or "") or address.problem_of(url)
    if useless is not None:
        return _note(database, store_id, [useless], is_well=False)
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
        done += [_remove(client, hook) for hook in hooks if is_left(hook, url)]
        sentences = examine(client.webhooks(), url, client.site.base_url)
    with database.transaction() as db:
        audit.note(db, actor, "store.webhooks", f"store {store_id}", None, {"done": done})
    return _note(database, store_id, sentences, is_well=not sentences)


def current_secret(db: Connection, ring: Keyring, store_id: int) -> str | None:
    """Return the store's own secret without an end of validity, or None."""
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
        client.create_webhook(topic, url, secret)
    return f"{topic} {'renewed' if ours else 'created'}"


def _remove(client: Routes, hook: Hook) -> str:
    client.delete_webhook(int(hook["id"]))
    return f"{hook.get('topic')} to {str(hook.get('delivery_url'))[:200]} removed"


def _note(database: Database, store_id: int, sentences: list[str], is_well: bool) -> list[str]:
    with database.transaction() as db:
        store = registry.get(db, store_id)
        registry.note_webhooks(db, store_id, sentences)
        if is_well:
            notices.close(db, Notice.WEBHOOKS, store_id=store_id)
        else:
            more = f" And {len(sentences) - 1} more." if len(sentences) > 1 else ""
            sentence = f"{store.name}: {sentences[0]}{more} Its page has a button that repairs them."
            notices.open_(db, Notice.WEBHOOKS, sentence, store_id=store_id)
    return sentences
