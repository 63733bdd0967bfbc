"""The badge: the schema shields.io asks for, exactly, and our own image of the same look."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.sales.public_page.makers import sell
from writer.db import Database

SVG = "{http://www.w3.org/2000/svg}"


def message(reader: FlaskClient, **asked: str) -> str:
    told: str = reader.get("/api/sales/badge.json", query_string=asked).get_json()["message"]
    return told


def test_t04_the_badge_has_the_schema_of_shields_and_lives_300_seconds(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 1234)

    answer = reader.get("/api/sales/badge.json")

    assert answer.status_code == 200
    assert answer.get_json() == {
        "schemaVersion": 1,
        "label": "sold",
        "message": "1.2k",
        "color": "blue",
        "cacheSeconds": 300,
    }
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=600"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert message(reader, style="exact") == "1,234"


@pytest.mark.sqlite_only
def test_t04_trouble_is_a_valid_body_that_says_so(make_reader: Callable[..., FlaskClient]) -> None:
    reader = make_reader(DATABASE_URL="sqlite:////dev")  # a folder: there, and no database

    answer = reader.get("/api/sales/badge.json")

    assert answer.status_code == 200
    assert answer.get_json() == {
        "schemaVersion": 1,
        "label": "sold",
        "message": "not known",
        "color": "lightgrey",
        "isError": True,
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("units", "short"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1099, "1k"),
        (1999, "1.9k"),
        (12_999, "12k"),
        (999_999, "999k"),
        (1_999_999, "1.9M"),
        (250_000_000, "250M"),
        (-1500, "-1.5k"),
    ],
)
def test_a_short_number_is_never_more_than_the_number(
    reader: FlaskClient, database: Database, units: int, short: str
) -> None:
    with database.transaction() as db:
        if units:
            sell(db, units)

    assert message(reader) == short


def test_a_badge_can_be_of_one_model_or_variant_with_a_label_of_its_own(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 5, "Fire", "24pin")
        sell(db, 30, "Fire", "28pin")
        sell(db, 700, "Ice", "28pin")

    assert message(reader, model="Fire") == "35"
    assert message(reader, variant="28pin") == "730"
    assert message(reader, model="Sea") == "0"
    told = reader.get("/api/sales/badge.json?model=Fire&label=Fire%20%26%20fl%C3%A2me").get_json()
    assert told["label"] == "Fire & flâme"


@pytest.mark.parametrize("label", ["a<b>&\"'", "шахматы", "🎲🎲", "x" * 100])
def test_the_image_is_xml_and_says_what_it_shows(reader: FlaskClient, database: Database, label: str) -> None:
    with database.transaction() as db:
        sell(db, 1234)

    answer = reader.get("/api/sales/badge.svg", query_string={"label": label})

    assert answer.content_type == "image/svg+xml"
    image = ElementTree.fromstring(answer.data)
    assert image.get("aria-label") == f"{label}: 1.2k"
    assert image.get("role") == "img"
    assert int(image.get("width") or 0) > 60


@pytest.mark.parametrize(
    ("label", "pixels"),  # as img.shields.io makes them
    [("build", 27), ("license", 37), ("License", 41), ("passing", 41), ("MIT", 21), ("GPL-3.0", 45)],
)
def test_a_text_is_as_wide_as_on_a_badge_of_shields(reader: FlaskClient, label: str, pixels: int) -> None:
    image = ElementTree.fromstring(reader.get(f"/api/sales/badge.svg?label={label}").data)

    texts = [text for text in image.iter(f"{SVG}text") if text.text == label]
    assert {text.get("textLength") for text in texts} == {str(pixels)}
    assert {text.get("x") for text in texts} == {str((pixels + 10) / 2 + 1)}
    assert image.get("width") == str(pixels + 10 + 7 + 10)


@pytest.mark.parametrize(
    ("query", "name"), [("style=long", "style"), ("label=" + "x" * 101, "label"), ("label=a%00b", "label")]
)
def test_a_value_that_cannot_be_used_is_refused_by_name(reader: FlaskClient, query: str, name: str) -> None:
    for image in ("badge.json", "badge.svg"):
        answer = reader.get(f"/api/sales/{image}?{query}")

        assert answer.status_code == 400
        assert list(answer.get_json(force=True)["errors"]) == [name]
