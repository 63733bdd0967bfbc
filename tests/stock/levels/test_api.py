"""Stock as JSON: one count per SKU, and what moves it."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import grant_every_store
from tests.stock.movements.products import make_product, moves, on_hand, product
from writer.db import Database, insert_row
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.stock import movements


def body(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return json.loads(answer.text)


def assert_problem(answer: TestResponse, status: int, *fields: str, code: str = "") -> None:
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    told = json.loads(answer.text)
    assert set(told.get("errors", {})) == set(fields)
    assert told["type"].endswith(code)


def move(api: FlaskClient, kind: str, quantity: Any, sku: str = "X", **more: Any) -> TestResponse:
    address = f"/api/v1/stock/{quote(sku, safe='')}/movements"
    return api.post(address, json={"kind": kind, "quantity": quantity, **more})


def test_a_product_is_told_with_all_that_the_list_shows(api: FlaskClient, database: Database) -> None:
    row = make_product(database, set_aside=3, name="A box", lead_time_days=14, reorder_point=10)
    with database.transaction() as db:
        movements.sell(db, "ada", row, 5)

    told = body(api.get("/api/v1/stock/x"))

    wanted = {"sku": "X", "name": "A box", "on_hand": 5, "reserved": 3, "available": 2, "sold_30_days": 5}
    assert {name: told[name] for name in wanted} == wanted
    assert (told["is_low"], told["is_oversold"], told["days_of_cover"]) == (True, False, 0)
    assert (told["model"], told["listings"]) == (None, [])


def test_a_product_tells_what_each_store_shows(api: FlaskClient, database: Database) -> None:
    row = make_product(database)
    with database.transaction() as db:
        store = insert_row(
            db, stores, name="shop", source="https://shop.example/", created_at=row.counted_from
        )
        listed = {
            "store_id": store,
            "product_id": 7,
            "stock_product_id": row.id,
            "shown_quantity": 9,
            "confirmed_quantity": 9,
        }
        insert_row(db, listings, **listed, shown_at=row.counted_from, handled_version=row.version)
    assert body(api.get("/api/v1/stock/X"))["listings"] == []
    grant_every_store(database)

    told = body(api.get("/api/v1/stock/X"))["listings"]

    assert [(shop["store"], shop["product_id"], shop["shown"], shop["told"]) for shop in told] == [
        ("shop", 7, 9, 9)
    ]
    assert (told[0]["is_current"], told[0]["problem"], told[0]["told_at"]) == (True, None, None)


def test_the_list_is_paged_and_searched(api: FlaskClient, database: Database) -> None:
    for sku in ("C", "a", "B"):
        make_product(database, sku, name=f"Name of {sku}")

    first = body(api.get("/api/v1/stock?limit=2"))
    rest = body(api.get("/api/v1/stock?limit=2&offset=2"))
    found = body(api.get("/api/v1/stock?q=OF b"))

    assert ([entry["sku"] for entry in first["entries"]], first["total_count"]) == (["a", "B"], 3)
    assert [entry["sku"] for entry in rest["entries"]] == ["C"]
    assert [entry["sku"] for entry in found["entries"]] == ["B"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=1_0", f"q={'a' * 201}"]
)
def test_a_list_that_cannot_be_is_refused_by_name(api: FlaskClient, query: str) -> None:
    assert_problem(api.get(f"/api/v1/stock?{query}"), 422, query.split("=")[0])


@pytest.mark.parametrize(
    "sku", ["a b", "a/b", "/a", "a//b", "a/", "Ringelblumen-Öl", "50%", "a?b#c", "é+é", "."]
)
def test_any_sku_can_be_asked_for_and_moved(api: FlaskClient, database: Database, sku: str) -> None:
    make_product(database, sku)
    address = f"/api/v1/stock/{quote(sku, safe='')}"

    assert body(api.get(address))["sku"] == sku
    assert body(move(api, "receipt", 2, sku), 201)["on_hand"] == 12
    assert body(api.get(f"{address}/movements"))["total_count"] == 2


@pytest.mark.parametrize("sku", ["nothing", "a" * 500, "a\0b", "a\nb", "%ed%a0%80"])
def test_a_sku_that_is_none_is_not_found(api: FlaskClient, sku: str) -> None:
    assert_problem(api.get(f"/api/v1/stock/{sku if '%' in sku else quote(sku)}"), 404)


@pytest.mark.parametrize(
    ("kind", "quantity", "change"),
    [
        ("receipt", 5, 5),
        ("adjustment", -2, -2),
        ("sale", 3, -3),
        ("stock_take", 7, -3),
        ("stock_take", 10, 0),
    ],
)
def test_each_kind_moves_as_it_says(
    api: FlaskClient, database: Database, kind: str, quantity: int, change: int
) -> None:
    make_product(database, set_aside=1)

    told = body(move(api, kind, quantity, note="why"), 201)

    wanted = {"sku": "X", "moved": change, "on_hand": 10 + change, "reserved": 1, "available": 9 + change}
    assert told == {**wanted, "movement_id": 2 if change else None}
    assert on_hand(database) == 10 + change


def test_movements_are_told_newest_first_and_add_up(api: FlaskClient, database: Database) -> None:
    make_product(database)
    move(api, "sale", 3, note="fair")
    move(api, "stock_take", 5)

    told = body(api.get("/api/v1/stock/X/movements?limit=2"))

    assert told["total_count"] == 3
    assert [(entry["kind"], entry["quantity"], entry["on_hand_after"]) for entry in told["entries"]] == [
        ("stock_take", -2, 5),
        ("sale", -3, 7),
    ]
    assert (told["entries"][1]["actor"], told["entries"][1]["note"]) == ("token program", "fair")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"kind": "sale", "quantity": 0}, "quantity"),
        ({"kind": "sale", "quantity": -1}, "quantity"),
        ({"kind": "receipt", "quantity": -1}, "quantity"),
        ({"kind": "adjustment", "quantity": 0, "note": "why"}, "quantity"),
        ({"kind": "adjustment", "quantity": 1}, "note"),
        ({"kind": "stock_take", "quantity": -1}, "count"),
        ({"quantity": "2"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": 1_000_001}, "quantity"),
        ({"note": "a" * 501}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"at": "yesterday"}, "at"),
        ({"at": 1_700_000_000}, "at"),
        ({"at": "2999-01-01T00:00:00Z"}, "at"),
        ({"at": "0001-01-01T00:00:00+12:00"}, "at"),
        ({"at": "2001-01-01T00:00:00Z"}, "at"),
    ],
)
def test_a_movement_that_cannot_be_is_named_and_moves_nothing(
    api: FlaskClient, database: Database, change: dict[str, Any], field: str
) -> None:
    make_product(database)

    answer = api.post("/api/v1/stock/X/movements", json={"kind": "receipt", "quantity": 1, **change})

    assert_problem(answer, 422, field)
    assert moves(database) == []


def test_an_oversell_is_refused_unless_it_is_meant(api: FlaskClient, database: Database) -> None:
    make_product(database, on_hand=2)

    assert_problem(move(api, "sale", 3), 409, "quantity", code="not_enough_stock")
    assert on_hand(database) == 2
    assert body(move(api, "sale", 3, allow_oversell=True), 201)["available"] == -1


def test_a_product_with_backorders_is_never_refused(api: FlaskClient, database: Database) -> None:
    make_product(database, on_hand=2, allows_backorders=True)

    assert body(move(api, "sale", 3), 201)["on_hand"] == -1


def test_a_movement_sent_again_with_its_key_moves_once(api: FlaskClient, database: Database) -> None:
    make_product(database)
    sent = {"kind": "receipt", "quantity": 5}

    for _ in range(2):
        answer = api.post("/api/v1/stock/X/movements", json=sent, headers={"Idempotency-Key": "k-1"})
        assert body(answer, 201)["on_hand"] == 15

    assert moves(database) == [5]


def test_several_skus_move_together(api: FlaskClient, database: Database) -> None:
    make_product(database, "A")
    make_product(database, "B")
    lines = [
        {"sku": "B", "kind": "sale", "quantity": 4},
        {"sku": "a", "kind": "receipt", "quantity": 1},
        {"sku": "B", "kind": "sale", "quantity": 4},
    ]

    told = body(api.post("/api/v1/stock/movements", json={"lines": lines}), 201)

    assert [(line["sku"], line["moved"], line["on_hand"]) for line in told["lines"]] == [
        ("B", -4, 6),
        ("A", 1, 11),
        ("B", -4, 2),
    ]


def test_one_line_that_cannot_be_keeps_all_from_moving(api: FlaskClient, database: Database) -> None:
    make_product(database, "A")
    make_product(database, "B", on_hand=1)
    lines = [{"sku": sku, "kind": "sale", "quantity": 2} for sku in ("A", "B")]

    answer = api.post("/api/v1/stock/movements", json={"lines": lines})

    assert_problem(answer, 409, "lines.1.quantity", code="not_enough_stock")
    assert answer.get_json()["detail"].startswith("Line 2, B: ")
    assert (on_hand(database, "A"), on_hand(database, "B")) == (10, 1)


def test_every_line_with_an_unknown_sku_is_named(api: FlaskClient, database: Database) -> None:
    make_product(database)
    lines = [{"sku": sku, "kind": "sale", "quantity": 2} for sku in ("Y", "X", "a\0b")]

    answer = api.post("/api/v1/stock/movements", json={"lines": lines})

    assert_problem(answer, 422, "lines.0.sku", "lines.2.sku")
    assert on_hand(database) == 10


def test_every_line_with_an_unusable_value_is_named(api: FlaskClient, database: Database) -> None:
    make_product(database)
    lines = [{"sku": "X", "kind": "sale", "quantity": 1}, {"sku": "\ud800", "kind": "sale", "quantity": "1"}]

    answer = api.post("/api/v1/stock/movements", json={"lines": lines})

    assert_problem(answer, 422, "lines.1.sku", "lines.1.quantity")
    assert on_hand(database) == 10


def test_no_lines_are_refused(api: FlaskClient) -> None:
    assert_problem(api.post("/api/v1/stock/movements", json={"lines": []}), 422, "lines")


def test_a_product_is_added_with_its_settings_and_its_first_count(
    api: FlaskClient, database: Database
) -> None:
    settings = {"name": "A box", "model": "Fire", "reserved": 2, "reorder_point": 5, "lead_time_days": 7}

    told = body(api.post("/api/v1/stock", json={"sku": " Box-1 ", "on_hand": 12, **settings}), 201)

    assert {name: told[name] for name in settings} == settings
    assert (told["sku"], told["on_hand"], told["available"], told["is_active"]) == ("Box-1", 12, 10, True)
    assert on_hand(database, "box-1") == 12


def test_a_sku_is_added_once(api: FlaskClient, database: Database) -> None:
    make_product(database)

    assert_problem(api.post("/api/v1/stock", json={"sku": "x"}), 409, "sku")


def test_settings_change_and_what_is_not_sent_stays(api: FlaskClient, database: Database) -> None:
    make_product(database, name="A box", reorder_point=5, set_aside=2)

    told = body(api.put("/api/v1/stock/x", json={"sku": "Y", "reorder_point": None, "is_active": False}))

    assert (told["sku"], told["name"], told["reorder_point"], told["reserved"]) == ("Y", "A box", None, 2)
    assert told["is_active"] is False
    assert product(database, "X").sku == "Y"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sku": ""}, "sku"),
        ({"sku": "\u0007"}, "sku"),
        ({"name": None}, "name"),
        ({"model": "a" * 51}, "model"),
        ({"reserved": -1}, "reserved"),
        ({"reorder_point": 1.5}, "reorder_point"),
        ({"allows_backorders": 1}, "allows_backorders"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    api: FlaskClient, database: Database, change: dict[str, Any], field: str
) -> None:
    before = make_product(database)

    assert_problem(api.put("/api/v1/stock/X", json=change), 422, field)
    assert product(database).version == before.version


def test_changing_a_product_that_is_not_there_makes_none(api: FlaskClient) -> None:
    assert_problem(api.put("/api/v1/stock/X", json={"name": "A box"}), 404)
    assert_problem(move(api, "receipt", 1), 404)
    assert body(api.get("/api/v1/stock"))["total_count"] == 0


def take_back(api: FlaskClient, movement_id: int) -> TestResponse:
    return api.post(f"/api/v1/stock/movements/{movement_id}/take-back")


def test_a_movement_is_taken_back_once(api: FlaskClient, database: Database) -> None:
    make_product(database)
    movement_id = body(move(api, "adjustment", -2, note="broken"), 201)["movement_id"]

    told = body(take_back(api, movement_id), 201)

    assert [(line["sku"], line["moved"], line["on_hand"]) for line in told["lines"]] == [("X", 2, 10)]
    assert_problem(take_back(api, movement_id), 409, code="conflict")
    newest, taken_back, first = body(api.get("/api/v1/stock/X/movements"))["entries"]
    assert (newest["takes_back_id"], taken_back["taken_back_by_id"]) == (movement_id, newest["id"])
    assert (first["takes_back_id"], first["taken_back_by_id"], first["document_id"]) == (None, None, None)


def test_a_key_lets_a_take_back_be_repeated(api: FlaskClient, database: Database) -> None:
    make_product(database)
    movement_id = body(move(api, "adjustment", -2, note="broken"), 201)["movement_id"]

    for _ in range(2):
        address = f"/api/v1/stock/movements/{movement_id}/take-back"
        body(api.post(address, headers={"Idempotency-Key": "k-1"}), 201)

    assert on_hand(database) == 10


def test_what_was_sold_since_cannot_be_taken_back(api: FlaskClient, database: Database) -> None:
    make_product(database, on_hand=0)
    movement_id = body(move(api, "receipt", 5), 201)["movement_id"]
    move(api, "sale", 4)

    assert_problem(take_back(api, movement_id), 409, code="not_enough_stock")
    assert_problem(take_back(api, 99), 404)
    assert_problem(take_back(api, 2**40), 404)


def test_a_delivery_is_received_and_taken_back_as_a_whole(api: FlaskClient, database: Database) -> None:
    for sku in ("A", "B"):
        make_product(database, sku)
    lines = [{"sku": "a", "quantity": 5}, {"sku": "B", "quantity": 7}]

    told = body(api.post("/api/v1/stock/receipts", json={"lines": lines, "delivery_note": "DN-7"}), 201)

    assert [(line["sku"], line["moved"], line["on_hand"]) for line in told["lines"]] == [
        ("A", 5, 15),
        ("B", 7, 17),
    ]
    assert body(api.get("/api/v1/stock/A/movements"))["entries"][0]["document_id"] == told["id"]
    assert len(body(take_back(api, told["lines"][0]["movement_id"]), 201)["lines"]) == 2
    assert (on_hand(database, "A"), on_hand(database, "B")) == (10, 10)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "nope", "quantity": 1}]}, "lines.0.sku"),
        ({"lines": [{"sku": "X", "quantity": 0}]}, "lines.0.quantity"),
        ({"delivery_note": "a\nb"}, "delivery_note"),
        ({"supplier": "\u0007"}, "supplier"),
        ({"at": "2001-01-01T10:00:00Z"}, "at"),
    ],
)
def test_a_delivery_that_cannot_be_received_is_refused_whole(
    api: FlaskClient, database: Database, change: dict[str, Any], field: str
) -> None:
    make_product(database)
    sent = {"lines": [{"sku": "X", "quantity": 5}], **change}

    assert_problem(api.post("/api/v1/stock/receipts", json=sent), 422, field)
    assert on_hand(database) == 10
