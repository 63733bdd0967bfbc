"""The names that commands had in 0.1 still work, because crontabs call them, and print the new name."""

import pytest

from tests.commands.running import run_all

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

NEW_NAMES = {
    "writer.airtable_push": "writer.commands.airtable_push",
    "writer.backup": "writer.commands.backup",
    "writer.check_stores": "writer.commands.check_stores",
    "writer.clean_up": "writer.ops.rotate_logs",
    "writer.cron list": "writer.ops.cron",
    "writer.low_stock": "writer.commands.alert_low_stock",
    "writer.migrate": "writer.db.migrate",
    "writer.push_stock --dry-run": "writer.commands.push_stock",
    "writer.sync_orders": "writer.commands.sync_orders",
}


def test_an_old_name_prints_the_new_one_and_works(database_url: str) -> None:
    ran = run_all(NEW_NAMES, database_url)

    assert {command: done.status for command, done in ran.items()} == dict.fromkeys(NEW_NAMES, 0)
    for command, new in NEW_NAMES.items():
        remark = f"{command.split()[0]} is called {new} now; this name still works."
        assert remark in ran[command].lines
        assert len(ran[command].lines) > 1, f"{command} did nothing else"
