"""`python -m writer.commands.airtable_push`, as cron runs it."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text

from tests.fake_services.airtable import Base
from tests.makers import make_environment
from tests.stock.movements.products import make_product
from writer.config import ROOT
from writer.db import Database

NAMES = ("AIRTABLE_API_KEY", "AIRTABLE_BASE_ID", "AIRTABLE_TABLES_JSON", "AIRTABLE_URL")


def run(database_url: str, **settings: str) -> subprocess.CompletedProcess[str]:
    nothing = dict.fromkeys(NAMES, "")
    environment = {**os.environ, **nothing, **make_environment(DATABASE_URL=database_url), **settings}
    command = [sys.executable, "-m", "writer.commands.airtable_push"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False
    )


def to(base: Base) -> dict[str, str]:
    return {
        "AIRTABLE_API_KEY": base.token,
        "AIRTABLE_BASE_ID": base.base_id,
        "AIRTABLE_TABLES_JSON": json.dumps({"stock": "Stock", "events": "Events of stock"}),
        "AIRTABLE_URL": base.url,
    }


def test_with_nothing_set_up_it_says_so_and_ends_well(database_url: str) -> None:
    done = run(database_url)

    assert (done.returncode, done.stdout) == (0, "Airtable is not set up. Nothing was done.\n")


def test_it_tells_airtable_and_says_what_it_told(database: Database, database_url: str) -> None:
    make_product(database, "X", 10)
    make_product(database, "Y", 3)

    with Base() as base:
        done = run(database_url, **to(base))

        assert (done.returncode, done.stdout) == (0, "2 lines of the stock list and 0 movements sent.\n")
        assert [row["On Hand"] for row in base.rows("Stock")] == [10, 3]


def test_trouble_ends_it_with_1_and_a_sentence(database: Database, database_url: str) -> None:
    make_product(database, "X", 10)

    with Base(answers=500) as base:
        done = run(database_url, **to(base))

    assert done.returncode == 1
    assert "Airtable answered 500." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_ends_it_with_2_by_name(database_url: str) -> None:
    done = run(database_url, AIRTABLE_API_KEY="pat123")

    assert done.returncode == 2
    assert done.stderr.startswith("AIRTABLE_BASE_ID is not set")


@pytest.mark.sqlite_only
def test_a_locked_database_ends_it_with_1(database: Database, database_url: str) -> None:
    engine = create_engine(database_url)
    with Base() as base, engine.connect() as other:
        other.execute(text("BEGIN EXCLUSIVE"))
        done = run(database_url, **to(base))
    engine.dispose()

    assert done.returncode == 1
    assert "The database is busy or cannot be used: the next run tries again." in done.stderr
