"""What the client says of a store in every state it can be in, over real HTTP(S) to the fake store."""

import gzip
import logging
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fake_services.store_model import ApiKey
from tests.fake_services.woocommerce import FakeStore
from writer.lib import clock
from writer.stores.woocommerce import Client, Site, checks, problems, routes
from writer.stores.woocommerce import client as client_module
from writer.stores.woocommerce.auth import CALLS_AT_ONCE, turn


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READ_AGAIN_AFTER_S", (0.01, 0.01))


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore() as store:
        store.add_product("X", 10)
        yield store


@pytest.fixture
def secure() -> Iterator[FakeStore]:
    with FakeStore(https=True) as store:
        store.add_product("X", 10)
        yield store


def site(store: FakeStore, key: ApiKey | None = None, **changes: Any) -> Site:
    own = key or ApiKey(store.key, store.secret, "read_write")
    settings = {"ca_bundle": store.ca_bundle, "timeout_s": 5, **changes}
    return Site(store.url, own.key, own.secret, **settings)


def ask(store: FakeStore, **changes: Any) -> Client:
    return Client(site(store, **changes))


# How the keys are sent


def test_plain_http_is_signed_with_oauth(store: FakeStore) -> None:
    with ask(store) as client:
        client.webhooks()

        assert client.auth == "oauth"
    assert [call.auth for call in store.calls] == ["oauth"]


def test_query_of_a_signed_request_survives_signing(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    with ask(store) as client:
        pages = list(client.orders_pages(clock.now() - timedelta(days=1)))

    assert [found["id"] for page in pages for found in page] == [order.id]


def test_https_sends_the_keys_in_the_header(secure: FakeStore) -> None:
    with ask(secure) as client:
        client.webhooks()

        assert client.auth == "basic"
    assert [call.auth for call in secure.calls] == ["basic"]


def test_p20_stripped_header_is_found_out_once_and_remembered(secure: FakeStore) -> None:
    secure.strip_authorization = True

    with ask(secure) as client:
        client.webhooks()
        client.webhooks()

        assert client.auth == "query"
    assert [call.auth for call in secure.calls] == ["none", "query", "query"]


def test_remembered_way_is_used_from_the_first_call(secure: FakeStore) -> None:
    with ask(secure, auth="query") as client:
        client.webhooks()

    assert [call.auth for call in secure.calls] == ["query"]


def test_write_can_be_the_first_call_of_all(secure: FakeStore) -> None:
    secure.strip_authorization = True
    item = {"id": secure.product("X").id, "manage_stock": True, "stock_quantity": 4}

    with ask(secure) as client:
        client.write_products([item])

    assert secure.stock("X") == 4


def test_keys_in_the_address_reach_no_log_and_no_sentence(
    secure: FakeStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secure.faults.drop_before = 3

    with ask(secure, auth="query") as client:
        with pytest.raises(problems.StoreUnreachable) as caught:
            client.webhooks()
        client.webhooks()

    assert secure.secret not in caplog.text + str(caught.value) + repr(client.site)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


# What is refused


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize(
    ("key", "words"),
    [("deleted_user_key", "consumer key|Consumer key"), ("wrong_secret_key", "[Ss]ecret|signature")],
)
def test_wrong_keys_are_said_to_be_wrong(https: bool, key: str, words: str) -> None:
    with (
        FakeStore(https=https) as store,
        ask(store, key=getattr(store, key)) as client,
        pytest.raises(problems.KeysRefused, match=words),
    ):
        client.webhooks()


def test_wrong_secret_is_not_tried_another_way(secure: FakeStore) -> None:
    with ask(secure, key=secure.wrong_secret_key) as client, pytest.raises(problems.KeysRefused):
        client.webhooks()

    assert len(secure.calls) == 1


def test_read_only_key_may_read_and_is_named_when_it_writes(secure: FakeStore) -> None:
    with ask(secure, key=secure.read_only_key) as client:
        client.webhooks()
        with pytest.raises(problems.KeysReadOnly, match="Read/Write"):
            client.write_products([{"id": 1, "stock_quantity": 1}])


def test_write_only_key_is_named(secure: FakeStore) -> None:
    with (
        ask(secure, key=secure.write_only_key) as client,
        pytest.raises(problems.KeysRefused, match="may only write"),
    ):
        client.webhooks()


def test_revoked_keys_are_refused_and_not_called_read_only(secure: FakeStore) -> None:
    with ask(secure) as client:
        client.webhooks()
        secure.faults.keys_revoked = True
        with pytest.raises(problems.KeysRefused) as caught:
            client.write_products([{"id": 1, "stock_quantity": 1}])

    assert not isinstance(caught.value, problems.KeysReadOnly)


@pytest.mark.parametrize(
    ("fault", "value", "expected", "words", "is_permanent"),
    [
        ("maintenance", True, problems.StoreBusy, "maintenance", False),
        ("rate_limited_s", 120, problems.StoreBusy, "slow down", False),
        ("firewall_page", True, problems.BlockedByFirewall, "bot check", False),
        ("firewall_block", True, problems.BlockedByFirewall, "in front of WooCommerce", False),
        ("redirect_to", "https://elsewhere.example", problems.StoreMoved, "https://elsewhere.example", True),
        ("deactivated", True, problems.NotWooCommerce, "switched off", True),
        ("broken", True, problems.StoreBroken, "Error establishing a database connection", False),
        ("down", True, problems.StoreUnreachable, "refused or cut", False),
    ],
)
def test_store_in_trouble_is_named(
    store: FakeStore,
    fault: str,
    value: Any,
    expected: type[problems.StoreError],
    words: str,
    is_permanent: bool,
) -> None:
    setattr(store.faults, fault, value)

    with ask(store) as client, pytest.raises(problems.StoreError, match=words) as caught:
        client.webhooks()

    assert type(caught.value) in (expected, client_module._Lost)
    assert caught.value.permanent is is_permanent


@pytest.mark.parametrize(
    ("fault", "value", "seconds"), [("maintenance", True, 600), ("rate_limited_s", 7, 7)]
)
def test_retry_after_is_told_and_not_slept(store: FakeStore, fault: str, value: Any, seconds: int) -> None:
    setattr(store.faults, fault, value)

    with ask(store) as client, pytest.raises(problems.StoreBusy) as caught:
        client.webhooks()

    assert caught.value.retry_after_s == seconds
    assert len(store.calls) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("0", 0), ("99999999999", 86400), ("", None), ("soon", None), ("-5", None), ("1.5", None)],
)
def test_retry_after_in_seconds(text: str, seconds: int | None) -> None:
    assert checks.retry_after_s(text) == seconds


