"""A migration that has landed never changes: databases out there have run it.

When one lands, its line is appended here; `python -m tests.db.test_landed` prints the lines there would be.
"""

import hashlib
from pathlib import Path

from writer.config import ROOT

VERSIONS = ROOT / "writer" / "db" / "migrations" / "versions"
LANDED = [
    "0001_accounts_and_audit:6828fb125523da35",
    "0002_stores_and_orders:95fb8f8354d9abd3",
    "0003_deliveries:bcbc59e1037b8ebd",
    "0004_sales:50f0215adc625189",
    "0005_public_totals:4548f75aefb6ddf5",
    "0006_stock:f3e16d4daa9b568b",
    "0007_stock_forms:85f93d9b1498f052",
    "0008_airtable:5de3c77b646b282d",
    "0009_order_cache:f452d052a3d9e314",
    "0010_who_sees_what:acfba336f1402c45",
    "0011_order_lists:83acae7f5c456247",
    "0012_movements_by_kind:d58a8da1b9160bbe",
    "0013_sums_outlive_the_cache:802e788c71e2cea6",
    "0014_agreed_at:e8904ca4c048333e",
    "0015_orders_by_parent:7a19e90907c68541",
    "0016_set_aside:cd11bc2c4e14aefd",
    "0017_plain_column_names:b047194660c8a365",
    "0018_orders_by_month:332506521c7908c5",
    "0019_worker_tasks:62e3105296e836b3",
    "0020_counted_at_commit:35f2a743f619d560",
    "0021_order_column_names:45d2c068e6c4f796",
    "0022_second_look:737d2966071573d8",
    "0023_poll_interval:75d27c120fd8eb30",
    "0024_counted_at_parent:5ceb59bea7e04407",
    "0025_moved_stores:8207c025daac485b",
    "0026_what_is_old:ab6a0c23642d5531",
    "0027_shown_modified_at:d1d50ff671f72e8b",
    "0028_store_hours:9401a3352fd2a6a7",
    "0029_activity:678d171a307ee873",
    "0030_what_is_to_ship:7201d47e974029ea",
    "0031_counted_orders:eddf6490497190e1",
    "0032_sortings:c5953082f24e9cad",
    "0033_take_back:c9877008e90f4920",
    "0034_sold_days:92efb08cceee6789",
    "0035_lists_of_orders:2096163eff86656e",
    "0036_theme:d4b4c9959d381015",
    "0037_when_refunded:7eae99cbdd1b4910",
    "0038_setting_up:41aa0d3b13444c9e",
    "0039_deliveries_that_wait:23f3a0fb4cd13746",
    "0040_lists_of_orders_by_index:ab385b14db507c2e",
    "0041_lists_of_orders_kept:d2c150a62ad7f2e2",
]


def fingerprint(migration: Path) -> str:
    """Return what the file says, but for where it imports from: a module may move."""
    lines = [line for line in migration.read_text().splitlines() if not line.startswith("from writer.")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def lines() -> list[str]:
    """Return `name:fingerprint` of every migration there is."""
    return [f"{path.stem}:{fingerprint(path)}" for path in sorted(VERSIONS.glob("[0-9]*.py"))]


def test_no_migration_that_has_landed_was_changed_or_removed() -> None:
    assert lines()[: len(LANDED)] == LANDED


def test_every_migration_but_the_newest_has_landed() -> None:
    assert len(lines()) - len(LANDED) <= 1, "append to LANDED what `python -m tests.db.test_landed` prints"


if __name__ == "__main__":
    print("\n".join(lines()))
