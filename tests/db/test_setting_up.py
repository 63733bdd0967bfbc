"""Revision 0038: a shop with orders is set up and not asked, a fresh one gets the checklist."""

import pytest
from sqlalchemy import create_engine, text

from writer.db.migrate import migrate

ORDER = (
    "INSERT INTO orders (store_id, external_id, number, status, snapshot_hash, created_at, currency,"
    " total_minor, recorded_at) VALUES (1, '1', '1', 'completed', '', '2026-03-01', 'EUR', 100, '2026-03-02')"
)
STORE = "INSERT INTO stores (id, name, source, created_at) VALUES (1, 'A', 'a.example', '2026-01-01')"
NOTICE = (
    "INSERT INTO notices (kind, subject, sentence, times, first_at, last_at)"
    " VALUES ('backup', 'backup', 'Look.', 1, '2026-03-01 10:00:00', '2026-03-01 10:00:00')"
)


@pytest.mark.parametrize(("orders", "hidden"), [([], []), ([ORDER], ["hidden"])])
def test_only_a_shop_without_orders_is_asked(
    empty_database_url: str, orders: list[str], hidden: list[str]
) -> None:
    migrate(empty_database_url, "0037")
    engine = create_engine(empty_database_url)
    with engine.begin() as db:
        for statement in (STORE, NOTICE, *orders):
            db.execute(text(statement))

    migrate(empty_database_url, "0038")

    with engine.connect() as db:
        assert list(db.execute(text("SELECT name FROM setup_steps")).scalars()) == hidden
        assert db.execute(text("SELECT count(*) FROM notices WHERE closed_at IS NULL")).scalar_one() == 1
    engine.dispose()
