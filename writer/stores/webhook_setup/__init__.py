"""Webhook setup: checks that each store's webhooks exist, are active and are sent to us, and repairs them."""

from writer.stores.webhook_setup.actions import check, mend
from writer.stores.webhook_setup.examine import PATH, POLL_ONLY, TOPICS, delivery_url
from writer.stores.webhook_setup.queries import last_heard_at

__all__ = ["PATH", "POLL_ONLY", "TOPICS", "check", "delivery_url", "last_heard_at", "mend"]
