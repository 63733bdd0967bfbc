"""Scenarios W01-W18: what the webhook answers, and what becomes of what it took."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.connected import add_product
from tests.delivering import URL, captured, deliver, make_line, make_order_body
from tests.makers import WEBHOOK_SECRET
from tests.page import facts
from writer.db import Database, insert_row
from writer.db.schema.ledger import sales
from writer.db.schema.listings import listings
from writer.db.schema.notices import notices
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.stores.registry import Keyring, registry
from writer.stores.woocommerce import is_signed
from writer.stores.woocommerce.signing import signature
from writer.sync.webhook_inbox.intake import first_store


def sold(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(sales.c.quantity), 0))).scalar_one())


def rows(db: Database) -> list[int]:
    with db.reading() as connection:
        return list(connection.execute(select(sales.c.quantity).order_by(sales.c.id)).scalars())


def kept(db: Database) -> list[str]:
    with db.reading() as connection:
        return list(connection.execute(select(deliveries.c.outcome).order_by(deliveries.c.id)).scalars())


def test_w01_same_delivery_three_times_posts_one_sale(client: FlaskClient, db: Database) -> None:
    answers = [deliver(client, make_order_body()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert rows(db) == [2]
    assert kept(db) == ["recorded", "repeat", "repeat"]


def test_w01_same_delivery_at_the_same_instant_posts_one_sale(app: Flask, db: Database) -> None:
    deliver(app.test_client(), make_order_body(id=1))  # the store is known before the race

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deliver(app.test_client(), make_order_body()), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert rows(db) == [2, 2]


def test_one_that_cannot_be_counted_takes_none_of_those_delivered_at_the_same_time_along(
    app: Flask, db: Database
) -> None:
    deliver(app.test_client(), make_order_body(id=1))
    bodies = [
        make_order_body(id=number, status="" if number % 8 == 0 else "processing") for number in range(2, 66)
    ]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: deliver(app.test_client(), body), bodies))

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(kept(db)) == ["failed"] * 8 + ["recorded"] * 57
    assert rows(db) == [2] * 57


def test_w02_created_and_updated_of_one_checkout_post_one_sale(client: FlaskClient, db: Database) -> None:
    deliver(
        client, make_order_body(status="pending", date_modified_gmt="2026-11-20T10:00:00"), "order.created"
    )

    deliver(client, make_order_body())

    assert rows(db) == [2]


def test_w03_two_orders_with_one_delivery_id_are_both_counted(client: FlaskClient, db: Database) -> None:
    deliver(client, make_order_body(line_items=[make_line(quantity=1)]), delivery_id="same")
    deliver(client, make_order_body(id=1002, line_items=[make_line(id=12, quantity=3)]), delivery_id="same")

    assert sold(db) == 4


def test_w04_an_older_state_that_comes_late_is_stale(client: FlaskClient, db: Database) -> None:
    deliver(client, make_order_body(status="cancelled", date_modified_gmt="2026-11-20T10:00:05"))

    answer = deliver(client, make_order_body())

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "outcome": "stale"}
    assert rows(db) == []


def test_w06_a_ping_is_answered_exactly_200_and_not_recorded(client: FlaskClient, db: Database) -> None:
    answer = client.post(URL, data="webhook_id=27", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert kept(db) == []


def test_w07_the_signature_is_over_the_raw_body(database_url: str) -> None:
    from tests.makers import make_config
    from writer.app import create_app

    config = make_config(DATABASE_URL=database_url, WEBHOOK_SHARED_SECRET="s3cret-of-16-chars")
    app = create_app(config)
    app.extensions["keyring"] = Keyring(app.extensions["keyring"].vault, "s3cret")
    body = '{"id":1001,"status":"processing","line_items":[{"id":11,"sku":"X","quantity":2}]}'
    headers = {
        "X-WC-Webhook-Signature": "BBA5bzGgUB+ksecHEwM0jr9NdlaH4oWZyId9yq0XUxM=",
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": "order.updated",
    }

    spaced = app.test_client().post(URL, data=body.replace('"id":1001', '"id": 1001'), headers=headers)
    exact = app.test_client().post(URL, data=body, headers=headers)

    assert spaced.status_code == 401
    assert exact.status_code == 200
    assert kept(app.extensions["database"]) == ["recorded"]
    app.extensions["database"].close()


def test_w09_one_stores_secret_does_not_sign_for_another(
    client: FlaskClient, admin: FlaskClient, app: Flask, db: Database
) -> None:
    with db.transaction() as connection:
        for name in ("a", "b"):
            store = registry.register(connection, f"{name}.example", "test")
            registry.set_secret(
                connection, app.extensions["keyring"], "test", store.id, f"secret-of-store-{name}"
            )
            connection.execute(stores.update().values(shared_secret_until=None))

    answer = deliver(client, make_order_body(), source="https://b.example/", secret="secret-of-store-a")

    assert answer.status_code == 401
    assert kept(db) == []
    with db.reading() as connection:
        counted = {row.source: row.rejected_signatures for row in connection.execute(select(stores))}
    assert counted == {"a.example": 0, "b.example": 1}
    shown = [facts(admin.get(f"/stores/{number}").text)["Wrong signatures"] for number in (1, 2)]
    assert [text.partition(",")[0] for text in shown] == ["none", "1"]


def test_w10_without_a_signature_nothing_is_taken(client: FlaskClient, db: Database) -> None:
    answer = client.post(URL, json=make_order_body(), headers={"X-WC-Webhook-Topic": "order.updated"})

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert kept(db) == []


def test_w12_an_old_secret_stays_valid_for_a_day(
    client: FlaskClient,
    admin: FlaskClient,
    app: Flask,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: monday)
    deliver(client, make_order_body())
    with db.transaction() as connection:
        store = registry.find(connection, "shop.example")
        assert store is not None
        registry.set_secret(connection, app.extensions["keyring"], "ada", store.id, "a-brand-new-secret")

    monkeypatch.setattr(clock, "now", lambda: monday + timedelta(minutes=30))
    in_time = deliver(client, make_order_body(id=2), secret=WEBHOOK_SECRET)
    monkeypatch.setattr(clock, "now", lambda: monday + timedelta(hours=25))
    too_late = deliver(client, make_order_body(id=3), secret=WEBHOOK_SECRET)
    by_new = deliver(client, make_order_body(id=4), secret="a-brand-new-secret")

    assert (in_time.status_code, too_late.status_code, by_new.status_code) == (200, 401, 200)
    assert kept(db) == ["recorded"] * 3
    assert facts(admin.get(f"/stores/{store.id}").text)["Wrong signatures"].startswith("1, ")


def test_w14_a_draft_leaves_nothing_behind(client: FlaskClient, db: Database) -> None:
    for second in range(5):
        body = make_order_body(status="checkout-draft", date_modified_gmt=f"2026-11-20T10:00:0{second}")
        assert deliver(client, body).status_code == 200

    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar_one() == 0
        assert set(connection.execute(select(deliveries.c.body)).scalars()) == {None}
    assert rows(db) == []


def test_w15_a_phantom_update_moves_nothing(client: FlaskClient, db: Database) -> None:
    deliver(client, make_order_body())

    deliver(client, make_order_body(date_modified_gmt="2026-11-20T11:00:00"))

    assert rows(db) == [2]
    assert kept(db) == ["recorded", "repeat"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"id": 1', 400), (b"x" * 5_000_001, 413)],
    ids=["brace", "cut", "large"],
)
def test_w18_broken_or_large_bodies_are_refused(
    client: FlaskClient, db: Database, body: bytes, status: int
) -> None:
    answer = deliver(client, body)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert kept(db) == []


def test_the_first_signed_delivery_registers_its_store(client: FlaskClient, db: Database) -> None:
    deliver(client, make_order_body(), source="https://Shop.Example/")

    with db.reading() as connection:
        assert list(connection.execute(select(stores.c.source)).scalars()) == ["shop.example"]


def test_two_stores_whose_first_deliveries_race_are_not_taken_for_one(app: Flask, db: Database) -> None:
    sources = [f"https://{name}.example/" for name in "abcdefgh"]

    with ThreadPoolExecutor(8) as pool:
        sent = [
            pool.submit(deliver, app.test_client(), make_order_body(id=number), source=source)
            for number, source in enumerate(sources, start=1)
        ]
        outcomes = sorted(answer.result().json["outcome"] for answer in sent)  # type: ignore[index]  # it is JSON

    assert outcomes == ["held"] * 7 + ["recorded"]
    assert rows(db) == [2]


def test_a_first_delivery_that_comes_second_is_held(db: Database) -> None:
    with db.transaction() as connection:
        first = first_store(connection, "a.example", {})
        again = first_store(connection, "a.example", {})
        other = first_store(connection, "b.example", {})
        unnamed = first_store(connection, "", {})

    assert first is not None
    assert again is not None
    assert unnamed is not None
    assert (first.source, again.id, other, unnamed.id) == ("a.example", first.id, None, first.id)


def test_a_later_unknown_source_is_held_until_it_is_accepted(client: FlaskClient, db: Database) -> None:
    from writer.sync.webhook_inbox.actions import accept_source

    deliver(client, make_order_body())
    answer = deliver(client, make_order_body(id=2), source="https://staging.example/")
    assert answer.json == {"status": "ok", "outcome": "held"}
    assert sold(db) == 2

    with db.transaction() as connection:
        assert accept_source(connection, "ada", "staging.example") == 1

    assert sold(db) == 4
    assert kept(db) == ["recorded", "recorded"]


UNREADABLE = [
    ("http://Staging.test:99999/", "http://staging.test:99999/"),
    ("http://[staging", "http://[staging"),
    ("https:///", "https:///"),
    ("/", "/"),
    ("http://staging.test:x/" + 400 * "y", "http://staging.test:x/" + 278 * "y"),
]


@pytest.mark.parametrize(("header", "source"), UNREADABLE)
def test_a_source_that_cannot_be_read_is_no_store_and_held_under_its_own_text(
    client: FlaskClient, db: Database, header: str, source: str
) -> None:
    deliver(client, make_order_body())

    answer = deliver(client, make_order_body(id=2), source=header)

    assert answer.json == {"status": "ok", "outcome": "held"}
    with db.reading() as connection:
        held = connection.execute(select(deliveries).where(deliveries.c.outcome == "held")).one()
        notice = connection.execute(select(notices).where(notices.c.kind == "unknown source")).one()
    assert (held.store_id, held.source, notice.subject) == (None, source, source)
    assert sold(db) == 2


def test_a_source_that_cannot_be_read_is_not_made_the_first_store(client: FlaskClient, db: Database) -> None:
    answer = deliver(client, make_order_body(), source="http://staging.test:99999/")

    assert answer.json == {"status": "ok", "outcome": "held"}
    with db.reading() as connection:
        assert connection.execute(select(stores)).all() == []


@pytest.mark.parametrize("header", ["", "   "])
def test_no_source_at_all_is_the_only_store(client: FlaskClient, db: Database, header: str) -> None:
    deliver(client, make_order_body())

    assert deliver(client, make_order_body(id=2), source=header).json == {
        "status": "ok",
        "outcome": "recorded",
    }


def test_topics_that_are_no_orders_are_answered_and_ignored(client: FlaskClient, db: Database) -> None:
    answer = deliver(client, {"id": 10, "type": "simple", "stock_quantity": 8}, topic="product.updated")

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "outcome": "ignored"})
    assert kept(db) == []


@pytest.mark.parametrize("kind", ["simple", "variation"])
@pytest.mark.parametrize("number", [2**31, 2**63, 10**20 - 1, -(2**63) - 1, True])
def test_a_changed_product_beyond_any_column_is_ignored(
    client: FlaskClient, db: Database, kind: str, number: int
) -> None:
    deliver(client, make_order_body())

    answer = deliver(client, {"id": number, "type": kind, "stock_quantity": number}, topic="product.updated")

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "outcome": "ignored"})


@pytest.mark.parametrize("quantity", ["8", True, 10**20, -(10**20), 1e300, [], {}, float("nan")])
def test_a_changed_product_may_say_any_quantity(client: FlaskClient, db: Database, quantity: object) -> None:
    deliver(client, make_order_body())
    product = add_product(db, "FIRE24", 5)
    with db.transaction() as connection:
        listing = {"store_id": 1, "product_id": 10, "stock_product_id": product, "confirmed_quantity": 5}
        insert_row(connection, listings, sku="FIRE24", name="Fire", **listing)

    answer = deliver(client, {"id": 10, "stock_quantity": quantity}, topic="product.updated")

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "outcome": "ignored"})


def test_a_signed_error_object_is_kept_and_counts_nothing(client: FlaskClient, db: Database) -> None:
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": 403}}

    answer = deliver(client, body, topic="order.created")

    assert answer.status_code == 200
    assert kept(db) == ["ignored"]
    assert rows(db) == []


@pytest.mark.parametrize("body", [[], 5, None, "text", {"id": None}, {"id": 1}, {"id": 7, "status": ["x"]}])
def test_signed_json_that_is_no_order_is_kept_as_failed(
    client: FlaskClient, db: Database, body: object
) -> None:
    answer = deliver(client, json.dumps(body).encode())

    assert answer.status_code == 200
    assert kept(db) == ["failed"]


@pytest.mark.parametrize(
    "told", ['"\\ud800"', '"\\u0000"', '"a\\u0000\\udfffb"', "1e999", "[[]]", "true", "null"]
)
@pytest.mark.parametrize("topic", ["order.updated", "order.deleted"])
def test_an_id_or_number_no_text_can_hold_is_kept_as_failed(
    client: FlaskClient, db: Database, told: str, topic: str
) -> None:
    body = f'{{"id": {told}, "number": {told}, "status": "processing"}}'.encode()

    answer = deliver(client, body, topic)

    assert (answer.status_code, answer.json) == (200, {"status": "ok", "outcome": "failed"})
    with db.reading() as connection:
        assert connection.execute(select(deliveries.c.next_attempt_at)).scalar_one() is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-le"])
@pytest.mark.parametrize("name", ["Zoë 🧵", "a\0b", "half \ud800"])
def test_an_order_is_kept_as_it_was_sent_whatever_the_encoding(
    client: FlaskClient, db: Database, encoding: str, name: str
) -> None:
    escapes = not name.startswith("Z")
    body = json.dumps(make_order_body(note=name), ensure_ascii=escapes).encode(encoding)

    assert deliver(client, body).json == {"status": "ok", "outcome": "recorded"}

    with db.reading() as connection:
        raw = connection.execute(select(orders.c.raw)).scalar_one()
    assert json.loads(raw)["note"] == name


@pytest.mark.parametrize(
    ("told", "is_kept"),
    [
        ("0001-01-01T00:00:00+23:00", False),
        ("0001-01-01T00:00:00", False),
        ("1969-12-31T23:59:59", False),
        ("1970-01-01T00:30:00+01:00", False),
        ("1970-01-01T00:00:00", True),
        ("2899-12-31T23:59:59", True),
        ("2900-01-01T00:30:00+01:00", True),
        ("2900-01-01T00:00:00", False),
        ("9999-12-31T00:00:00", False),
        ("9999-12-31T23:59:59-10:00", False),
    ],
)
def test_a_time_beyond_any_calendar_is_as_if_not_told(
    client: FlaskClient, db: Database, told: str, is_kept: bool
) -> None:
    names = ("date_created_gmt", "date_modified_gmt", "date_paid_gmt")

    answer = deliver(client, make_order_body(**dict.fromkeys(names, told)))

    assert answer.json == {"status": "ok", "outcome": "recorded"}
    assert rows(db) == [2]
    with db.reading() as connection:
        row = connection.execute(select(orders)).one()
    assert [row.changed_at is not None, row.paid_at is not None] == [is_kept, is_kept]
    assert abs(row.created_at - row.recorded_at) < timedelta(minutes=1) or is_kept


def test_what_the_database_refuses_is_logged_without_what_the_delivery_said(
    client: FlaskClient, db: Database, log_file: io.StringIO
) -> None:
    refuses = (
        "CREATE TRIGGER refuse BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'refused'); END"
        if db.is_sqlite
        else "ALTER TABLE orders ADD CONSTRAINT refused CHECK (customer_email IS NULL)"
    )
    with db.transaction() as connection:
        connection.execute(text(refuses))

    assert deliver(client, make_order_body()).json == {"status": "ok", "outcome": "failed"}

    logged = log_file.getvalue()
    assert "IntegrityError" in logged
    for said in ("ada@example.test", "Lovelace", "FIRE24"):
        assert said not in logged


def test_our_own_failure_is_answered_200_and_tried_again(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from writer.sync.webhook_inbox import due, replay

    with monkeypatch.context() as broken:
        broken.setattr("writer.sales.post", lambda *_args, **_named: 1 / 0)
        answer = deliver(client, make_order_body())
    assert answer.status_code == 200
    assert kept(db) == ["failed"]
    assert rows(db) == []
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=5))

    with db.transaction() as connection:
        replay(connection, due(connection)[0])

    assert kept(db) == ["recorded"]
    assert rows(db) == [2]


def test_a_database_that_fails_is_answered_5xx_and_nothing_is_kept(
    client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_named: object) -> int:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr("writer.sales.post", full)
        answer = deliver(client, make_order_body())

    assert answer.status_code == 503
    assert kept(db) == []
    assert rows(db) == []


def test_secrets_are_compared_as_wordpress_decodes_them(
    client: FlaskClient, app: Flask, db: Database
) -> None:
    with db.transaction() as connection:
        store = registry.register(connection, "shop.example", "test")
        registry.set_secret(connection, app.extensions["keyring"], "t", store.id, "a&amp;b&lt;c-long-enough")

    answer = deliver(client, make_order_body(), secret="a&b<c-long-enough")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("typed", "signs"),
    [
        ("1&copy2&amp;3-long-enough", "1&copy2&3-long-enough"),
        ("it&#039;s&#x27;s&quot;-long-enough", "it's's\"-long-enough"),
        ("&amp;lt;-nearly-too-short", "&lt;-nearly-too-short"),
        ("&eacute;&#60;&#0062;-long-enough", "&eacute;<>-long-enough"),
    ],
)
def test_only_what_wordpress_decodes_is_decoded(typed: str, signs: str) -> None:
    assert is_signed(b"{}", signature(signs, b"{}"), [typed])
    assert is_signed(b"{}", signature(typed, b"{}"), [typed])


def test_no_source_header_means_the_only_store(client: FlaskClient, db: Database) -> None:
    deliver(client, make_order_body())

    answer = deliver(client, make_order_body(id=2), source="")

    assert answer.json == {"status": "ok", "outcome": "recorded"}


def test_captured_pings_are_answered_200(client: FlaskClient) -> None:
    answers = [delivery.post(client) for delivery in captured("01_ping*")]

    assert [answer.status_code for answer in answers] == [200] * 5


def test_a_webhook_of_the_legacy_api_is_named_as_that(client: FlaskClient, db: Database) -> None:
    order = {"id": 7, "order_number": "7", "created_at": "2026-11-20T10:00:00Z", "status": "processing"}

    answer = deliver(client, json.dumps({"order": order}).encode())

    assert answer.get_json()["outcome"] == "failed"
    with db.reading() as connection:
        sentence = connection.execute(select(deliveries.c.sentence)).scalar_one()
    assert "legacy API" in sentence
    assert "WP REST API Integration v3" in sentence


def test_a_webhook_of_api_version_1_counts_and_is_named_as_that(client: FlaskClient, db: Database) -> None:
    order = make_order_body()
    old = {name: value for name, value in order.items() if not name.endswith("_gmt")}
    old["date_modified"] = "2026-11-20T11:00:00"

    answer = deliver(client, json.dumps(old).encode())

    assert answer.get_json()["outcome"] == "recorded"
    with db.reading() as connection:
        kinds = connection.execute(select(notices.c.kind)).scalars().all()
    assert "webhook version" in kinds
