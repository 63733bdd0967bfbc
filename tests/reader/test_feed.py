"""The feed of milestones."""

from collections.abc import Callable
from xml.etree import ElementTree

from flask.testing import FlaskClient

from tests.sales.public_page.makers import sell
from writer.db import Database

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(reader: FlaskClient) -> list[tuple[str, str]]:
    feed = ElementTree.fromstring(reader.get("/feed.xml").data)
    found = feed.findall(f"{ATOM}entry")
    return [(e.findtext(f"{ATOM}title") or "", e.findtext(f"{ATOM}updated") or "") for e in found]


def test_each_milestone_has_the_day_it_was_passed_the_newest_first(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 99, date="2026-01-01 10:00:00")
        sell(db, 1, date="2026-01-02 10:00:00")
        sell(db, 500, date="2026-02-03 23:59:59")
        sell(db, -450, date="2026-02-04 10:00:00")
        sell(db, 999, date="2026-03-05 10:00:00")

    assert entries(reader) == [
        ("1,000 sold", "2026-03-05T00:00:00Z"),
        ("500 sold", "2026-02-03T00:00:00Z"),
        ("100 sold", "2026-01-02T00:00:00Z"),
    ]


def test_a_feed_without_milestones_is_a_feed(reader: FlaskClient) -> None:
    answer = reader.get("/feed.xml")

    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert entries(reader) == []


def test_the_links_of_the_feed_are_whole_addresses(reader: FlaskClient) -> None:
    feed = ElementTree.fromstring(reader.get("/feed.xml", base_url="https://sold.example").data)

    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": "https://sold.example/feed.xml", "alternate": "https://sold.example/"}


def test_the_feed_says_the_owners_words_and_ids_that_stay(
    make_reader: Callable[..., FlaskClient], database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 150, date="2026-01-01 10:00:00")
    reader = make_reader(PUBLIC_TITLE="Knives & <Forks>", PUBLIC_UNIT="made")

    feed = ElementTree.fromstring(reader.get("/feed.xml").data)

    assert feed.findtext(f"{ATOM}title") == "Knives & <Forks>: milestones"
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "100 made"
    assert entry.findtext(f"{ATOM}id") == f"{feed.findtext(f'{ATOM}id')}:100"
