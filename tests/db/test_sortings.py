"""The migration that lets products count as themselves: a database in use goes on counting by rules alone."""

import pytest
from sqlalchemy import create_engine, text

from tests.db.migrated import upgraded
from writer.db.migrate import migrate

AT = "2026-11-20 10:00:00"
STORE = f"INSERT INTO stores (id, name, source, created_at) VALUES (1, 'A', 'a.example', '{AT}')"
USER = f"INSERT INTO users (name, password_hash, role, created_at) VALUES ('ada', 'x', 'admin', '{AT}')"
PRODUCT = f"INSERT INTO products (sku, sku_key, counted_from) VALUES ('MUG', 'mug', '{AT}')"
SALE = "INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 3)"


@pytest.mark.parametrize("row", [STORE, USER, PRODUCT, SALE])
def test_a_database_in_use_counts_by_its_rules_alone(empty_database_url: str, row: str) -> None:
    with upgraded(empty_database_url, "0031", [row]) as db:
        assert db.execute(text("SELECT counts_as FROM counting")).scalars().all() == ["types"]


def test_a_fresh_database_has_not_chosen(empty_database_url: str) -> None:
    migrate(empty_database_url)

    engine = create_engine(empty_database_url)
    with engine.connect() as db:
        assert db.execute(text("SELECT counts_as FROM counting")).scalars().all() == [None]
    engine.dispose()


def test_rules_and_what_is_said_of_products_are_kept(empty_database_url: str) -> None:
    rule = "INSERT INTO sku_rules (prefix, model, variant) VALUES ('kit', 'Fire', '28pin')"
    said = "INSERT INTO product_skus (store_id, product_id, variation_id, sku) VALUES (1, 10, 0, 'KIT')"

    with upgraded(empty_database_url, "0031", [STORE, rule, said]) as db:
        rules = db.execute(text("SELECT prefix, sorting_id FROM sku_rules WHERE prefix = 'kit'")).all()
        mappings = db.execute(text("SELECT sku, sorting_id FROM product_skus")).all()

    assert [tuple(row) for row in rules] == [("kit", None)]
    assert [tuple(row) for row in mappings] == [("KIT", None)]
