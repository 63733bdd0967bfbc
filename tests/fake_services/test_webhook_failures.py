"""What the store does about a receiver that fails: it counts, never retries, and gives up at the seventh."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.fake_services.woocommerce import FakeStore


class Receiver:
    """Answers every POST with `status`; keeps what it got as (content type, body)."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.headers["Content-Type"], body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore(https=True) as store:
        store.add_product("FIRE24", 50)
        yield store


def _change(store: FakeStore, times: int) -> None:
    order = store.place_order([("FIRE24", 1)])
    for _ in range(times):
        store.touch(order)
        store.deliver()


@pytest.mark.parametrize(("status", "failures"), [(200, 0), (204, 0), (302, 0), (303, 1), (401, 1), (503, 1)])
def test_success_is_an_answer_from_200_to_302(
    store: FakeStore, receiver: Receiver, status: int, failures: int
) -> None:
    hook = store.add_webhook("order.updated", receiver.url)
    receiver.status = status

    _change(store, 1)

    assert (len(receiver.got), hook.failure_count) == (1, failures)


def test_seventh_failure_in_a_row_disables_and_nothing_is_queued_after(
    store: FakeStore, receiver: Receiver
) -> None:
    hook = store.add_webhook("order.updated", receiver.url)
    receiver.status = 500
    _change(store, 6)
    after_six = hook.status
    _change(store, 3)

    assert (after_six, hook.status, len(receiver.got)) == ("active", "disabled", 7)


def test_reactivated_webhook_is_disabled_by_one_more_failure_and_healed_by_a_success(
    store: FakeStore, receiver: Receiver
) -> None:
    hook = store.add_webhook("order.updated", receiver.url)
    receiver.status = 500
    _change(store, 7)
    hook.status = "active"
    _change(store, 1)
    again = hook.status
    hook.status = "active"
    receiver.status = 200
    _change(store, 1)

    assert (again, hook.status, hook.failure_count) == ("disabled", "active", 0)


def test_nobody_listening_counts_as_a_failure(store: FakeStore) -> None:
    hook = store.add_webhook("order.created", "http://127.0.0.1:9/hook")
    store.place_order([("FIRE24", 1)])

    [failed] = store.deliver()

    assert (failed.status, hook.failure_count, store.deliver()) == (None, 1, [])


def test_ping_not_answered_200_comes_again_after_every_delivery(store: FakeStore, receiver: Receiver) -> None:
    receiver.status = 204
    store.add_webhook("order.updated", receiver.url, ping=True)
    _change(store, 2)
    receiver.status = 200
    _change(store, 2)

    pings = [body for kind, body in receiver.got if kind == "application/x-www-form-urlencoded"]

    assert pings == [b"webhook_id=1"] * 4
    assert len(receiver.got) == 8


def test_private_address_is_refused_when_delivering(receiver: Receiver) -> None:
    with FakeStore(checks_addresses=True) as store:
        store.add_product("FIRE24", 5)
        hook = store.add_webhook("order.updated", receiver.url)
        _change(store, 1)

    assert (receiver.got, hook.failure_count) == ([], 1)


def test_automatic_delivery_needs_no_call(receiver: Receiver) -> None:
    with FakeStore(auto_deliver=True) as store:
        store.add_product("FIRE24", 5)
        store.add_order_webhooks(receiver.url)
        store.place_order([("FIRE24", 1)])

        assert store.wait_until_delivered()

    assert len(receiver.got) == 2
