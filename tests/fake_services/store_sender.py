"""The store's webhooks as tests handle them: delivered, or taken away to be posted late, twice or never."""

from __future__ import annotations

import ssl
import threading

from tests.fake_services import store_webhooks_rest
from tests.fake_services.store_model import Webhook
from tests.fake_services.store_post import post
from tests.fake_services.store_shop import Shop
from tests.fake_services.store_state import StoreState
from tests.fake_services.store_webhooks import Courier, Delivery

ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


class Sender(Shop):
    def __init__(self, state: StoreState, courier: Courier, webhook_secret: str) -> None:
        super().__init__(state)
        self.courier = courier
        self.webhook_secret = webhook_secret
        self._stopping = threading.Event()
        self._postman: threading.Thread | None = None

    def deliver_by_itself(self) -> None:
        """Deliver whatever is due from now on, until the store stops."""
        self._postman = threading.Thread(target=self._keep_delivering, daemon=True)
        self._postman.start()

    def _dismiss_postman(self) -> None:
        with self.state.lock:
            self.courier.changed.notify_all()
        if self._postman is not None:
            self._postman.join(5)

    def add_webhook(self, topic: str, url: str, *, secret: str | None = None, ping: bool = False) -> Webhook:
        """A webhook made in wp-admin. Without `ping` it counts as answered already."""
        with self.state.lock:
            chosen = self.webhook_secret if secret is None else secret
            hook = store_webhooks_rest.add(self.state, topic, url, secret=chosen, name=f"rec {topic}")
            hook.pending_ping = ping
        if ping:
            self.courier.ping(hook)
        return hook

    def add_order_webhooks(self, url: str, *, secret: str | None = None) -> list[Webhook]:
        return [self.add_webhook(topic, url, secret=secret) for topic in ORDER_TOPICS]

    def deliver(self, limit: int = 1000) -> list[Delivery]:
        """Post what is due now, one after the other, and say what became of each."""
        return self.courier.deliver(limit)

    def take_deliveries(self) -> list[tuple[dict[str, str], bytes]]:
        """What is due, built now and taken off the queue: to post late, twice, reordered or never."""
        taken = []
        while delivery := self.courier.take():
            self.courier.taken()
            taken.append((delivery.headers, delivery.body))
        return taken

    def post(self, headers: dict[str, str], body: bytes) -> int | None:
        """Post a taken delivery to its webhook's address; the status answered."""
        hook = self.state.webhooks[int(headers["X-WC-Webhook-ID"])]
        url, timeout_s = hook.delivery_url, self.courier.timeout_s
        return post(url, headers, body, timeout_s=timeout_s, tls=self.courier.tls).status

    def visit(self) -> None:
        """Somebody looks at a page: WordPress runs what is due."""
        self.courier.traffic()

    def trust(self, ca_bundle: str) -> None:
        """Deliver to receivers whose certificate this bundle vouches for."""
        self.courier.tls = ssl.create_default_context(cafile=ca_bundle)

    def wait_until_delivered(self, timeout_s: float = 5) -> bool:
        """With `auto_deliver`: wait until nothing is queued or under way."""
        with self.state.lock:
            return self.courier.changed.wait_for(lambda: not self.courier.count_waiting(), timeout_s)

    def _keep_delivering(self) -> None:
        while not self._stopping.is_set():
            with self.state.lock:
                self.courier.changed.wait_for(lambda: self._stopping.is_set() or self.courier.has_due())
            if not self._stopping.is_set():
                self.courier.deliver(1)
