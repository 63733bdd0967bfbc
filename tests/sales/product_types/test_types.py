"""The model and variant pairs a sale can be of."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from tests.sales.ledger.conftest import add_order_line
from writer.db import Database
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.sales import product_types
from writer.sales.ledger import actions
from writer.sales.product_types import types


def pair_id(db: Connection, model: str, variant: str) -> int:
    ids = {(row.model, row.variant): int(row.id) for row in types.list_types(db)}
    return ids[model, variant]


def test_a_fresh_ledger_knows_fire_and_ice(database: Database) -> None:
    with database.reading() as db:
        found = [(row.model, row.variant, row.is_active) for row in product_types.list_types(db)]

    assert found == [
        ("Fire", "24pin", True),
        ("Fire", "28pin", True),
        ("Ice", "24pin", True),
        ("Ice", "28pin", True),
    ]


def test_an_added_pair_takes_sales(database: Database) -> None:
    with database.transaction() as db:
        types.add_type(db, "ada", " Earth ", "40pin")

        assert product_types.is_known_type(db, "earth", "40PIN")
        assert pair_id(db, "Earth", "40pin")


@pytest.mark.parametrize(
    ("model", "variant", "fields"),
    [("", "a", ["model"]), ("a", " ", ["variant"]), ("a" * 41, "b\n", ["model", "variant"])],
)
def test_a_pair_that_cannot_be_is_refused_naming_each_field(
    database: Database, model: str, variant: str, fields: list[str]
) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refused:
        types.add_type(db, "ada", model, variant)

    assert list(refused.value.errors) == fields


def test_the_same_pair_in_another_case_is_refused(database: Database) -> None:
    with database.transaction() as db, pytest.raises(Conflict, match="Fire 24pin is there already"):
        types.add_type(db, "ada", "FIRE", "24PIN")


def test_two_pairs_that_differ_in_case_are_told_apart_where_they_are(database: Database) -> None:
    with database.transaction() as db:
        db.execute(text("INSERT INTO sale_types (model, variant) VALUES ('FIRE', '24pin')"))

        assert types.find_active(db, "FIRE", "24pin") == ("FIRE", "24pin")
        assert types.find_active(db, "Fire", "24pin") == ("Fire", "24pin")


def test_a_pair_no_longer_active_takes_no_sales_and_its_rules_still_count(database: Database) -> None:
    sale: dict[str, Any] = {"model": "Fire", "variant": "24pin", "quantity": 1, "seller": ""}
    with database.transaction() as db:
        types.set_active(db, "ada", pair_id(db, "Fire", "24pin"), False)

        with pytest.raises(Invalid, match="There are: Fire 28pin, Ice 24pin, Ice 28pin") as refused:
            actions.add(db, "ada", "form", sale)

        assert list(refused.value.errors) == ["variant"]
        assert product_types.classify(db, "fire24") == ("Fire", "24pin")


def test_a_pair_can_be_active_again(database: Database) -> None:
    with database.transaction() as db:
        found = pair_id(db, "Fire", "24pin")
        types.set_active(db, "ada", found, False)

        types.set_active(db, "ada", found, True)

        assert product_types.is_known_type(db, "Fire", "24pin")


def test_a_pair_that_is_named_anywhere_is_not_deleted(database: Database) -> None:
    add_order_line(database)
    with database.transaction() as db:
        types.add_type(db, "ada", "Sold", "x")
        types.add_type(db, "ada", "Ordered", "x")
        actions.add(db, "ada", "form", {"model": "Sold", "variant": "x", "quantity": 1, "seller": ""})
        db.execute(text("UPDATE order_lines SET model = 'Ordered', variant = 'x'"))

        for model, variant in (("Sold", "x"), ("Ordered", "x"), ("Fire", "24pin")):
            assert pair_id(db, model, variant) in types.list_used(db)
            with pytest.raises(Conflict, match="deactivate it instead"):
                types.delete_type(db, "ada", pair_id(db, model, variant))


def test_a_pair_that_nothing_names_is_deleted(database: Database) -> None:
    with database.transaction() as db:
        type_id = types.add_type(db, "ada", "Earth", "40pin")

        types.delete_type(db, "ada", type_id)

        assert not product_types.is_known_type(db, "Earth", "40pin")
        with pytest.raises(NotFound):
            types.set_active(db, "ada", type_id, False)


def test_every_change_of_a_pair_is_audited_once(database: Database) -> None:
    with database.transaction() as db:
        type_id = types.add_type(db, "ada", "Earth", "40pin")
        types.set_active(db, "ada", type_id, False)
        types.set_active(db, "ada", type_id, False)
        types.set_active(db, "ada", type_id, True)
        types.delete_type(db, "ada", type_id)

        noted = list(db.execute(text("SELECT action FROM audit_entries ORDER BY id")).scalars())

    assert noted == ["type.add", "type.deactivate", "type.activate", "type.delete"]
