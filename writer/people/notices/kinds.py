"""The kinds of notices: what each is about, and the page a person looks at it on."""

from enum import Enum


class Notice(Enum):
    """What a person should look at; `kind` and `subject` identify the notice in the database.

    `subject` and `link` (a path, or None) are filled with the fields that a notice is opened with. A notice
    that `is_closed_by_hand` stays open until a person dismisses it; every other one is closed by the product
    when its cause is gone.
    """

    AIRTABLE = "airtable", "airtable", "/airtable"
    ALERT_NOT_SENT = "not told", "NOTIFY_URL", "/stock?state=low"
    BACKUP = "backup", "backup", None
    DELIVERY_FAILED = "delivery failed", "delivery {delivery_id}", "/webhook-inbox/{delivery_id}"
    DIFFERENCE = "drift", "listing {listing_id}", "/stores/{store_id}/differences#drift-{drift_id}"
    KEYS_REFUSED = "keys refused", "store {store_id}", "/stores/{store_id}/keys"
    LINE_HELD = "line held", "order {order_id} line {line}", "/orders/{order_id}"
    LINE_UNCOUNTED = "line uncounted", "order {order_id} line {line}", "/stores/{store_id}/listings"
    LISTING_STUCK = "listing", "listing {listing_id}", "/stores/{store_id}/stock-sync"
    LOW_STOCK = "low stock", "product {product_id}", "/stock/{product_id}"
    MASS_CHANGE = "mass change", "store {store_id}", "/stores/{store_id}/stock-sync"
    OLD_ANSWER = "old answer", "store {store_id}", "/stores/{store_id}/stock-sync"
    OVERSOLD = "oversold", "product {product_id}", "/stock/{product_id}"
    OVER_REFUNDED = "refunded too much", "order {order_id} line {line}", "/orders/{order_id}"
    REFUND_NEEDS_KEYS = "refund needs keys", "order {order_id}", "/orders/{order_id}", True
    STORE_UNUSABLE = "store unusable", "store {store_id}", "/stores/{store_id}/stock-sync"
    UNKNOWN_SOURCE = "unknown source", "{source}", "/activity?kind=delivery&outcome=held"
    UNMAPPED_STATUS = "unmapped status", "store {store_id} {status}", "/stores/{store_id}"
    WEBHOOK_OWNER = "webhook owner", "store {store_id}", "/stores/{store_id}", True
    WEBHOOK_VERSION = "webhook version", "store {store_id}", "/stores/{store_id}", True
    WEBHOOKS = "webhooks", "store {store_id}", "/stores/{store_id}/connect"
    WORKER_TASK = "worker", "{task}", None

    def __init__(self, kind: str, subject: str, link: str | None, is_closed_by_hand: bool = False) -> None:
        self.kind = kind
        self.subject = subject
        self.link = link
        self.is_closed_by_hand = is_closed_by_hand