def test_retry_after_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now().replace(year=2026, month=11, day=20, hour=10, minute=0, second=0, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: now)

    assert checks.retry_after_s("Fri, 20 Nov 2026 10:02:00 GMT") == 120
    assert checks.retry_after_s("Fri, 20 Nov 2026 09:00:00 GMT") == 0


def test_d14_redirect_is_not_followed(store: FakeStore) -> None:
    with FakeStore() as other:
        store.faults.redirect_to = other.url

        with ask(store) as client, pytest.raises(problems.StoreMoved):
            client.webhooks()

        assert len(other.calls) == 0


def test_unknown_certificate_is_refused(secure: FakeStore) -> None:
    with (
        ask(secure, ca_bundle=None) as client,
        pytest.raises(problems.CertificateRefused, match="certificate"),
    ):
        client.webhooks()

    assert len(secure.calls) == 0


def test_missing_certificate_file_is_named(secure: FakeStore) -> None:
    with (
        ask(secure, ca_bundle="/nowhere/ca.pem") as client,
        pytest.raises(problems.CertificateRefused, match="file"),
    ):
        client.webhooks()


@pytest.mark.parametrize(
    "address",
    ["http://", "http://no-such-host.invalid", "http://a..b", "http://[::1", "ftp://x", "http://x:99999"],
)
def test_address_that_cannot_be_asked_is_a_store_error(address: str) -> None:
    with (
        Client(Site(address, "ck_1", "cs_1", timeout_s=5)) as client,
        pytest.raises(problems.StoreUnreachable),
    ):
        client.webhooks()


# When no answer comes


