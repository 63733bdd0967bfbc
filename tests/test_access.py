"""Walks every route as people who may not see everything: nothing of another store is in any answer."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import PASSWORD, sign_in_as
from tests.test_every_route import is_webhook
from writer.db import Database, insert_row
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.order_import import sync_run_stores, sync_runs
from writer.db.schema.orders import orders
from writer.db.schema.stores import failures, stores
from writer.db.schema.users import api_tokens
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.people import audit, users
from writer.people.users import Owner, grants, queries
from writer.stock import movements, products
from writer.stores.registry import Keyring

CHANGES = ("POST", "PUT", "PATCH", "DELETE")
# What is of the store that is granted, and of the one that is not: names, addresses, numbers, people.
MINE = "Kiln|kiln\\.example|K-7001|Kim Kilner|kim@kiln\\.test"
HIDDEN = re.compile(
    "Wheel|wheel\\.example|W-9001|Wim Wheeler|wim@wheel\\.test|staging\\.example", re.IGNORECASE
)

# What finds things of the hidden store, without saying any of its names: a page may repeat what was asked.
QUERIES = (
    "",
    "?q=W-9",
    "?q=wi",
    "?store=2",
    "?order=2",
    "?status=shipped-by-hand",
    "?closed=1",
    "?part=list",
)


@pytest.fixture
def world(app: Flask, client: FlaskClient, database: Database) -> None:
    """Two stores with everything that can be of a store: orders, deliveries, listings, failures, runs."""
    with database.transaction() as db:
        movements.add_product(db, "ada", "FIRE24", 5)
    for number, (name, address, order, person, email) in enumerate(
        [
            ("Kiln", "kiln.example", "K-7001", ("Kim", "Kilner"), "kim@kiln.test"),
            ("Wheel", "wheel.example", "W-9001", ("Wim", "Wheeler"), "wim@wheel.test"),
        ],
        start=1,
    ):
        with database.transaction() as db:
            insert_row(db, stores, name=name, source=address, created_at=clock.now())
        body = make_order_body(
            id=number,
            number=order,
            line_items=[make_line(), make_line(id=12, sku=f"{name}-ODD"), make_line(id=13, quantity="1.5")],
            billing={"first_name": person[0], "last_name": person[1], "email": email},
            status="shipped-by-hand" if name == "Wheel" else "processing",
            refunds=[{"id": 5, "reason": f"{name} was chipped", "total": "-1.00"}],
        )
        deliver(client, body, source=f"https://{address}/")
        deliver(client, b'{"id": 0}', source=f"https://{address}/")
        _add_rest(database, app.extensions["keyring"], number, name)
    deliver(client, make_order_body(id=3, number="W-9001"), source="https://staging.example/")


ODD_QUERIES = (
    "endpoint=x&store_id=x&_method=x&_anchor=x&self=x",
    "_external=1&_scheme=javascript",
    *(
        f"{name}={moment}{rest}"
        for name in ("after", "before")
        for moment in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00")
        for rest in ("~1", "~delivery~1")
    ),
    "sort=status&after=x~0001-01-01T00:00:00%2B14:00~1",
)


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_no_query_string_is_an_error_of_ours_or_leads_away(
    app: Flask, world: None, admin: FlaskClient, query: str
) -> None:
    broken = []
    for rule, method, address in addresses(app, "GET"):
        if rule.arguments and not address.startswith("/stores/1"):
            continue  # lists are at addresses without a number, or of a store
        answer = admin.open(f"{address}?{query}", method=method)
        if answer.status_code >= 500 or "javascript://" in told(answer):
            broken.append(f"{address} -> {answer.status_code}")

    assert broken == []


# What people may do to themselves and others would end the sign-in of who sends all this.
NOT_SENT_TO = ("/api/", "/users", "/password", "/sign-in", "/sign-out", "/account/sign-out", "/tokens")
ODD_VALUES = (
    "\0",
    "x\r\nX-Theirs: 1",
    "9" * 400,
    "-5",
    "\u0663",
    "a" * 3000,
    "<script>odd</script>",
    "{0}%s'",
)


@pytest.mark.postgres
def test_nothing_that_a_form_can_send_is_an_error_of_ours(
    app: Flask, world: None, admin: FlaskClient
) -> None:
    pages = [told(admin.get(address)) for _, _, address in addresses(app, "GET") if "csv" not in address]
    names = {name for page in pages for name in re.findall(r' name="([^"]+)"', page)}
    assert len(names) > 50
    forms = [
        address
        for _, _, address in addresses(app, "POST")
        if not address.startswith(NOT_SENT_TO) and not re.search(r"/[234]\b|/connect", address)
    ]

    broken = []
    for address in forms:
        for value in ODD_VALUES:
            answer = admin.post(address, data=dict.fromkeys(names, value))
            if answer.status_code >= 500 or "X-Theirs" in answer.headers or "<script>odd" in told(answer):
                broken.append(f"{address} {value[:9]!r} -> {answer.status_code}")
            assert "/sign-in" not in (answer.location or ""), address
    for rule, _, address in addresses(app, "GET"):
        for value in () if rule.arguments and not re.search(r"/1\b", address) else ODD_VALUES[:3]:
            answer = admin.get(address, query_string=dict.fromkeys(names, value))
            told(answer)
            if answer.status_code >= 500:
                broken.append(f"{address} of {value[:9]!r} -> {answer.status_code}")

    assert broken == []


def _add_rest(database: Database, ring: Keyring, store_id: int, name: str) -> None:
    """Give a store a listing with drift, a failure and a run of the sync, and keys that lead nowhere."""
    now = clock.now()
    keys = {"base_url": "http://127.0.0.1:9", "consumer_key_encrypted": ring.vault.lock("ck_x")}
    keys |= {"consumer_secret_encrypted": ring.vault.lock("cs_x"), "last_error": f"{name} is silent."}
    with database.transaction() as db:
        # Left alone for now, so that no route waits for it.
        later = now.replace(year=now.year + 1, day=1)
        db.execute(update(stores).where(stores.c.id == store_id).values(next_call_at=later, **keys))
        product = products.get(db, "FIRE24")
        listed = {"store_id": store_id, "product_id": 10, "stock_product_id": product.id}
        listed |= {"shown_quantity": 4, "shown_at": now}
        listing = insert_row(
            db, listings, sku="FIRE24", name=f"{name} bowl", problem=f"{name} says no", **listed
        )
        insert_row(
            db,
            stock_differences,
            listing_id=listing,
            at=now,
            expected_quantity=1,
            shown_quantity=2,
            policy="ask",
            action="asked",
        )
        if name == "Wheel":
            by, note = f"drift in {name}", f"{name} showed 2"
            movements.record(
                db, [movements.Movement(product.id, 2, "drift", now, by, note, store_id=store_id)]
            )
        failed = {"sentence": f"{name} is silent.", "times": 1, "first_at": now, "last_at": now}
        insert_row(db, failures, store_id=store_id, listing_id=listing, what="push stock", **failed)
        run = insert_row(db, sync_runs, started_by="cron", started_at=now, ended_at=now)
        insert_row(
            db, sync_run_stores, run_id=run, store_id=store_id, state="failed", error=f"{name} is silent."
        )
        audit.note(db, "ada", "store.change", f"store {store_id}", {"name": "x"}, {"name": name})


@pytest.fixture(
    params=[
        "nothing granted",
        pytest.param("one granted", marks=pytest.mark.postgres),
        "token",
        "read token",
        "access token",
    ]
)
def visitor(
    request: pytest.FixtureRequest, app: Flask, world: None, database: Database
) -> tuple[FlaskClient, bool]:
    """Somebody who may not see Wheel, and whether Kiln may be seen."""
    granted = request.param != "nothing granted"
    if request.param in ("token", "read token"):
        return _program(app, database, "read" if request.param == "read token" else "write"), granted
    with database.transaction() as db:
        sam = queries.find_user(db, "sam")
        assert sam is not None
        grants.grant(db, "ada", Owner(user_id=sam.id), [1] if granted else [])
    if request.param == "access token":
        client = app.test_client()
        signed_in = {"username": "sam", "password": PASSWORD}
        token = client.post("/api/v1/auth/login", json=signed_in).get_json()["access_token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client, granted
    return sign_in_as(app, "sam"), granted


def _program(app: Flask, database: Database, scope: str) -> FlaskClient:
    with database.transaction() as db:
        token = users.make_token(db, "till", scope, "ada")
        token_id = db.execute(select(api_tokens.c.id)).scalar_one()
        grants.grant(db, "ada", Owner(token_id=token_id), [1])
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def addresses(app: Flask, *methods: str) -> Iterator[tuple[Rule, str, str]]:
    """Yield every route with each number from 1 to 4 in all its places: those of both stores' things."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if is_webhook(rule) or rule.endpoint.endswith("static"):
            continue
        for number in range(1, 5) if rule.arguments else [1]:
            values = {name: _example(rule._converters[name], number) for name in rule.arguments}
            address = adapter.build(rule.endpoint, values, append_unknown=False)
            for method in sorted((rule.methods or set()) & set(methods)):
                yield rule, method, address


