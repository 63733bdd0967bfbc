"""A fake WooCommerce store over real HTTP: the front that tests, benchmarks and the demo use.

Measured behaviour only; what a real store did is in tests/data/woocommerce. Run it by itself with
`python -m tests.fake_services.woocommerce --port 8201`.
"""

from __future__ import annotations

import json
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from tests.fake_services import store_rest, store_tls
from tests.fake_services.faults import Dropped, Faults
from tests.fake_services.store_answers import Answer, Request
from tests.fake_services.store_auth import Authenticator
from tests.fake_services.store_calls import Call, CallLog
from tests.fake_services.store_model import ApiKey
from tests.fake_services.store_sender import Sender
from tests.fake_services.store_server import StoreServer
from tests.fake_services.store_state import StockRules, StoreState
from tests.fake_services.store_webhooks import Courier

CRITICAL = {
    "code": "internal_server_error",
    "message": "<p>There has been a critical error on this website.</p>",
    "data": {"status": 500},
}
Hook = Callable[[str, str], object]


class FakeStore(Sender):
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
        wp_cron_every_s: float = 0,
        checks_addresses: bool = False,
        delivery_timeout_s: float = 60,
        keep_calls: bool = True,
    ) -> None:
        state = StoreState(
            name=name,
            tz=tz,
            currency=currency,
            rules=rules,
            clock=clock,
            first_id=first_id,
            id_gaps=id_gaps,
            extra_statuses=extra_statuses,
        )
        courier = Courier(
            state,
            needs_traffic=wp_cron_needs_traffic,
            cron_every_s=wp_cron_every_s,
            checks_addresses=checks_addresses,
            timeout_s=delivery_timeout_s,
        )
        super().__init__(state, courier, webhook_secret)
        self.name = name
        self.is_https = https
        self.strip_authorization = strip_authorization
        self.calls = CallLog(keep_calls)
        # Called with method and path with query: before anything is done; after it, before the client hears.
        self.before_request: Hook | None = None
        self.after_request: Hook | None = None
        self.crashes: list[Exception] = []  # of the fake or of a hook: answered with 500, raised by stop()
        self._port = port
        self._auto_deliver = auto_deliver
        self._server: StoreServer | None = None
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
            self.deliver_by_itself()
        return self

    def stop(self) -> None:
        self._stopping.set()
        if self._server is not None:
            self._server.refuse()
        self._dismiss_postman()
        if self.crashes:
            raise self.crashes[0]

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
            key = ApiKey(f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}", permissions)
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
            return self.faults.passing(request, answer)
        except Dropped:
            raise
        except Exception as error:  # so that no mistake in the fake passes for a fault of the store
            self.crashes.append(error)
            status = 500
            return Answer(500, CRITICAL)
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
    from tests.fake_services.store_demo import main

    sys.exit(main())