def test_lost_read_is_asked_again(store: FakeStore) -> None:
    store.faults.drop_before = 2

    with ask(store) as client:
        assert client.webhooks() == []

    assert [call.status for call in store.calls] == [0, 0, 200]


def test_lost_read_is_given_up_after_three_tries(store: FakeStore) -> None:
    store.faults.drop_before = 9

    with ask(store) as client, pytest.raises(problems.StoreUnreachable):
        client.webhooks()

    assert len(store.calls) == 3


def test_lost_write_is_sent_once(store: FakeStore) -> None:
    store.faults.drop_after_write = 1
    item = {"id": store.product("X").id, "manage_stock": True, "stock_quantity": 4}

    with ask(store) as client, pytest.raises(problems.StoreUnreachable):
        client.write_products([item])

    assert store.calls.writes() == [(item["id"], 4)]
    assert store.stock("X") == 4


def test_silence_ends_at_the_timeout_and_is_not_asked_again(store: FakeStore) -> None:
    store.faults.hang_s = 30

    with ask(store, timeout_s=0.3) as client, pytest.raises(problems.StoreUnreachable, match=r"0\.3 seconds"):
        client.webhooks()

    assert store.faults._asked == 1


# What is not an answer of WooCommerce's, from a server that says anything


@pytest.fixture
def saying() -> Iterator[Callable[[bytes], Site]]:
    """Serve these bytes to whoever asks, and return the site."""
    listeners: list[socket.socket] = []

    def serve(listener: socket.socket, answer: bytes) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    def start(answer: bytes) -> Site:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
        return Site(f"http://127.0.0.1:{listener.getsockname()[1]}", "ck_1", "cs_1", timeout_s=2)

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def http(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (http("200 OK", b"oops", JSON), problems.BadAnswer),
        (http("200 OK", b"", JSON), problems.BadAnswer),
        (http("200 OK", b"{}", JSON), problems.BadAnswer),
        (http("200 OK", b"[" * 100_000, JSON), problems.BadAnswer),
        (http("200 OK", b"\xff\xfe", JSON), problems.BadAnswer),
        (http("200 OK", b"<b>Notice</b> []", JSON), problems.BadAnswer),
        (http("302 Found", b"", "Location: /login"), problems.StoreMoved),
        (http("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="x"'), problems.BlockedByFirewall),
        (http("401 Unauthorized", b'{"code":"rest_cannot_access"}', JSON), problems.BlockedByFirewall),
        (http("403 Forbidden", b'{"code":"woocommerce_rest_cannot_view"}', JSON), problems.KeysRefused),
        (http("404 Not Found", b"<html>", HTML), problems.NotWooCommerce),
        (http("404 Not Found", b'{"code":"woocommerce_rest_x_invalid_id"}', JSON), problems.NotThere),
        (http("400 Bad Request", b'{"code":"woocommerce_rest_x_invalid_id"}', JSON), problems.NotThere),
        (http("400 Bad Request", b'{"code":"rest_invalid_param"}', JSON), problems.RequestRefused),
        (http("413 Too Large", b'{"code":"x"}', JSON), problems.RequestRefused),
        (http("405 Not Allowed", b"<html>", HTML), problems.BlockedByFirewall),
        (http("503 Unavailable", b"<html>", HTML), problems.StoreBusy),
        (http("500 Error", b'["x"]', JSON), problems.StoreBroken),
        (http("502 Bad Gateway", b"", HTML), problems.StoreBroken),
        (http("600 What", b"", HTML), problems.StoreBroken),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[]", problems.StoreUnreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]", problems.StoreError),
        (b"SSH-2.0-OpenSSH\r\n", problems.StoreUnreachable),
        (b"", problems.StoreUnreachable),
    ],
)
def test_every_answer_is_a_result_or_a_store_error(
    saying: Callable[[bytes], Site], answer: bytes, expected: type[problems.StoreError]
) -> None:
    with Client(saying(answer)) as client, pytest.raises(expected) as caught:
        client.webhooks()

    assert caught.value.sentence.endswith((".", "”"))


NOTICE = b"<br />\n<b>Warning</b>:  Undefined array key 1 in <b>/srv/www/x.php</b> on line <b>12</b><br />\n"


