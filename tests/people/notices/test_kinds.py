"""The kinds of notices: each is opened and closed by name, and leads to a page."""

import ast
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from writer.db import Database, insert_row
from writer.db.schema.notices import notices as table
from writer.lib import clock
from writer.people import Notice, notices

WRITER = Path(__file__).parents[3] / "writer"
# The fields of a subject or link, as a notice of each kind would have them.
FIELDS = {
    "store_id": 7,
    "order_id": 12,
    "product_id": 3,
    "listing_id": 5,
    "delivery_id": 9,
    "drift_id": 4,
    "line": "31",
    "status": "packed",
    "source": "https://shop.example",
    "task": "stock push",
}
# As rows of earlier versions hold them: an open notice must still be found after an upgrade.
STORED = {
    ("airtable", "airtable"),
    ("backup", "backup"),
    ("delivery failed", "delivery 9"),
    ("drift", "listing 5"),
    ("keys refused", "store 7"),
    ("line held", "order 12 line 31"),
    ("line uncounted", "order 12 line 31"),
    ("listing", "listing 5"),
    ("low stock", "product 3"),
    ("mass change", "store 7"),
    ("not told", "NOTIFY_URL"),
    ("oversold", "product 3"),
    ("refund needs keys", "order 12"),
    ("refunded too much", "order 12 line 31"),
    ("store unusable", "store 7"),
    ("unknown source", "https://shop.example"),
    ("unmapped status", "store 7 packed"),
    ("webhook owner", "store 7"),
    ("webhooks", "store 7"),
    ("worker", "stock push"),
}


def fields(template: str | None) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template or "") if name}


def calls(verb: str) -> dict[Notice, list[tuple[str, set[str | None]]]]:
    """Return by kind where it is opened or closed, and with which keyword arguments."""
    found: dict[Notice, list[tuple[str, set[str | None]]]] = defaultdict(list)
    for path in sorted(WRITER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"notices.{verb}":
                at = f"{path.relative_to(WRITER)}:{node.lineno}"
                name = ast.unparse(node.args[1])
                assert name.startswith("Notice."), f"{at} does not name the notice"
                given = {keyword.arg for keyword in node.keywords}
                found[Notice[name.removeprefix("Notice.")]].append((at, given))
    return found


def wrongly_called(verb: str, template: str) -> Iterator[str]:
    for notice, places in calls(verb).items():
        needed = fields(notice.subject) | (fields(notice.link) if template == "link" else set())
        for at, given in places:
            missing = needed - given
            if missing:
                yield f"{at} {notice.name} lacks {', '.join(sorted(missing))}"


def test_every_kind_is_opened_somewhere() -> None:
    assert set(Notice) - set(calls("open_")) == set()


def test_every_kind_is_closed_somewhere_or_by_hand_only() -> None:
    by_hand = {notice for notice in Notice if notice.is_closed_by_hand}

    assert set(Notice) - set(calls("close")) == by_hand


def test_every_call_gives_what_the_subject_and_the_link_are_made_of() -> None:
    assert list(wrongly_called("open_", "link")) == []
    assert list(wrongly_called("close", "subject")) == []


def test_no_two_kinds_are_stored_under_one_name() -> None:
    assert len({notice.kind for notice in Notice}) == len(Notice)


@pytest.mark.parametrize(("kind", "subject"), sorted(STORED))
def test_a_notice_of_an_earlier_version_is_closed_by_name(
    database: Database, kind: str, subject: str
) -> None:
    [notice] = [notice for notice in Notice if notice.kind == kind]
    now = clock.now()
    with database.transaction() as db:
        insert_row(
            db, table, kind=kind, subject=subject, sentence="Look.", times=1, first_at=now, last_at=now
        )

    with database.transaction() as db:
        notices.close(db, notice, **FIELDS)  # type: ignore[arg-type]  # `by` is none of these fields

    with database.reading() as db:
        assert db.execute(select(table.c.closed_at)).scalar_one() is not None


@pytest.mark.parametrize(
    "notice", [notice for notice in Notice if notice.link], ids=lambda notice: notice.name
)
def test_every_link_leads_to_a_page_without_a_redirect(app: Flask, notice: Notice) -> None:
    assert notice.link is not None
    path = notice.link.format_map(FIELDS).partition("#")[0].partition("?")[0]

    endpoint, _ = app.url_map.bind("localhost").match(path, method="GET")

    assert endpoint in app.view_functions
