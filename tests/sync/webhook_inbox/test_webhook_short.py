"""The short form of orders, from small plugins and scripts: who may send it, and what it comes to."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.connected import add_product
from tests.delivering import deliver, make_line, make_order_body
from tests.makers import WEBHOOK_SECRET
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.notices import notices
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.stock import products
from writer.stores.registry import Keyring, registry
from writer.stores.woocommerce.signing import signature
from writer.sync.webhook_inbox import actions as delivery_actions

PAID = "/webhooks/woocommerce/order_paid"
RETURNED = "/webhooks/woocommerce/refund_or_cancel"
BEARER = {"Authorization": f"Bearer {WEBHOOK_SECRET}"}


def line(qty: Any = 2, line_item_id: Any = 11, sku: Any = "FIRE24") -> dict[str, Any]:
    return {"line_item_id": line_item_id, "sku": sku, "qty": qty}


def short(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The smallest short order: 1001 of the store uk, FIRE24 x 2."""
    return {"site_id": "uk", "order_id": 1001, "line_items": list(lines) or [line()], **changes}


def send(client: FlaskClient, path: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = BEARER if headers is None else headers
    return client.post(path, data=raw, headers=sent, content_type="application/json")


def outcome(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["outcome"])


def sold(db: Database) -> int:
    with db.reading() as connection:
        return sum(connection.execute(select(sales.c.quantity)).scalars())


def on_hand(db: Database) -> int:
    with db.reading() as connection:
        return int(products.get(connection, "FIRE24").on_hand)


@pytest.fixture
def store_id(db: Database) -> int:
    """The store uk; of FIRE24 ten are counted."""
    with db.transaction() as connection:
        row = registry.register(connection, "shop.example", "ada")
        connection.execute(update(stores).values(site_id="uk"))
    add_product(db, "FIRE24", 10)
    return int(row.id)


# Who may send


def test_fields_that_a_plugin_adds_are_ignored(client: FlaskClient, db: Database, store_id: int) -> None:
    body = short({**line(), "colour": "red"}, gift_wrap=True, line_meta=[{"key": "x"}])

    assert outcome(send(client, PAID, body)) == "recorded"


def test_bearer_with_the_shared_secret_is_believed(client: FlaskClient, db: Database, store_id: int) -> None:
    assert outcome(send(client, PAID, short())) == "recorded"

    assert (sold(db), on_hand(db)) == (2, 8)


def test_signature_is_believed(client: FlaskClient, db: Database, store_id: int) -> None:
    raw = json.dumps(short()).encode()
    signed = {"X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, raw)}

    assert outcome(send(client, PAID, raw, signed)) == "recorded"

    assert sold(db) == 2


def test_signature_with_the_secret_of_the_named_store_is_believed(
    client: FlaskClient, db: Database, ring: Keyring, store_id: int
) -> None:
    with db.transaction() as connection:
        registry.set_secret(connection, ring, "ada", store_id, "a-secret-of-its-own")
    raw = json.dumps(short()).encode()

    answer = send(client, PAID, raw, {"X-WC-Webhook-Signature": signature("a-secret-of-its-own", raw)})

    assert outcome(answer) == "recorded"


@pytest.mark.parametrize("path", [PAID, RETURNED])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong-secret-entirely"},
        {"Authorization": f"Basic {WEBHOOK_SECRET}"},
        {"Authorization": WEBHOOK_SECRET},
        {"Authorization": "Bearer é"},
        {"X-WC-Webhook-Signature": "AAAA"},
    ],
)
def test_stranger_is_refused_and_counted_and_changes_nothing(
    client: FlaskClient, db: Database, store_id: int, path: str, headers: dict[str, str]
) -> None:
    answer = send(client, path, short(), headers)

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    with db.reading() as connection:
        assert connection.execute(select(stores.c.rejected_signatures)).scalar_one() == 1
        assert connection.execute(select(deliveries)).all() == []


def test_api_token_is_no_webhook_secret(api: FlaskClient, store_id: int) -> None:
    answer = api.post(PAID, json=short())

    assert answer.status_code == 401


def test_ping_is_answered_exactly_200(client: FlaskClient) -> None:
    assert client.post(PAID, data={"webhook_id": "7"}).status_code == 200


