"""What pages let a store do in the background: its webhooks checked or created, its products read."""

from typing import Any

from flask import current_app, flash
from sqlalchemy import Row

from writer.db import Database, database
from writer.lib.errors import Conflict
from writer.stores import webhook_setup
from writer.stores.listings import refresh
from writer.stores.registry import Jobs, Keyring, Progress, Unwell


def delivery_url() -> str | None:
    """Return where stores deliver to; None: this installation has no public address."""
    return webhook_setup.delivery_url(current_app.config["ONEROM"].public_url)


def create_webhooks(store: Row[Any], actor: str, secret: str | None) -> None:
    """Create or re-activate the store's webhooks. Raises Conflict where nothing can be delivered here."""
    known, ring, url = database(), _ring(), delivery_url()
    if url is None:
        raise Conflict(webhook_setup.POLL_ONLY)

    def work(_on_progress: Progress) -> str:
        return _webhooks_are(webhook_setup.mend(known, ring, actor, store.id, url, secret))

    _begin(store, "Setting up webhooks", work)


def check_webhooks(store: Row[Any]) -> None:
    """Check the store's webhooks now."""
    known, ring, url = database(), _ring(), delivery_url()

    def work(_on_progress: Progress) -> str:
        return _webhooks_are(webhook_setup.check(known, ring.vault, store.id, url))

    _begin(store, "Checking webhooks", work)


def read_products(store: Row[Any]) -> None:
    """Read the store's products and match them."""
    known, ring = database(), _ring()

    def work(on_progress: Progress) -> str:
        return _read(known, ring, store, on_progress)

    _begin(store, "Reading products", work)


def _read(known: Database, ring: Keyring, store: Row[Any], on_progress: Progress) -> str:
    done = refresh(known, ring.vault, store.id, lambda so_far: on_progress(f"{so_far.items} read so far."))
    done.store_name = store.name
    return done.sentence


def _webhooks_are(sentences: list[str]) -> str:
    """Return that all is well; raises Unwell if the check found something."""
    if sentences:
        raise Unwell(
            sentences[0] if len(sentences) == 1 else f"{len(sentences)} things are not right, see below."
        )
    return "All webhooks are in order."


def _begin(store: Row[Any], title: str, work: Any) -> None:
    jobs: Jobs = current_app.extensions["jobs"]
    try:
        jobs.start(store.id, title, work)
    except Conflict as error:
        flash(error.sentence, "warning")


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found
