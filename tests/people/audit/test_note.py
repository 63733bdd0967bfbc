"""The audit trail: what is written, and the page it is read on."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING
from writer.people import audit
from writer.people.audit.queries import Change, Wanted, changes, count_entries, list_entries


def test_a_note_says_who_did_what_to_what_and_when(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2025, 3, 1, 14, 5, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)

    with database.transaction() as db:
        audit.note(db, "ada", "sale.edit", "sale 12", {"quantity": 1}, {"quantity": 2, "date": moment})

    with database.reading() as db:
        entry = db.execute(select(audit_entries)).one()
    assert (entry.at, entry.actor, entry.action, entry.subject) == (moment, "ada", "sale.edit", "sale 12")
    assert entry.before == '{"quantity": 1}'
    assert entry.after == '{"quantity": 2, "date": "2025-03-01 14:05:00+00:00"}'


def test_a_note_is_gone_with_the_change_that_failed(database: Database) -> None:
    def change_and_fail() -> None:
        with database.transaction() as db:
            audit.note(db, "ada", "sale.edit", "sale 12", None, None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()

    with database.reading() as db:
        assert db.execute(select(audit_entries)).all() == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1, "b": "same"}, {"a": 2, "b": "same"}, [Change("a", "1", "2")]),
        (None, {"a": "x", "b": "", "c": None}, [Change("a", None, "x")]),
        (None, {"a": "2026-11-26T04:13:25+00:00"}, [Change("a", None, "2026-11-26 04:13:25")]),
        ({"a": "x"}, None, [Change("a", "x", None)]),
        (
            {"a": None, "b": ""},
            {"a": True, "b": ["é"]},
            [Change("a", "(empty)", "yes"), Change("b", "(empty)", '["é"]')],
        ),
        ({"a": 0}, {"a": 0, "b": 1}, [Change("b", None, "1")]),
        (None, None, []),
    ],
)
def test_only_what_changed_is_shown(
    database: Database,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    expected: list[Change],
) -> None:
    with database.transaction() as db:
        audit.note(db, "ada", "sale.edit", "sale 1", before, after)
        entry = list_entries(db, EVERYTHING, Wanted(), 1, 0)[0]

    assert changes(entry) == expected


@pytest.mark.parametrize(
    ("wanted", "subjects"),
    [
        (Wanted(), ["rule 100%", "sale 2", "sale 1"]),
        (Wanted(actor="kim"), ["sale 2"]),
        (Wanted(action="sale"), ["sale 2", "sale 1"]),
        (Wanted(action="sale.edit"), ["sale 1"]),
        (Wanted(action="sal"), []),
        (Wanted(subject="SALE"), ["sale 2", "sale 1"]),
        (Wanted(subject="100%"), ["rule 100%"]),
        (Wanted(subject="%"), ["rule 100%"]),
        (Wanted(since=datetime(2025, 3, 2, tzinfo=UTC)), ["rule 100%", "sale 2"]),
        (Wanted(before=datetime(2025, 3, 2, tzinfo=UTC)), ["sale 1"]),
    ],
)
def test_the_trail_is_filtered(
    database: Database, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, subjects: list[str]
) -> None:
    start = datetime(2025, 3, 1, 23, 0, tzinfo=UTC)
    rows = [("ada", "sale.edit", "sale 1"), ("kim", "sale.add", "sale 2"), ("ada", "rule.add", "rule 100%")]
    with database.transaction() as db:
        for number, row in enumerate(rows):
            monkeypatch.setattr(clock, "now", lambda number=number: start + timedelta(hours=number))
            audit.note(db, *row, None, None)

        found = [row.subject for row in list_entries(db, EVERYTHING, wanted, 10, 0)]

        assert found == subjects
        assert count_entries(db, EVERYTHING, wanted) == len(subjects)


def test_the_page_shows_what_was_and_what_became_of_it(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        audit.note(db, "kim", "sale.edit", "sale 1", {"notes": "<b>old</b>"}, {"notes": "new"})

    page = admin.get("/audit").text

    assert "<del>&lt;b&gt;old&lt;/b&gt;</del> <ins>new</ins>" in page
    assert "<strong>kim</strong>" in page


def test_the_page_shows_fifty_at_a_time_and_keeps_the_filter(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for number in range(120):
            audit.note(db, "kim", "sale.edit", f"sale {number}", None, None)

    page = admin.get("/audit?actor=kim&page=3&_external=1").text

    assert "120 of 120 entries" in page
    assert ">sale 19<" in page
    assert ">sale 20<" not in page
    assert 'href="/audit?actor=kim&amp;_external=1&amp;page=2"' in page


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=7"])
def test_a_page_that_there_is_not_shows_the_nearest(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/audit?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=2025-02-30", "until=9999-12-31", "since=0001-01-01"]
)
@pytest.mark.wording("/audit")
def test_a_date_that_is_none_is_named(admin: FlaskClient, query: str) -> None:
    answer = admin.get(f"/audit?{query}")

    assert answer.status_code == 422
    assert "is not a date: write 2025-12-31." in answer.text


@pytest.mark.parametrize("query", ["actor=%00", "subject=%ff%fe", "action=a%2500", "subject=" + "x" * 5000])
def test_whatever_is_asked_for_is_answered(admin: FlaskClient, query: str) -> None:
    assert admin.get(f"/audit?{query}").status_code == 200
