"""A fake WooCommerce store over real HTTP: the front that tests, benchmarks and the demo use.

Measured behaviour only; what a real store did is in tests/data/woocommerce. Run it by itself with
`python -m tests.fakes.woocommerce --port 8201`.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from tests.fakes import store_rest, store_tls, store_webhooks_rest
from tests.fakes.faults import Dropped, Faults
from tests.fakes.store_answers import Answer, Request
from tests.fakes.store_auth import Authenticator
from tests.fakes.store_calls import Call, CallLog
from tests.fakes.store_model import ApiKey, Webhook
from tests.fakes.store_post import post
from tests.fakes.store_server import StoreServer
from tests.fakes.store_shop import Shop
from tests.fakes.store_state import StockRules, StoreState
from tests.fakes.store_webhooks import Courier, Delivery

ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
Hook = Callable[[str, str], object]


class FakeStore(Shop):
    def __init__(
        self,
        name: str = "store",
        *,
        https: bool = False,
        tz: str = "Europe/Berlin",
        currency: str = "GBP",
        webhook_secret: str = "woo-hook-secret-1",
        rules: StockRules = "new",
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
        first_id: int = 10,
        id_gaps: bool = True,
        extra_statuses: tuple[str, ...] = (),
        strip_authorization: bool = False,
        auto_deliver: bool = False,
        wp_cron_needs_traffic: bool = False,
        checks_addresses: bool = False,
        delivery_timeout_s: float = 60,
        keep_calls: bool = True,
    ) -> None:
        super().__init__(
            StoreState(
                name=name,
                tz=tz,
                currency=currency,
                rules=rules,
                clock=clock,
                first_id=first_id,
                id_gaps=id_gaps,
                extra_statuses=extra_statuses,
            )
        )
        self.name = name
        self.webhook_secret = webhook_secret
        self.is_https = https
        self.strip_authorization = strip_authorization
        self.calls = CallLog(keep_calls)
        self.before_request: Hook | None = (
            None  # (method, path with query), before anything is read or written
        )
        self.after_request: Hook | None = None  # the same, after it was applied and before the client hears
        self.courier = Courier(
            self.state,
            needs_traffic=wp_cron_needs_traffic,
            checks_addresses=checks_addresses,
            timeout_s=delivery_timeout_s,
        )
        self._port = port
        self._auto_deliver = auto_deliver
        self._stopping = threading.Event()
        self._server: StoreServer | None = None
        self._postman: threading.Thread | None = None
        self.faults = _SwitchedFaults(self, self._stopping)
        self._add_keys()

    def _add_keys(self) -> None:
        own = self.new_key("read_write")
        self.key, self.secret = own.key, own.secret
        self.read_only_key = self.new_key("read")
        self.write_only_key = self.new_key("write")
        self.wrong_secret_key = ApiKey(own.key, "cs_" + "0" * 40, "read_write")
        self.deleted_user_key = ApiKey("ck_" + "0" * 40, "cs_" + "0" * 40, "read_write")

    # Coming and going

    def start(self) -> Self:
        tls = store_tls.server_context() if self.is_https else None
        self._server = StoreServer(self._serve, port=self._port, tls=tls)
        self.state.url = f"{'https' if self.is_https else 'http'}://127.0.0.1:{self._server.port}"
        if self._auto_deliver:
            self._postman = threading.Thread(target=self._keep_delivering, daemon=True)
            self._postman.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        with self.state.lock:
            self.courier.changed.notify_all()
        if self._server is not None:
            self._server.refuse()
        if self._postman is not None:
            self._postman.join(5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The store's address, without a slash at its end. Known once it runs."""
        return self.state.url

    @property
    def ca_bundle(self) -> str | None:
        """What a client has to trust; None over plain http."""
        return str(store_tls.ca_bundle()) if self.is_https else None

    # Keys, clock, mail

    def new_key(self, permissions: str = "read_write") -> ApiKey:
        with self.state.lock:
            digits = f"{self.state.random.getrandbits(320):080x}"
            key = ApiKey(f"ck_{digits[:40]}", f"cs_{digits[40:]}", permissions)
            self.state.keys[key.key] = key
            return key

    def revoke_key(self, key: str) -> None:
        with self.state.lock:
            self.state.keys.pop(key, None)

    def shift_clock(self, seconds: float) -> None:
        self.state.shift_clock(seconds)

    def set_clock(self, at: datetime | None) -> None:
        self.state.set_clock(at)

    def mail_count(self, kind: str | None = None, order_id: int | None = None) -> int:
        """Mails to customers: "note", or the status that caused one."""
        with self.state.lock:
            return sum(1 for k, o in self.state.mails if kind in (None, k) and order_id in (None, o))

    # Webhooks

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

    # Answering

    def take_down(self) -> None:
        if self._server is not None:
            self._server.refuse()

    def bring_up(self) -> None:
        if self._server is not None and not self._stopping.is_set():
            self._server.listen()

    def _serve(self, request: Request) -> Answer:
        self.courier.traffic()
        asked = f"{request.path}?{request.raw_query}" if request.raw_query else request.path
        auth = Authenticator(
            self.state,
            is_https=self.is_https,
            strip_authorization=self.strip_authorization,
            revoked=self.faults.keys_revoked and self.faults.applies(request),
        )
        method, status = request.method, 0
        try:
            if self.before_request is not None:
                self.before_request(method, asked)
            answer = self.faults.before(request) or self._apply(auth, request)
            if self.after_request is not None:
                self.after_request(method, asked)
            self.faults.after(request)
            status = answer.status
            return answer
        finally:
            body: Any = request.params or _parsed(request.raw)
            self.calls.add(Call(method, request.path, request.query, auth.kind, body, status))

    def _apply(self, auth: Authenticator, request: Request) -> Answer:
        if not request.path.startswith("/wp-json"):
            return Answer(200, b"<!DOCTYPE html><title>A shop</title>", {}, "text/html; charset=UTF-8")
        if request.path.rstrip("/") == "/wp-json":
            return Answer(200, {"name": self.name, "url": self.url, "namespaces": ["wp/v2", "wc/v3"]})
        with self.state.lock:
            answer = store_rest.handle(self.state, auth, request)
        if answer.before_sending is not None:
            answer.before_sending()
        return answer


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


class _SwitchedFaults(Faults):
    """Faults whose `down` really closes the store's door."""

    def __init__(self, store: FakeStore, stopping: threading.Event) -> None:
        self._store = store
        super().__init__(wait=stopping.wait)

    def __setattr__(self, name: str, value: Any) -> None:
        was_down = getattr(self, "down", False)
        super().__setattr__(name, value)
        if name == "down" and bool(value) != was_down:
            (self._store.take_down if value else self._store.bring_up)()


__all__ = ["Dropped", "FakeStore"]

if __name__ == "__main__":
    from tests.fakes.store_demo import main

    sys.exit(main())