@pytest.mark.postgres
@pytest.mark.parametrize("number", [2**31, 2**63, 10**20])
def test_a_number_no_column_holds_is_nowhere_an_error_of_ours(
    app: Flask, world: None, admin: FlaskClient, number: int
) -> None:
    form = {"role": "staff", "quantity": "3", "status": "cancelled", "note": "x", "name": "x"}
    form |= {"do": "map", "sku": "FIRE24", "secret": "a-secret-of-its-own"}
    broken = []
    for address, methods in _beyond(app, number):
        for method in methods & {"GET", *CHANGES}:
            for body in ({"data": form}, {"json": {"status": "cancelled", "note": "x", "quantity": 3}}):
                answer = admin.open(address, method=method, headers={"Idempotency-Key": address}, **body)
                if answer.status_code >= 500:
                    broken.append(f"{method} {address} -> {answer.status_code}")

    assert broken == []


def _beyond(app: Flask, number: int) -> Iterator[tuple[str, set[str]]]:
    """Yield each address that has numbers, with this one in each place in turn and 1 in the others."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for place in rule.arguments:
            if isinstance(rule._converters[place], IntegerConverter):
                values = {name: _example(rule._converters[name], 1) for name in rule.arguments}
                values[place] = number
                yield adapter.build(rule.endpoint, values, append_unknown=False), rule.methods or set()


def _example(converter: Any, number: int) -> str | int:
    if hasattr(converter, "items"):
        return str(min(converter.items))
    return number if type(converter).__name__ == "IntegerConverter" else "FIRE24"


def told(answer: TestResponse) -> str:
    """Everything an answer says, streams to their end and headers too."""
    text = answer.get_data(as_text=True)
    answer.close()
    return f"{answer.headers}\n{text}"


@pytest.mark.slow
def test_no_page_and_no_list_tells_of_a_store_that_is_not_granted(
    app: Flask, visitor: tuple[FlaskClient, bool]
) -> None:
    client, _ = visitor
    found = {
        f"{address}{query}": match[0]
        for _, method, address in addresses(app, "GET")
        for query in QUERIES
        if (match := HIDDEN.search(told(client.open(f"{address}{query}", method=method))))
    }

    assert found == {}


def test_what_is_granted_is_shown(visitor: tuple[FlaskClient, bool]) -> None:
    client, granted = visitor

    answer = client.get("/api/v1/orders")

    assert answer.get_json()["total_count"] == (1 if granted else 0)
    assert bool(re.search(MINE, answer.text)) is granted


def lists(api: FlaskClient) -> list[str]:
    """Return the address of every list below /api."""
    paths = api.get("/openapi.json").get_json()["paths"]
    return [path for path in paths if "get" in paths[path] and "{" not in path]


def test_a_list_says_that_something_is_left_out(visitor: tuple[FlaskClient, bool]) -> None:
    client, _ = visitor
    found = lists(client)
    assert len(found) > 5

    assert {path: client.get(path).get_json()["hidden"] for path in found} == dict.fromkeys(found, True)


@pytest.mark.usefixtures("world")
def test_a_list_of_everything_says_that_nothing_is_left_out(admin: FlaskClient) -> None:
    found = lists(admin)

    assert {path: admin.get(path).get_json()["hidden"] for path in found} == dict.fromkeys(found, False)


@pytest.mark.parametrize("path", ["", "/2", "/woocommerce/2/2"])
def test_an_order_of_another_store_is_not_there_at_all(
    visitor: tuple[FlaskClient, bool], database: Database, path: str
) -> None:
    client, _ = visitor
    other = client.get(f"/api/v1/orders{path or '/2'}")
    nothing = client.get(f"/api/v1/orders{'/77' if path in ('', '/2') else '/woocommerce/2/77'}")

    assert (other.status_code, nothing.status_code) == (404, 404)


def test_no_change_reaches_a_store_that_is_not_granted(
    app: Flask, visitor: tuple[FlaskClient, bool], database: Database
) -> None:
    client, _ = visitor
    before = _state_of_wheel(database)
    data: dict[str, Any] = {"quantity": "3", "status": "cancelled", "note": "x", "token": "t", "name": "mine"}
    data |= {"do": "map", "sku": "FIRE24", "store_id": "2", "product_id": "10", "variation_id": "0"}

    leaks = []
    for rule, method, address in addresses(app, *CHANGES):
        if rule.endpoint in ("auth.sign_out", "auth.sign_out_everywhere", "auth_api.logout"):
            continue
        asked: list[dict[str, Any]] = [{"data": data}]
        if rule.rule.startswith("/api/"):
            asked = [{"json": {"status": "cancelled", "note": "x", "store": 2}}, {"json": {}}]
        for body in asked:
            answer = client.open(address, method=method, headers={"Idempotency-Key": address[:200]}, **body)
            if HIDDEN.search(told(answer)):
                leaks.append(f"{method} {address}")

    assert leaks == []
    assert _state_of_wheel(database) == before


def _state_of_wheel(database: Database) -> str:
    """Everything of the store that nobody but an admin may touch."""
    with database.reading() as db:
        rows = [
            db.execute(select(table).where(which)).all()
            for table, which in (
                (stores, stores.c.id == 2),
                (orders, orders.c.store_id == 2),
                (listings, listings.c.store_id == 2),
                (failures, failures.c.store_id == 2),
                (deliveries, deliveries.c.store_id == 2),
            )
        ]
    return json.dumps([[dict(row._mapping) for row in part] for part in rows], default=str)


def test_an_admin_sees_both_stores(app: Flask, world: None, admin: FlaskClient) -> None:
    page = admin.get("/orders").text

    assert "Kim Kilner" in page
    assert "Wim Wheeler" in page


@pytest.mark.postgres
def test_every_address_answers_where_there_are_rows_to_show(
    app: Flask, world: None, admin: FlaskClient
) -> None:
    broken = []
    for _, method, address in addresses(app, "GET"):
        answer = admin.open(address, method=method)
        told(answer)  # to its end, for a stream may fail on its way
        if answer.status_code >= 500:
            broken.append(f"{address} -> {answer.status_code}")

    assert broken == []


def test_the_walk_would_notice(app: Flask, world: None, admin: FlaskClient) -> None:
    """As an admin the same walk finds something on most pages that show orders or stores."""
    telling = {
        str(rule)
        for rule, method, address in addresses(app, "GET")
        if HIDDEN.search(told(admin.open(address)))
    }

    for path in (
        "/orders",
        "/orders/<int:order_id>",
        "/customers",
        "/customers/<int:order_id>",
        "/stores",
        "/activity",
        "/to-sort",
        "/notices",
        "/audit",
        "/stock/movements/<int:movement_id>/take-back",
    ):
        assert path in telling, sorted(telling)
    for path in (
        "/sales",
        "/sales.csv",
        "/orders.csv",
        "/api/sales/recent",
        "/api/v1/orders",
        "/api/v1/orders/stats",
    ):
        assert path in telling, sorted(telling)
    assert len(telling) > 20