@pytest.mark.parametrize(
    "body",
    [
        NOTICE + b"[]",
        NOTICE * 3 + b"[]",
        b"[]" + NOTICE,
        b"PHP Deprecated:  Function a() is deprecated in x.php on line 3\n[]",
        NOTICE.replace(b"key 1", b'[0] of {"a": 1}') + b"[]",
    ],
)
@pytest.mark.parametrize("kind", [JSON, HTML])
def test_data_behind_a_notice_of_php_is_used_where_it_is_whole(
    saying: Callable[[bytes], Site], body: bytes, kind: str
) -> None:
    with Client(saying(http("200 OK", body, kind))) as client:
        assert client.webhooks() == []


def test_an_error_behind_a_notice_is_read_too(saying: Callable[[bytes], Site]) -> None:
    body = NOTICE + b'{"code": "woocommerce_rest_cannot_view", "message": "Sorry"}'

    with Client(saying(http("401 No", body, HTML))) as client, pytest.raises(problems.KeysRefused):
        client.webhooks()


HOME = b'<!DOCTYPE html><html><head><title>My shop</title><link rel="https://api.w.org/"></head></html>'
INSTEAD_OF_JSON = {
    "notice": (http("200 OK", NOTICE + b'[{"id": 1', JSON), problems.BadAnswer, "Undefined array key 1"),
    "bot check": (
        http("200 OK", b"<html><title>Just a moment...</title></html>", HTML),
        problems.BlockedByFirewall,
        "bot check",
    ),
    "challenge": (
        http("200 OK", b"<html><body></body></html>", HTML, "CF-Mitigated: challenge"),
        problems.BlockedByFirewall,
        "bot check",
    ),
    "maintenance": (
        http("200 OK", b"<html><title>Maintenance mode</title></html>", HTML),
        problems.StoreBusy,
        "maintenance page",
    ),
    "plain permalinks": (
        http("200 OK", b"<html></html>", HTML, 'Link: <https://x/?rest_route=/>; rel="https://api.w.org/"'),
        problems.NotWooCommerce,
        "Permalinks must not be",
    ),
    "home page": (http("200 OK", HOME, HTML), problems.NotWooCommerce, "Permalinks must not be"),
    "home page with a captcha": (
        http("200 OK", HOME.replace(b"</head>", b'<script src="/recaptcha.js"></script></head>'), HTML),
        problems.NotWooCommerce,
        "Permalinks must not be",
    ),
    "another page": (
        http("200 OK", b"<html><title>Welcome to nginx!</title></html>", HTML),
        problems.BadAnswer,
        "Welcome to nginx!",
    ),
    "http to a port for https": (
        http("400 Bad", b"<html>The plain HTTP request was sent to HTTPS port</html>", HTML),
        problems.StoreMoved,
        "begin the address with https://",
    ),
    "too old": (
        http("400 Bad", b'{"code":"rest_invalid_param","message":"Invalid parameter(s): orderby"}', JSON),
        problems.NotWooCommerce,
        "older than 5.8",
    ),
    "unknown key over http": (
        http(
            "401 No",
            b'{"code":"woocommerce_rest_authentication_error","message":"Consumer key is invalid."}',
            JSON,
        ),
        problems.KeysRefused,
        "does not know this consumer key",
    ),
}


@pytest.mark.parametrize("case", INSTEAD_OF_JSON)
def test_what_answers_instead_of_woocommerce_is_named(saying: Callable[[bytes], Site], case: str) -> None:
    answer, expected, words = INSTEAD_OF_JSON[case]

    with Client(saying(answer)) as client, pytest.raises(expected, match=re.escape(words)):
        client.webhooks()


def test_https_asked_at_a_port_for_http_is_named(store: FakeStore) -> None:
    site = Site(store.url.replace("http://", "https://"), store.key, store.secret)

    with Client(site) as client, pytest.raises(problems.StoreMoved, match="begin it with http://"):
        client.webhooks()


def test_byte_order_mark_before_the_answer_is_forgiven(saying: Callable[[bytes], Site]) -> None:
    with Client(saying(http("200 OK", b"\xef\xbb\xbf[]", JSON))) as client:
        assert client.webhooks() == []


