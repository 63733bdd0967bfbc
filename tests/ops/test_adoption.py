"""The earlier service's file is taken over: a copy first, every row kept, the totals right."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.makers import make_environment
from writer.config import ROOT
from writer.db.migrate import migrate

pytestmark = pytest.mark.sqlite_only

WITH_NOTES = """CREATE TABLE sales (
    id INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, variant TEXT NOT NULL,
    quantity INTEGER NOT NULL DEFAULT 1, seller TEXT NOT NULL, notes TEXT,
    date_added TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"""
WITHOUT_NOTES = WITH_NOTES.replace(" notes TEXT,", "")
TYPES = [("Fire", "24pin"), ("Fire", "28pin"), ("Ice", "24pin"), ("Ice", "28pin")]


def make_earlier(path: Path, create: str, rows: list[tuple[Any, ...]]) -> Path:
    """Make an earlier service's file; rows are (model, variant, quantity, seller, date_added)."""
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute(create)
        earlier.execute("CREATE INDEX idx_sales_date ON sales (date_added)")
        insert = "INSERT INTO sales (model, variant, quantity, seller, date_added) VALUES (?, ?, ?, ?, ?)"
        earlier.executemany(insert, rows)
        earlier.commit()
    return path


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def many(count: int) -> list[tuple[Any, ...]]:
    return [
        (*TYPES[i % 4], i % 3 + 1, "piers.rocks", f"2025-{i % 12 + 1:02}-{i % 28 + 1:02} 10:00:00")
        for i in range(count)
    ]


@pytest.mark.parametrize("create", [WITH_NOTES, WITHOUT_NOTES], ids=["with notes", "without notes"])
def test_thousands_of_rows_are_kept_and_counted(tmp_path: Path, create: str) -> None:
    file = make_earlier(tmp_path / "sales.db", create, many(6000))
    columns = "id, model, variant, quantity, seller, date_added"
    before = ask(file, f"SELECT {columns} FROM sales ORDER BY id")

    migrate(f"sqlite:///{file}")

    assert ask(file, f"SELECT {columns} FROM sales ORDER BY id") == before
    assert ask(file, "SELECT sum(count) FROM public_types") == [(12000,)]
    assert ask(file, "SELECT model, variant, count FROM sales_totals ORDER BY 1, 2") == [
        ("Fire", "24pin", 3000),
        ("Fire", "28pin", 3000),
        ("Ice", "24pin", 3000),
        ("Ice", "28pin", 3000),
    ]
    assert ask(file, "SELECT sum(count) FROM public_days") == [(12000,)]
    assert ask(file, "PRAGMA journal_mode") == [("wal",)]


def test_a_copy_of_the_file_is_made_first(tmp_path: Path) -> None:
    file = make_earlier(tmp_path / "sales.db", WITHOUT_NOTES, many(10))

    migrate(f"sqlite:///{file}")
    migrate(f"sqlite:///{file}")

    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.startswith("sales-before-adoption-")
    assert ask(copy, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") == [
        ("sales",)
    ]
    assert ask(copy, "SELECT count(*), sum(quantity) FROM sales") == [(10, 19)]


def test_notes_and_ids_stay_and_new_ids_come_after_the_old_ones(tmp_path: Path) -> None:
    file = make_earlier(tmp_path / "sales.db", WITH_NOTES, many(3))
    with closing(sqlite3.connect(file)) as earlier:
        earlier.execute("UPDATE sales SET id = 500, notes = 'for Ada' WHERE id = 3")
        earlier.commit()

    migrate(f"sqlite:///{file}")

    with closing(sqlite3.connect(file)) as database:
        database.execute("INSERT INTO sales (model, variant) VALUES ('Ice', '24pin')")
        database.commit()
    assert ask(file, "SELECT id, notes FROM sales ORDER BY id") == [
        (1, ""),
        (2, ""),
        (500, "for Ada"),
        (501, ""),
    ]


def test_odd_dates_and_quantities_are_kept_with_a_remark(tmp_path: Path) -> None:
    create = WITH_NOTES.replace("NOT NULL", "")
    rows = [
        ("Fire", "28pin", 2, "piers.rocks", "2025-03-01T09:30:00"),
        ("Fire", "28pin", 3, "piers.rocks", "2025-03-01 09:30:00+02:00"),
        ("Fire", "28pin", 4, "piers.rocks", 1740821400),
        ("Fire", "28pin", 5, "piers.rocks", "yesterday"),
        ("Fire", "28pin", 6, "piers.rocks", None),
        ("Fire", "28pin", None, None, "2025-03-01"),
        ("Fire", "28pin", "a few", "piers.rocks", "2025-03-01"),
        ("Water", "40pin", -1, "piers.rocks", "2025-03-01"),
    ]
    file = make_earlier(tmp_path / "sales.db", create, rows)
    counted = ask(file, "SELECT sum(quantity) FROM sales")

    migrate(f"sqlite:///{file}")

    assert ask(file, "SELECT sum(count) FROM public_types") == counted == [(19,)]
    kept = ask(file, "SELECT quantity, date_added, notes FROM sales ORDER BY id")
    assert [row[1] for row in kept[:3]] == [
        "2025-03-01 09:30:00",
        "2025-03-01 07:30:00",
        "2025-03-01 09:30:00",
    ]
    assert kept[3][2] == "(date was 'yesterday')"
    assert kept[4][2] == "(date was None)"
    assert kept[6] == (0, "2025-03-01 00:00:00", "(quantity was 'a few')")
    assert ask(file, "SELECT count(*) FROM sale_types WHERE model = 'Water' AND variant = '40pin'") == [(1,)]


def test_what_no_ledger_can_hold_is_kept_as_a_remark_and_stops_nothing(tmp_path: Path) -> None:
    create = WITH_NOTES.replace("quantity INTEGER NOT NULL", "quantity")
    rows = [
        ("Fire", "28pin", float("inf"), "piers.rocks", "0001-01-01T00:00:00+05:00"),
        ("Fire", "28pin", 2_000_000_000, "piers.rocks", "0005-01-01 00:00:00"),
        ("Fire", "28pin", 1.5, "piers.rocks", 1_700_000_000_000),
        ("Fire", "28pin", "3", "piers.rocks", "2025-03-01"),
        ("Fire", "28pin", "4.0", "piers.rocks", "2025-03-01"),
        ("Fire", "28pin", 0, "piers.rocks", "2025-03-01"),
    ]
    file = make_earlier(tmp_path / "sales.db", create, rows)

    migrate(f"sqlite:///{file}")

    assert ask(file, "SELECT quantity, notes FROM sales ORDER BY id") == [
        (0, "(date was '0001-01-01T00:00:00+05:00') (quantity was inf)"),
        (0, "(quantity was 2000000000)"),
        (1, "(date was 1700000000000) (quantity was 1.5)"),
        (3, ""),
        (4, ""),
        (0, ""),
    ]
    assert ask(file, "SELECT date_added FROM sales WHERE id = 2") == [("0005-01-01 00:00:00",)]
    assert ask(file, "SELECT sum(count) FROM public_types") == [(8,)]


def test_a_hand_edit_after_the_take_over_is_counted(tmp_path: Path) -> None:
    file = make_earlier(tmp_path / "sales.db", WITHOUT_NOTES, many(4))
    migrate(f"sqlite:///{file}")

    with closing(sqlite3.connect(file)) as shell, shell:
        shell.execute("UPDATE sales SET quantity = 10 WHERE id = 1")

    assert ask(file, "SELECT sum(count) FROM public_types") == [(16,)]


def test_an_empty_file_of_the_earlier_service_is_taken_over(tmp_path: Path) -> None:
    file = make_earlier(tmp_path / "sales.db", WITHOUT_NOTES, [])

    migrate(f"sqlite:///{file}")

    assert ask(file, "SELECT sum(count) FROM public_types") == [(0,)]


def test_four_starts_at_once_take_it_over_once(tmp_path: Path) -> None:
    file = make_earlier(tmp_path / "sales.db", WITH_NOTES, many(3000))
    environment = {**os.environ, **make_environment(DATABASE_URL=f"sqlite:///{file}")}
    command = [sys.executable, "-m", "writer.db.migrate"]

    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)
    ]

    assert [process.wait(timeout=90) for process in started] == [0, 0, 0, 0]
    assert ask(file, "SELECT count(*), sum(quantity) FROM sales") == [(3000, 6000)]
    assert len(list((tmp_path / "backups").iterdir())) == 1