@pytest.mark.parametrize("path", [PAID, RETURNED])
def test_native_order_is_taken_as_everywhere(
    client: FlaskClient, db: Database, store_id: int, path: str
) -> None:
    sent = {**BEARER, "X-WC-Webhook-Source": "https://shop.example/"}

    cancelled = make_order_body(status="cancelled", date_modified_gmt="2026-11-20T11:00:00")

    assert outcome(send(client, path, make_order_body(), sent)) == "recorded"
    assert sold(db) == 2
    assert outcome(send(client, path, cancelled, sent)) == "recorded"
    assert sold(db) == 0


def test_native_order_without_signature_is_refused(client: FlaskClient, store_id: int) -> None:
    assert send(client, PAID, make_order_body(), {}).status_code == 401


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[" * 100_000, 400), (b"[]", 200)])
def test_what_is_no_order_is_answered_as_at_the_main_webhook(
    client: FlaskClient, db: Database, store_id: int, body: bytes, status: int
) -> None:
    assert send(client, PAID, body).status_code == status
    assert sold(db) == 0


def test_body_over_five_megabytes_is_refused(client: FlaskClient, store_id: int) -> None:
    assert send(client, PAID, b" " * 5_000_001).status_code == 413


def test_body_of_two_megabytes_is_read(client: FlaskClient, store_id: int) -> None:
    assert outcome(send(client, PAID, short(note="x" * 2_000_000))) == "recorded"


# Which store


def test_only_store_need_not_be_named(client: FlaskClient, db: Database, store_id: int) -> None:
    assert outcome(send(client, PAID, short(site_id=None))) == "recorded"


def test_store_may_be_named_by_its_address(client: FlaskClient, db: Database, store_id: int) -> None:
    sent = {**BEARER, "X-WC-Webhook-Source": "https://shop.example/"}

    assert outcome(send(client, PAID, short(site_id=None), sent)) == "recorded"


def test_unknown_store_is_held_until_it_is_accepted(client: FlaskClient, db: Database, store_id: int) -> None:
    assert outcome(send(client, PAID, short(site_id="us"))) == "held"
    assert sold(db) == 0

    with db.transaction() as connection:
        delivery_actions.accept_source(connection, "ada", "us")

    assert sold(db) == 2
    assert outcome(send(client, PAID, short(site_id="us"))) in ("repeat", "recorded")
    assert sold(db) == 2


FROM_SHOP = {**BEARER, "X-WC-Webhook-Source": "https://shop.example/"}


def sources(db: Database) -> list[tuple[int | None, str]]:
    """Whose each delivery is, and the source it is kept under."""
    with db.reading() as connection:
        query = select(deliveries.c.store_id, deliveries.c.source).order_by(deliveries.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_another_short_name_than_that_of_the_address_is_held(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    assert outcome(send(client, PAID, short(site_id="us"), FROM_SHOP)) == "held"

    assert sources(db) == [(None, "us")]
    assert sold(db) == 0
    with db.reading() as connection:
        notice = connection.execute(select(notices.c.subject)).scalars().all()
    assert notice == ["us"]


def test_another_short_name_is_a_store_of_its_own_once_it_is_accepted(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short(site_id="us"), FROM_SHOP)
    with db.transaction() as connection:
        delivery_actions.accept_source(connection, "ada", "us")

    assert outcome(send(client, PAID, short(site_id="us", order_id=2), FROM_SHOP)) == "recorded"

    assert sources(db) == [(store_id + 1, "us")] * 2


def test_a_message_with_its_own_short_name_is_kept_under_its_address(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short(), FROM_SHOP)

    assert sources(db) == [(store_id, "shop.example")]


def test_held_is_only_what_a_store_signed(client: FlaskClient, db: Database, store_id: int) -> None:
    sent = {"X-WC-Webhook-Source": "https://shop.example/", "X-WC-Webhook-Signature": "AAAA"}

    assert send(client, PAID, short(site_id="us"), sent).status_code == 401

    assert sources(db) == []


@pytest.mark.parametrize("site_id", ["shop.example", "https://Shop.example/", "uk"])
@pytest.mark.parametrize("headers", [BEARER, FROM_SHOP])
def test_a_store_may_be_named_in_the_message_by_its_address(
    client: FlaskClient, db: Database, store_id: int, site_id: str, headers: dict[str, str]
) -> None:
    assert outcome(send(client, PAID, short(site_id=site_id), headers)) == "recorded"

    assert [whose for whose, _ in sources(db)] == [store_id]


@pytest.mark.parametrize("short_name", [None, "uk"])
def test_the_address_of_another_store_is_that_store(
    client: FlaskClient, db: Database, store_id: int, short_name: str | None
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(site_id=short_name))
        other = registry.register(connection, "other.example", "ada")

    assert outcome(send(client, PAID, short(site_id="https://other.example"), FROM_SHOP)) == "recorded"

    assert sources(db) == [(other.id, "other.example")]


def test_any_short_name_is_that_of_a_store_that_has_none(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(site_id=None))

    assert outcome(send(client, PAID, short(site_id="us"), FROM_SHOP)) == "recorded"

    assert sources(db) == [(store_id, "shop.example")]


def test_an_address_that_is_no_store_is_held_whatever_the_short_name(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    sent = {**BEARER, "X-WC-Webhook-Source": "https://staging.example/"}

    assert outcome(send(client, PAID, short(site_id="us"), sent)) == "held"

    assert sources(db) == [(None, "staging.example")]


@pytest.mark.parametrize("header", [None, "http://staging.test:99999/"])
@pytest.mark.parametrize("site_id", [None, "http://Staging.test:99999/"])
def test_a_source_that_cannot_be_read_is_no_store(
    client: FlaskClient, db: Database, store_id: int, header: str | None, site_id: str | None
) -> None:
    sent = BEARER if header is None else {**BEARER, "X-WC-Webhook-Source": header}
    is_named = (header, site_id) != (None, None)

    said = outcome(send(client, PAID, short(site_id=site_id), sent))

    assert said == ("held" if is_named else "recorded")
    assert sources(db) == ([(None, "http://staging.test:99999/")] if is_named else [(store_id, "")])


def test_first_message_of_all_makes_a_store_of_the_address_it_names(
    client: FlaskClient, db: Database
) -> None:
    assert outcome(send(client, PAID, short(), FROM_SHOP)) == "recorded"

    with db.reading() as connection:
        assert connection.execute(select(stores.c.source)).scalars().all() == ["shop.example"]


def test_first_message_of_all_makes_the_first_store(client: FlaskClient, db: Database) -> None:
    assert outcome(send(client, PAID, short())) == "recorded"

    with db.reading() as connection:
        assert connection.execute(select(stores.c.source)).scalars().all() == ["uk"]


# What cannot be used


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"order_id": None}, "order_id"),
        ({"order_id": 0}, "order_id"),
        ({"order_id": "1; DROP"}, "order_id"),
        ({"order_id": True}, "order_id"),
        ({"order_id": 1.5}, "order_id"),
        ({"site_id": 7}, "site_id"),
        ({"site_id": ""}, "site_id"),
        ({"status": 7}, "status"),
        ({"status": "a b"}, "status"),
        ({"refund_id": "x"}, "refund_id"),
        ({"line_items": "x"}, "line_items"),
        ({"line_items": ["x"]}, "line_items"),
        ({"line_items": [{"qty": 1}]}, "line_items"),
        ({"line_items": [line(qty=None)]}, "line_items"),
        ({"line_items": [line(qty=1.5)]}, "line_items"),
        ({"line_items": [line(qty=100_001)]}, "line_items"),
        ({"line_items": [line(qty="000000000100001")]}, "line_items"),
        ({"line_items": [line(qty="0" * 5000)]}, "line_items"),
        ({"line_items": [line(qty=True)]}, "line_items"),
        ({"line_items": [line(line_item_id="x")]}, "line_items"),
        ({"line_items": [line(sku=5)]}, "line_items"),
        ({"line_items": [line(), line(line_item_id="011")]}, "line_items"),
    ],
)
def test_unusable_field_is_named_and_nothing_is_kept(
    client: FlaskClient, db: Database, store_id: int, changes: dict[str, Any], field: str
) -> None:
    answer = send(client, PAID, short(**changes))

    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]
    with db.reading() as connection:
        assert connection.execute(select(deliveries)).all() == []


