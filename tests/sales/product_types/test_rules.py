"""Which model and variant a SKU counts as, and which SKUs are ignored."""

import pytest
from sqlalchemy import text

from writer.db import Database
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.sales import product_types

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    ("sku", "expected"),
    [
        ("fire24", ("Fire", "24pin")),
        ("FIRE28-usb", ("Fire", "28pin")),
        (" ice24-x ", ("Ice", "24pin")),
        ("ice28", ("Ice", "28pin")),
        ("ice2", None),
        ("xfire24", None),
        ("", None),
        ("%", None),
    ],
)
def test_a_sku_counts_by_the_rule_it_begins_with(
    database: Database, sku: str, expected: tuple[str, str] | None
) -> None:
    with database.reading() as db:
        assert product_types.classify(db, sku) == expected
        assert product_types.list_classified(db, [sku]) == ([sku] if expected else [])


def test_the_longest_prefix_wins(database: Database) -> None:
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "fire24-ice", "Ice", "24pin")

        found = product_types.classify(db, "fire24-ice-kit")

    assert found == ("Ice", "24pin")


def test_a_rule_with_a_wildcard_in_it_matches_only_itself(database: Database) -> None:
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "a%_", "Ice", "24pin")

        assert product_types.classify(db, "a%_b") == ("Ice", "24pin")
        assert product_types.classify(db, "axyb") is None


def test_a_rule_is_kept_folded_and_by_the_pair_as_the_owner_writes_it(database: Database) -> None:
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "  KIT-É ", "fire", "24PIN")

        assert ("kit-é", "Fire", "24pin") in [tuple(rule)[1:] for rule in product_types.list_rules(db)]
        assert product_types.classify(db, "Kit-E\u0301 large") == ("Fire", "24pin")


def test_a_second_rule_for_a_prefix_is_refused(database: Database) -> None:
    with database.transaction() as db, pytest.raises(Conflict, match="fire24 already count as Fire 24pin"):
        product_types.add_rule(db, "ada", "Fire24", "Ice", "24pin")


@pytest.mark.parametrize(
    ("prefix", "variant", "field"),
    [
        ("", "24pin", "prefix"),
        ("a\nb", "24pin", "prefix"),
        ("a" * 101, "24pin", "prefix"),
        ("a", "99", "variant"),
    ],
)
def test_an_unusable_rule_is_refused_naming_the_field(
    database: Database, prefix: str, variant: str, field: str
) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refused:
        product_types.add_rule(db, "ada", prefix, "Fire", variant)

    assert list(refused.value.errors) == [field]


def test_a_removed_rule_no_longer_matches(database: Database) -> None:
    with database.transaction() as db:
        rule = next(rule for rule in product_types.list_rules(db) if rule.prefix == "fire24")

        product_types.remove_rule(db, "ada", rule.id)

        assert product_types.classify(db, "fire24") is None


@pytest.mark.parametrize("rule_id", [0, -1, 999, 2**70])
def test_removing_a_rule_that_is_not_there_is_refused(database: Database, rule_id: int) -> None:
    with database.transaction() as db, pytest.raises(NotFound):
        product_types.remove_rule(db, "ada", rule_id)


def test_ignoring_a_sku_is_forgiving_of_case_and_repeats(database: Database) -> None:
    with database.transaction() as db:
        product_types.ignore_sku(db, "ada", "Gift-Card")
        product_types.ignore_sku(db, "ada", "gift-card")

        assert product_types.is_ignored(db, " GIFT-CARD")
        assert [row.sku for row in product_types.list_ignored(db)] == ["gift-card"]


def test_a_sku_no_longer_ignored_is_noticed_again(database: Database) -> None:
    with database.transaction() as db:
        product_types.ignore_sku(db, "ada", "gift-card")

        product_types.unignore_sku(db, "ada", "Gift-Card")

        assert not product_types.is_ignored(db, "gift-card")


def test_unignoring_what_is_not_ignored_is_refused(database: Database) -> None:
    with database.transaction() as db, pytest.raises(NotFound):
        product_types.unignore_sku(db, "ada", "fire24")


def test_every_change_of_rules_and_ignored_skus_is_audited(database: Database) -> None:
    with database.transaction() as db:
        rule_id = product_types.add_rule(db, "ada", "kit", "Fire", "24pin")
        product_types.remove_rule(db, "ada", rule_id)
        product_types.ignore_sku(db, "ada", "gift")
        product_types.unignore_sku(db, "ada", "gift")

        noted = db.execute(
            text("SELECT actor, action, subject FROM audit_entries WHERE actor = 'ada' ORDER BY id")
        ).all()

    assert [tuple(row) for row in noted] == [
        ("ada", "rule.add", "rule kit"),
        ("ada", "rule.remove", "rule kit"),
        ("ada", "sku.ignore", "sku gift"),
        ("ada", "sku.unignore", "sku gift"),
    ]
