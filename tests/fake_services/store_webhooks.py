"""The store's outgoing webhooks: queued when something happens, built when delivered, tried once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fake_services.store_answers import dump
from tests.fake_services.store_model import Webhook
from tests.fake_services.store_payload import order_payload
from tests.fake_services.store_post import Posted, is_refused_address, post, post_ping
from tests.fake_services.store_product_payload import product_payload
from tests.fake_services.store_state import StoreState

FAILURES_BORNE = 5  # WooCommerce's own constant; with the counting below the seventh failure disables


@dataclass(frozen=True)
class Delivery:
    """One delivery and what became of it; `status` is None when nobody answered."""

    webhook_id: int
    topic: str
    resource_id: int
    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status <= 302


class Courier:
    def __init__(
        self,
        state: StoreState,
        *,
        needs_traffic: bool,
        cron_every_s: float,
        checks_addresses: bool,
        timeout_s: float,
    ) -> None:
        self._state = state
        self.needs_traffic = needs_traffic
        self.cron_every_s = cron_every_s
        self.checks_addresses = checks_addresses
        self.owner_lost_rights = False
        self.timeout_s = timeout_s
        self.tls: ssl.SSLContext | None = None
        self.changed = threading.Condition(state.lock)
        self._queue: dict[tuple[int, int], int] = {}  # (webhook, resource) -> when queued, oldest first
        self._sequence = 0
        self._seen_by_traffic = 0
        self._ran_at = float("-inf")
        self._one_at_a_time = threading.Lock()
        self._under_way = 0
        state.emit = self.emit
        state.ping = self.ping

    # Queueing. The store's lock is held by whoever changes something.

    def emit(self, topic: str, resource_id: int) -> None:
        """Queue it for every active webhook of the topic, unless it waits there already."""
        for hook in self._state.webhooks.values():
            if hook.topic == topic and hook.status == "active" and (hook.id, resource_id) not in self._queue:
                self._sequence += 1
                self._queue[hook.id, resource_id] = self._sequence
                self.changed.notify_all()

    def traffic(self) -> None:
        """Somebody asked the site for something: what is queued so far becomes due, where cron's time has
        come."""
        with self._state.lock:
            if time.monotonic() - self._ran_at < self.cron_every_s:
                return
            self._ran_at = time.monotonic()
            self._seen_by_traffic = self._sequence
            self.changed.notify_all()

    def has_due(self) -> bool:
        oldest = next(iter(self._queue.values()), None)
        return oldest is not None and (not self.needs_traffic or oldest <= self._seen_by_traffic)

    def count_waiting(self) -> int:
        with self._state.lock:
            return len(self._queue) + self._under_way

    # Building.

    def take(self) -> Delivery | None:
        """The next due delivery, built as of now, off the queue; None when nothing is due."""
        with self._state.lock:
            while self.has_due():
                hook_id, resource_id = next(iter(self._queue))
                del self._queue[hook_id, resource_id]
                hook = self._state.webhooks.get(hook_id)
                if hook is not None:
                    self._under_way += 1
                    return self._build(hook, resource_id)
            return None

    def taken(self) -> None:
        with self._state.lock:
            self._under_way -= 1
            self.changed.notify_all()

    def _build(self, hook: Webhook, resource_id: int) -> Delivery:
        body = dump(self._content(hook, resource_id))
        # WordPress keeps the secret as HTML text and signs with what that text means.
        secret = html.unescape(hook.secret).encode()
        signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
        second = int(self._state.now().timestamp())
        headers = {
            "Host": urlsplit(hook.delivery_url).netloc,
            "User-Agent": self.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "deflate, gzip, br, zstd",
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self._state.url}/",
            "X-WC-Webhook-Topic": hook.topic,
            "X-WC-Webhook-Resource": hook.resource,
            "X-WC-Webhook-Event": hook.event,
            "X-WC-Webhook-Signature": signature,
            "X-WC-Webhook-ID": str(hook.id),
            # Webhook and second, nothing else: not unique.
            "X-WC-Webhook-Delivery-ID": hashlib.md5(
                f"{hook.id}{second}".encode(), usedforsecurity=False
            ).hexdigest(),
            "Connection": "close",
            "Content-Length": str(len(body)),
        }
        return Delivery(hook.id, hook.topic, resource_id, hook.delivery_url, headers, body)

    @property
    def user_agent(self) -> str:
        return f"WooCommerce/{self._state.version} Hookshot (WordPress/{self._state.wp_version})"

    def _content(self, hook: Webhook, resource_id: int) -> Any:
        if self.owner_lost_rights:
            return _error("woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.", 403)
        if hook.event == "deleted":
            return {"id": resource_id}
        if hook.resource == "order":
            order = self._state.orders.get(resource_id)
            if order is None:
                return _error("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
            return order_payload(self._state, order)
        product = self._state.products.get(resource_id)
        if product is None:
            return _error("woocommerce_rest_product_invalid_id", "Invalid ID.", 404)
        return product_payload(self._state, product)

    # Delivering. The lock is not held while waiting for the receiver, who may ask the store something.

    def deliver(self, limit: int) -> list[Delivery]:
        """Deliver what is due, oldest first, also what comes in meanwhile; at most `limit`."""
        done: list[Delivery] = []
        with self._one_at_a_time:
            while len(done) < limit:
                delivery = self.take()
                if delivery is None:
                    break
                try:
                    done.append(self._send(delivery))
                finally:
                    self.taken()
        return done

    def _send(self, delivery: Delivery) -> Delivery:
        if self.checks_addresses and is_refused_address(delivery.url):
            posted = Posted(None, "A valid URL was not provided.")
        else:
            posted = post(
                delivery.url, delivery.headers, delivery.body, timeout_s=self.timeout_s, tls=self.tls
            )
        done = Delivery(
            delivery.webhook_id,
            delivery.topic,
            delivery.resource_id,
            delivery.url,
            delivery.headers,
            delivery.body,
            posted.status,
            posted.error,
        )
        hook = self._log(done)
        if hook is not None and hook.pending_ping:
            self.ping(hook)
        return done

    def _log(self, done: Delivery) -> Webhook | None:
        with self._state.lock:
            hook = self._state.webhooks.get(done.webhook_id)
            if hook is None:
                return None
            if done.is_success:
                hook.failure_count = 0
            elif hook.failure_count > FAILURES_BORNE:
                hook.status = "disabled"
                hook.modified_at = self._state.now()
            else:
                hook.failure_count += 1
            return hook

    def ping(self, hook: Webhook) -> Posted:
        """Anything but exactly 200 leaves the ping pending: it is sent again after every delivery."""
        if self.checks_addresses and is_refused_address(hook.delivery_url):
            return Posted(None, "A valid URL was not provided.")
        posted = post_ping(hook.delivery_url, self.user_agent, hook.id, self.tls)
        if posted.status == 200:
            with self._state.lock:
                hook.pending_ping = False
                hook.modified_at = self._state.now()
        return posted


def _error(code: str, message: str, status: int) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {"status": status}}