@pytest.mark.parametrize("path", [PAID, RETURNED])
def test_line_that_is_given_twice_is_named(client: FlaskClient, store_id: int, path: str) -> None:
    answer = send(client, path, short(line(qty=1), line(qty=1), status="processing"))

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"line_items": "Line 2: line_item_id 11 is given twice."}


# What it comes to


def test_repeat_posts_nothing(client: FlaskClient, db: Database, store_id: int) -> None:
    answers = [outcome(send(client, PAID, short())) for _ in range(3)]

    assert answers == ["recorded", "repeat", "repeat"]
    assert (sold(db), on_hand(db)) == (2, 8)


def test_numbers_may_be_written_as_text_and_status_with_its_prefix(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    body = short(line(qty="2", line_item_id="11"), order_id="1001", status="wc-Processing")

    assert outcome(send(client, PAID, body)) == "recorded"
    assert sold(db) == 2


def test_line_may_be_known_by_its_sku_alone(client: FlaskClient, db: Database, store_id: int) -> None:
    send(client, PAID, short(line(line_item_id=None)))

    send(client, RETURNED, short(line(qty=1, line_item_id=None, sku="fire24 "), status="refunded"))

    assert (sold(db), on_hand(db)) == (1, 9)


def test_status_of_a_plugin_counts_as_paid_for_it_was_said_to_be(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short(status="shipped"))

    assert sold(db) == 2


def test_changed_quantity_posts_the_difference(client: FlaskClient, db: Database, store_id: int) -> None:
    send(client, PAID, short())

    send(client, PAID, short(line(qty=5)))

    assert (sold(db), on_hand(db)) == (5, 5)


@pytest.mark.parametrize("status", [None, "cancelled", "failed"])
@pytest.mark.parametrize("lines", [[], [line(qty=1)]])
def test_cancelling_takes_back_the_whole_order(
    client: FlaskClient, db: Database, store_id: int, status: str | None, lines: list[dict[str, Any]]
) -> None:
    send(client, PAID, short())

    first = outcome(send(client, RETURNED, short(status=status, line_items=lines)))
    again = outcome(send(client, RETURNED, short(status=status, line_items=lines)))

    assert (first, again) == ("recorded", "repeat")
    assert (sold(db), on_hand(db)) == (0, 10)


def test_late_payment_does_not_bring_back_what_was_cancelled(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, RETURNED, short())

    assert outcome(send(client, PAID, short())) == "stale"
    assert (sold(db), on_hand(db)) == (0, 10)


def test_newer_payment_does(client: FlaskClient, db: Database, store_id: int) -> None:
    send(client, PAID, short(date_modified_gmt="2026-11-20T10:00:00"))
    send(client, RETURNED, short(date_modified_gmt="2026-11-20T10:01:00"))

    older = outcome(send(client, PAID, short(date_modified_gmt="2026-11-20T10:00:30")))
    newer = outcome(send(client, PAID, short(date_modified_gmt="2026-11-20T10:02:00")))

    assert (older, newer) == ("stale", "recorded")
    assert (sold(db), on_hand(db)) == (2, 8)


def test_units_refunded_are_counted_in_all_so_that_a_repeat_changes_nothing(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short(line(qty=5)))

    one = [outcome(send(client, RETURNED, short(line(qty=1), status="refunded"))) for _ in range(2)]
    three = [outcome(send(client, RETURNED, short(line(qty=3), status="refunded"))) for _ in range(2)]
    late = outcome(send(client, RETURNED, short(line(qty=1), status="refunded")))

    assert (one, three, late) == (["recorded", "stale"], ["recorded", "stale"], "stale")
    assert (sold(db), on_hand(db)) == (2, 8)


def test_status_of_the_order_stays_until_all_units_are_refunded(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short())
    states = []
    for qty in (-1, -2):
        send(client, RETURNED, short(line(qty=qty), status="processing"))
        with db.reading() as connection:
            states.append(connection.execute(select(orders.c.status)).scalar_one())

    assert states == ["processing", "refunded"]
    assert (sold(db), on_hand(db)) == (0, 10)


def test_named_refunds_count_each_once(client: FlaskClient, db: Database, store_id: int) -> None:
    send(client, PAID, short(line(qty=5)))

    for refund_id in (71, 72, 71, 72):
        send(client, RETURNED, short(line(qty=1), status="refunded", refund_id=refund_id))

    assert (sold(db), on_hand(db)) == (3, 8 - 1)


def by_sku(qty: int) -> dict[str, Any]:
    return line(qty=qty, line_item_id=None)


def refunded(db: Database) -> list[int]:
    """The units refunded of each line of the order, in the order of the lines."""
    with db.reading() as connection:
        return list(connection.execute(select(order_lines.c.refunded).order_by(order_lines.c.id)).scalars())


@pytest.mark.parametrize(
    ("bought", "message", "expected"),
    [
        ((2, 1), short(by_sku(3), status="processing"), [2, 1]),
        ((2, 1), short(by_sku(1), status="processing"), [1, 0]),
        ((2, 1), short(by_sku(9), status="processing"), [2, 1]),
        ((1, 1), short(by_sku(1), by_sku(1), refund_id=9, status="processing"), [1, 1]),
        ((2, 1), short(by_sku(1), by_sku(1), status="processing"), [2, 0]),
        ((2, 2), short(line(qty=1), by_sku(2), status="processing"), [2, 1]),
        ((2, 2), short(by_sku(2), line(qty=1, line_item_id=12), status="processing"), [2, 1]),
        ((2, 2), short(by_sku(2), line(qty=1), refund_id=9, status="processing"), [2, 1]),
        ((1, 0, 2), short(by_sku(2), refund_id=9, status="refunded"), [1, 0, 1]),
    ],
)
def test_units_told_by_sku_are_of_all_lines_that_have_it_and_a_repeat_changes_nothing(
    client: FlaskClient,
    db: Database,
    store_id: int,
    bought: tuple[int, ...],
    message: dict[str, Any],
    expected: list[int],
) -> None:
    lines = [line(qty=qty, line_item_id=11 + place) for place, qty in enumerate(bought)]
    send(client, PAID, short(*lines))

    for _ in range(3):
        outcome(send(client, RETURNED, message))

        assert refunded(db) == expected
        assert sold(db) == sum(bought) - sum(expected)


def test_units_told_by_sku_in_all_so_far_are_those_of_its_lines_together(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short(line(qty=2), line(qty=3, line_item_id=12)))
    send(client, RETURNED, short(line(qty=2, line_item_id=12), status="processing"))

    states = []
    for qty in (2, 3, 3, 5, 4):
        send(client, RETURNED, short(by_sku(qty), status="processing"))
        states.append(refunded(db))

    assert states == [[0, 2], [1, 2], [1, 2], [2, 3], [2, 3]]
    assert (sold(db), on_hand(db)) == (0, 10)


def test_refund_without_lines_refunds_all_and_puts_nothing_back(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short())

    send(client, RETURNED, short(status="refunded", line_items=[]))

    assert (sold(db), on_hand(db)) == (0, 8)


def test_refund_that_comes_before_its_order_is_tried_again(
    client: FlaskClient, db: Database, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(send(client, RETURNED, short(line(qty=1), status="refunded"))) == "failed"
    send(client, PAID, short())

    with db.transaction() as connection:
        kept = connection.execute(select(deliveries).where(deliveries.c.outcome == "failed")).one()
        delivery_actions.replay(connection, kept.id)

    assert kept.next_attempt_at is not None
    assert (sold(db), on_hand(db)) == (1, 9)


def test_refund_of_a_line_the_order_has_not_fails_and_is_not_tried_again(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    send(client, PAID, short())

    assert outcome(send(client, RETURNED, short(line(line_item_id=99), status="refunded"))) == "failed"

    with db.reading() as connection:
        kept = connection.execute(select(deliveries).where(deliveries.c.outcome == "failed")).one()
    assert "no line 99" in kept.sentence
    assert kept.next_attempt_at is None


def test_refund_is_only_announced_where_the_store_can_be_asked(
    client: FlaskClient, db: Database, ring: Keyring, store_id: int
) -> None:
    with db.transaction() as connection:
        keys = {
            "consumer_key_encrypted": ring.vault.lock("ck_1"),
            "consumer_secret_encrypted": ring.vault.lock("cs_1"),
        }
        connection.execute(update(stores).values(**keys))
    send(client, PAID, short())

    answers = [outcome(send(client, RETURNED, short(line(qty=qty), status="refunded"))) for qty in (1, 1, 2)]

    assert answers == ["recorded", "stale", "stale"]
    with db.reading() as connection:
        assert connection.execute(select(orders.c.needs_reading)).scalar_one() == "refund quantities"
    assert (sold(db), on_hand(db)) == (2, 8)


def test_short_message_keeps_what_the_native_order_told(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    deliver(client, make_order_body())

    send(client, RETURNED, short(status="cancelled"))

    with db.reading() as connection:
        row = connection.execute(select(orders)).one()
    assert (row.status, row.customer_email, row.total_minor) == ("cancelled", "ada@example.test", 2400)
    assert row.raw is not None
    assert sold(db) == 0


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_site_no_text_can_name_is_answered_to_strangers_too(client: FlaskClient, name: str) -> None:
    assert send(client, PAID, short(site_id=name), headers={}).status_code == 401
    assert send(client, PAID, short(site_id=name)).status_code == 422


def test_the_amount_of_a_refund_is_learned_from_whoever_tells_it(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    deliver(client, make_order_body())
    send(client, RETURNED, short(line(qty=1), refund_id=77, status="processing"))
    listed = {"id": 77, "reason": "", "total": "-12.00"}

    deliver(client, make_order_body(date_modified_gmt="2026-11-20T10:05:00", refunds=[listed]))
    send(client, PAID, short(status="completed"))

    with db.reading() as connection:
        assert connection.execute(select(orders.c.net_minor)).scalar_one() == 1200
    assert sold(db) == 1


def test_a_refund_told_by_a_short_message_stands_for_one_the_store_lists(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    deliver(client, make_order_body())
    send(client, RETURNED, short(line(qty=1), status="processing"))
    listed = {"id": 77, "reason": "", "total": "-12.00"}

    deliver(client, make_order_body(date_modified_gmt="2026-11-20T10:05:00", refunds=[listed]))
    listed_too = sold(db)
    deliver(client, make_order_body(date_modified_gmt="2026-11-20T10:06:00"))

    assert (listed_too, sold(db)) == (1, 2)


def test_a_payment_that_failed_is_made_after_all(client: FlaskClient, db: Database, store_id: int) -> None:
    deliver(client, make_order_body(status="failed", date_paid_gmt=None))

    assert outcome(send(client, PAID, short())) == "recorded"
    assert sold(db) == 2


MARK = [{"key": "_restock_refunded_items", "value": "2"}]
LATER = {"date_created_gmt": "2027-01-01T00:00:00"}  # than the products are counted


@pytest.mark.parametrize("is_policy", [True, False])
def test_what_the_store_said_of_refunded_units_outlives_a_short_message(
    client: FlaskClient, db: Database, store_id: int, is_policy: bool
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(restocks_refunds=is_policy))
    refunds = [{"id": 77, "reason": "", "total": "-8.00"}]
    marked, unmarked = make_line(quantity=3, meta_data=MARK), make_line(id=12, quantity=2)
    deliver(client, make_order_body(**LATER, line_items=[make_line(quantity=3), unmarked]))
    later = {"date_modified_gmt": "2026-11-20T10:05:00", **LATER}
    deliver(client, make_order_body(**later, line_items=[marked, unmarked], refunds=refunds))
    told = on_hand(db)

    send(client, PAID, short(line(3), line(2, 12), status="completed"))

    assert (told, on_hand(db)) == (7, 7)


@pytest.mark.parametrize(("is_policy", "left"), [(True, 9), (False, 8)])
def test_units_of_a_second_short_refund_come_back_by_the_policy(
    client: FlaskClient, db: Database, store_id: int, is_policy: bool, left: int
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(restocks_refunds=is_policy))
    deliver(client, make_order_body(**LATER, line_items=[make_line(quantity=2)]))

    send(client, RETURNED, short(line(1), status="processing", refund_id=1))
    first = on_hand(db)
    send(client, RETURNED, short(line(1), status="processing", refund_id=2))

    assert (first, on_hand(db)) == (left, 10 if is_policy else 8)


def test_the_units_of_a_refund_whose_amount_is_known_are_learned(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    deliver(client, make_order_body(refunds=[{"id": 9, "reason": "", "total": "-12.00"}]))

    told = [
        outcome(send(client, RETURNED, short(line(1), refund_id=9, status="processing"))) for _ in range(2)
    ]

    assert (told, sold(db)) == (["recorded", "stale"], 1)
    with db.reading() as connection:
        assert connection.execute(select(orders.c.net_minor)).scalar_one() == 1200


def test_a_short_name_is_the_stores_in_large_letters_too(
    client: FlaskClient, db: Database, store_id: int
) -> None:
    source = {**BEARER, "X-WC-Webhook-Source": "https://shop.example/"}

    assert outcome(send(client, PAID, short(site_id="UK"), headers=source)) == "recorded"