def test_http_store_that_moved_to_https_is_told_so(saying: Callable[[bytes], Site]) -> None:
    answer = http("301 Moved", b"", "Location: https://127.0.0.1/wp-json/wc/v3/webhooks?x=1")

    with Client(saying(answer)) as client, pytest.raises(problems.StoreMoved, match="to https://"):
        client.webhooks()


def test_answer_without_end_is_cut_off(
    saying: Callable[[bytes], Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LARGEST_ANSWER", 1000)

    with (
        Client(saying(http("200 OK", b" " * 2000, JSON))) as client,
        pytest.raises(problems.BadAnswer, match="larger"),
    ):
        client.webhooks()


@pytest.mark.parametrize("encodings", [1, 2])
def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut_off(
    saying: Callable[[bytes], Site], encodings: int
) -> None:
    body = b" " * 100_000_000
    for _ in range(encodings):
        body = gzip.compress(body, 1)
    encoded = http("200 OK", body, JSON, f"Content-Encoding: {', '.join(['gzip'] * encodings)}")
    site = replace(saying(encoded), timeout_s=30)
    tracemalloc.start()

    with Client(site) as client, pytest.raises(problems.BadAnswer, match="larger"):
        client.webhooks()

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 80_000_000


@pytest.mark.parametrize(
    "header",
    [
        "Age: 3600",
        "X-Cache: HIT",
        "CF-Cache-Status: HIT",
        "X-LiteSpeed-Cache: hit,private",
        "X-Cache: Hit from edge",
    ],
)
def test_an_answer_that_a_cache_kept_is_not_believed(saying: Callable[[bytes], Site], header: str) -> None:
    with (
        Client(saying(http("200 OK", b"[]", JSON, header))) as client,
        pytest.raises(problems.CachedAnswer, match=re.escape(header.split(":")[0].lower()) + "|Age"),
    ):
        client.webhooks()


@pytest.mark.parametrize(
    "header", ["Age: 0", "X-Cache: MISS", "CF-Cache-Status: DYNAMIC", "Cache-Control: hits=1"]
)
def test_an_answer_that_passed_a_cache_is_one_of_now(saying: Callable[[bytes], Site], header: str) -> None:
    with Client(saying(http("200 OK", b"[]", JSON, header))) as client:
        assert client.webhooks() == []


def test_a_kept_word_that_an_order_is_gone_is_not_believed(saying: Callable[[bytes], Site]) -> None:
    body = b'{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID."}'
    site = saying(http("404 Not Found", body, JSON, "X-Cache: HIT"))

    with Client(site) as client, pytest.raises(problems.CachedAnswer):
        client.order(7)


def test_every_read_has_an_address_of_its_own(store: FakeStore) -> None:
    with ask(store) as client:
        client.order(store.place_order([("X", 1)]).id)
        client.orders([1])
        client.orders([1])

    addresses = [call.query["_"] for call in store.calls.find(method="GET")]
    assert len(set(addresses)) == len(addresses) >= 3


# Lists


def test_orders_come_in_pages_oldest_change_first(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    orders = [store.place_order([("X", 1)]).id for _ in range(5)]
    store.shift_clock(10)
    store.touch(orders[0])

    with ask(store) as client:
        pages = list(client.orders_pages(None))

    assert [[order["id"] for order in page] for page in pages] == [orders[1:3], orders[3:5], orders[:1]]


def test_orders_are_asked_for_in_naive_utc(store: FakeStore) -> None:
    moment = clock.now().replace(year=2026, month=11, day=20, hour=10, minute=2, second=12, microsecond=7)

    with ask(store) as client:
        list(client.orders_pages(moment.astimezone()))

    query = store.calls[0].query
    assert (query["modified_after"], query["dates_are_gmt"]) == ("2026-11-20T10:02:12", "true")
    assert (query["orderby"], query["order"], query["status"]) == ("modified", "asc", "any")


def test_failing_page_fails_the_reading(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    for _ in range(5):
        store.place_order([("X", 1)])
    store.faults.fail_pages = {2}

    with ask(store) as client:
        pages = client.orders_pages(None)
        next(pages)
        with pytest.raises(problems.StoreBroken):
            next(pages)


@pytest.mark.parametrize("act", ["touch", "trash"])
def test_d03_order_that_moves_while_pages_are_read_hides_no_other(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    orders = []
    for _ in range(6):
        store.shift_clock(60)
        orders.append(store.place_order([("X", 1)]).id)

    with ask(store) as client:
        pages = client.orders_pages(None)
        seen = {order["id"] for order in next(pages)}
        getattr(store, act)(orders[0])
        seen |= {order["id"] for page in pages for order in page}

    assert seen == set(orders)


def test_all_products_and_variations_are_paged_through(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    store.add_product("Y", 1)
    parent = store.add_variable_product("CASE", {"CASE-RED": 3, "CASE-BLUE": 4, "CASE-GREEN": 5})

    with ask(store) as client:
        products = [product["sku"] for page in client.product_pages() for product in page]
        variations = [found["sku"] for page in client.variation_pages(parent.id) for found in page]

    assert products == ["X", "Y", "CASE"]
    assert variations == ["CASE-RED", "CASE-BLUE", "CASE-GREEN"]


def test_refunds_of_an_order_come_from_all_pages(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    order = store.place_order([("X", 5)])
    for _ in range(3):
        store.refund(order, {"X": 1})

    with ask(store) as client:
        assert len(client.refunds(order.id)) == 3


# Single things and batches


def test_products_are_read_by_id_and_missing_ones_left_out(store: FakeStore) -> None:
    product = store.product("X")

    with ask(store) as client:
        found = client.products([product.id, 999999])

    assert [(item["id"], item["stock_quantity"], item["manage_stock"]) for item in found] == [
        (product.id, 10, True)
    ]


def test_batch_answers_in_order_with_errors_inside(store: FakeStore) -> None:
    product = store.product("X").id

    with ask(store) as client:
        answers = client.write_products(
            [{"id": 999999, "stock_quantity": 1}, {"id": product, "manage_stock": True, "stock_quantity": 3}]
        )

    assert answers[0]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    assert (answers[1]["id"], answers[1]["stock_quantity"]) == (product, 3)


def test_variations_are_read_and_written_below_their_parent(store: FakeStore) -> None:
    parent = store.add_variable_product("CASE", {"CASE-RED": 3})
    red = store.product("CASE-RED").id

    with ask(store) as client:
        client.write_variations(parent.id, [{"id": red, "manage_stock": True, "stock_quantity": 9}])
        found = client.variations(parent.id, [red])

    assert [item["stock_quantity"] for item in found] == [9]


def test_nothing_to_read_or_write_asks_nothing(store: FakeStore) -> None:
    with ask(store) as client:
        assert client.products([]) == []
        assert client.write_products([]) == []

    assert len(store.calls) == 0


def test_order_is_read_changed_and_noted(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    with ask(store) as client:
        client.put_order(order.id, {"status": "completed"})
        client.add_note(order.id, "Sent.", to_customer=True)
        found = client.order(order.id)

    assert found["status"] == "completed"
    assert store.mail_count("note", order.id) == 1


def test_missing_order_is_not_there(store: FakeStore) -> None:
    with ask(store) as client:
        with pytest.raises(problems.NotThere):
            client.order(999999)
        with pytest.raises(problems.NotThere):
            client.put_order(999999, {"status": "completed"})


def test_status_woocommerce_does_not_know_is_refused_with_its_words(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    with ask(store) as client, pytest.raises(problems.RequestRefused, match="status"):
        client.put_order(order.id, {"status": "shipped"})


def test_webhooks_are_made_listed_and_changed(store: FakeStore) -> None:
    with ask(store) as client:
        made = client.create_webhook("order.created", "https://hub.example/hook", "a-secret-of-its-own")
        client.update_webhook(made["id"], {"status": "paused"})
        found = client.webhooks()

    assert [(hook["topic"], hook["status"]) for hook in found] == [("order.created", "paused")]
    assert store.state.webhooks[made["id"]].secret == "a-secret-of-its-own"


def test_store_tells_its_index_to_anybody_and_its_status_to_the_keys(store: FakeStore) -> None:
    with ask(store) as client:
        assert "wc/v3" in client.index()["namespaces"]
        assert client.system_status()["environment"]["home_url"] == store.url

    assert [call.auth for call in store.calls] == ["none", "oauth"]


# One call at a time


@pytest.mark.parametrize(("interval_s", "at_once"), [(0, CALLS_AT_ONCE), (0.001, 1)])
def test_a_store_is_called_a_few_times_at_once_or_once_where_calls_are_spaced(
    store: FakeStore, interval_s: float, at_once: int
) -> None:
    under_way: list[str] = []
    most: list[int] = []

    def begin(method: str, path: str) -> None:
        under_way.append(path)
        most.append(len(under_way))

    def end(method: str, path: str) -> None:
        time.sleep(0.02)
        under_way.pop()

    store.before_request, store.after_request = begin, end

    def work() -> None:
        with ask(store, interval_s=interval_s) as client:
            client.webhooks()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == at_once


def test_interval_between_calls_is_kept(store: FakeStore) -> None:
    with ask(store, interval_s=0.1) as client:
        client.webhooks()
        started = time.monotonic()
        client.webhooks()

    assert time.monotonic() - started >= 0.1


def test_store_whose_turn_never_comes_is_busy(store: FakeStore) -> None:
    with ExitStack() as held, ask(store, timeout_s=0.05) as client:
        for _ in range(CALLS_AT_ONCE):
            held.enter_context(turn(store.url).taken(0, 1))

        with pytest.raises(problems.StoreBusy):
            client.webhooks()


def list_all(store: FakeStore) -> list[str]:
    with ask(store) as client:
        return [product["sku"] for page in client.product_pages() for product in page]


@pytest.fixture
def many(store: FakeStore) -> list[str]:
    """130 products, so that a list of them has two pages."""
    return ["X", *(store.add_product(f"P-{number:03d}", 1).sku for number in range(129))]


@pytest.mark.parametrize(
    "lost", [{"link"}, {"x-wp-total", "x-wp-totalpages"}, {"link", "x-wp-total", "x-wp-totalpages"}]
)
def test_a_list_ends_with_its_last_page_whatever_headers_are_lost(
    store: FakeStore, many: list[str], lost: set[str]
) -> None:
    store.faults.drops_headers = lost

    assert list_all(store) == many


@pytest.mark.parametrize("most", [99, 50, 12, 7, 1])
def test_a_host_that_cannot_list_a_hundred_is_asked_for_fewer(
    store: FakeStore, many: list[str], most: int
) -> None:
    store.faults.most_listed = most

    assert list_all(store) == many


def test_a_host_that_lists_fewer_than_asked_for_is_read_to_its_end(store: FakeStore, many: list[str]) -> None:
    store.faults.most_given = 20

    assert list_all(store) == many


def test_products_asked_for_by_id_are_asked_for_a_few_at_a_time_where_the_host_needs_it(
    store: FakeStore, many: list[str]
) -> None:
    store.faults.most_listed = 10
    ids = [found.id for found in store.state.products.values()][:100]

    with ask(store) as client:
        assert sorted(found["id"] for found in client.products(ids)) == sorted(ids)


def test_a_list_that_holds_less_than_it_says_is_incomplete(
    store: FakeStore, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.faults.most_given = 20
    store.faults.fail_pages = set()
    real = Client.ask

    def third_page_is_empty(client: Client, method: str, path: str, query: Any, body: Any = None) -> Any:
        answer = real(client, method, path, query, body)
        return replace(answer, body=b"[]", headers={}) if query.get("page") == "3" else answer

    monkeypatch.setattr(Client, "ask", third_page_is_empty)

    with pytest.raises(problems.BadAnswer, match="130, and lists 40"):
        list_all(store)


def test_lists_with_gaps_are_read_like_any_list(store: FakeStore, many: list[str]) -> None:
    store.faults.lists_as_objects = True

    assert list_all(store) == many


def test_a_page_cache_that_knows_addresses_has_none_of_ours(store: FakeStore) -> None:
    store.faults.keeps_answers = True
    with ask(store) as client:
        before = list(client.orders_pages(None))
        store.place_order([("X", 1)])
        after = list(client.orders_pages(None))

    assert (sum(map(len, before)), sum(map(len, after))) == (0, 1)
