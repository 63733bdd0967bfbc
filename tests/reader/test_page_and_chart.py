"""The public page and the chart as an image."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.page import data_values, text_of
from tests.sales.public_page.makers import sell
from writer.db import Database

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.wording("reader: /")
def test_the_page_tells_total_types_periods_and_how_to_embed(
    make_reader: Callable[..., FlaskClient], database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 1234, "Fire", "24pin", datetime.now(UTC).replace(tzinfo=None, microsecond=0))
        sell(db, 66, "<i>Ice", "28pin", "2020-01-01 00:00:00")
    reader = make_reader(PUBLIC_TITLE="Two <b>ROM", PUBLIC_UNIT="made")

    page = reader.get("/", base_url="https://sold.example").text

    assert "<h1>Two &lt;b&gt;ROM</h1>" in page
    assert "<strong>1,300</strong> made" in page
    assert "&lt;i&gt;Ice" in page
    assert "<td>1,234</td>" in page
    assert "Last changed" in page
    assert '&lt;script async src="https://sold.example/embed.js"&gt;' in page
    assert "<script" not in page
    assert " style=" not in page


def test_the_page_tells_each_model_and_its_variants(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for units, model, variant in [(812, "Fire", "24pin"), (240, "Fire", "28pin"), (1200, "Ice", "28pin")]:
            sell(db, units, model, variant, "2026-11-01 10:00:00")

    page = reader.get("/").text

    words = text_of(page)
    assert "Fire 1,052 24pin 812 28pin 240" in words
    assert "Ice 1,200" in words
    assert 'width="20.0%"' in page  # 240 beside 1,200


def test_the_page_of_an_empty_ledger_is_a_page(reader: FlaskClient) -> None:
    page = reader.get("/").text

    assert "<strong>0</strong> sold" in page
    assert "<time>" not in page


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_the_page_and_its_chart_are_by_the_period_asked_for(reader: FlaskClient, by: str) -> None:
    page = reader.get(f"/?by={by}").text

    assert f'<a href="?by={by}" aria-current="page">' in page
    assert f"sold by {by}</title>" in page


def test_the_page_says_of_what_alone_its_chart_is(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for units, model in [(3, "R&D"), (7, "Ice")]:
            sell(db, units, model, "24pin", "2026-11-01 10:00:00")

    page = reader.get("/?model=R%26D&from=2026-11-01&to=2026-11-05&by=day").text

    assert data_values(page, "only") == ["3"]
    assert '<a href="?from=2026-11-01&amp;to=2026-11-05&amp;by=week&amp;model=R%26D">' in page
    assert '<a class="chip" href="?from=2026-11-01&amp;to=2026-11-05&amp;by=day">' in page
    assert data_values(reader.get("/").text, "only") == []


def test_each_type_leads_to_its_own_history(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 3, "R&D", "24pin", "2026-11-01 10:00:00")

    page = reader.get("/?range=12m&compare=before").text

    kept = "?range=12m&amp;compare=before&amp;model=R%26D"
    assert f'<a href="{kept}">R&amp;D</a>' in page
    assert f'<a href="{kept}&amp;variant=24pin">24pin</a>' in page
    chosen = reader.get("/?model=R%26D&variant=24pin").text
    assert re.findall(r'aria-current="true">(.*?)</a>', chosen) == ["24pin"]


def test_a_range_says_its_own_bars_and_is_shown_as_chosen(reader: FlaskClient) -> None:
    for span, by, label in [
        ("30d", "Day", "30 days"),
        ("90d", "Week", "90 days"),
        ("12m", "Month", "12 months"),
    ]:
        page = reader.get(f"/?range={span}").text

        assert re.findall(r'aria-current="page">(.*?)</a>', page) == [label, by]
    assert re.findall(r'aria-current="page">(.*?)</a>', reader.get("/").text) == ["30 days", "Day"]


def test_the_page_compares_with_the_period_before(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for day, units in [(1, 3), (4, 5), (5, 7)]:
            sell(db, units, date=f"2026-11-0{day} 10:00:00")

    page = reader.get("/?from=2026-11-04&to=2026-11-06&compare=before").text

    assert data_values(page, "change") == ["9"]
    assert re.findall("<td>(.*?)</td>", page) == ["0", "0", "7", "0", "5", "3"]
    assert '<path class="before"' in page
    assert '<path class="before"' not in reader.get("/?from=2026-11-04&to=2026-11-06").text


def test_bars_that_would_be_too_many_are_not_offered(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 3, date="2020-01-15 10:00:00")

    page = reader.get("/?range=all").text

    assert "Jan 2020" in page
    assert re.findall(r'href="[^"]*by=(\w+)"', page) == ["week", "month"]
    assert reader.get("/?range=all&by=week").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "home"), [("/nope", 404, "./"), ("/a/b/c", 404, "../../"), ("/?range=1d", 400, "./")]
)
def test_a_browser_is_shown_a_page_that_leads_home(
    reader: FlaskClient, path: str, status: int, home: str
) -> None:
    answer = reader.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    assert f'href="{home}"' in answer.text
    assert f'href="{home}style.css"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    for accepted in ("*/*", "application/json"):
        assert reader.get(path, headers={"Accept": accepted}).content_type == "application/problem+json"
    browser = {"Accept": "text/html"}
    assert reader.get("/api/nope", headers=browser).content_type == "application/problem+json"


@pytest.mark.parametrize(("last", "dates"), [("08", ["2 Nov", "4 Nov", "6 Nov", "8 Nov"]), ("01", ["1 Nov"])])
def test_the_newest_bar_of_a_chart_has_its_date(reader: FlaskClient, last: str, dates: list[str]) -> None:
    answer = reader.get(f"/api/sales/chart.svg?by=day&from=2026-11-01&to=2026-11-{last}")

    found = ElementTree.fromstring(answer.data).findall(f"{SVG}text")
    assert [text.text for text in found if (text.text or "").endswith("Nov")] == dates


def test_each_address_has_a_page_of_its_own(reader: FlaskClient) -> None:
    first = reader.get("/", base_url="https://one.example").text
    second = reader.get("/", base_url="http://two.example:8106").text

    assert "https://one.example/embed.js" in first
    assert "http://two.example:8106/embed.js" in second


def test_the_chart_is_an_image_that_says_what_it_shows(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for day, units in [(1, 3), (2, 7), (4, -2)]:
            sell(db, units, "R&D", "24pin", f"2026-11-0{day} 10:00:00")

    answer = reader.get("/api/sales/chart.svg?from=2026-11-01&to=2026-11-05&model=R%26D")

    assert answer.content_type == "image/svg+xml"
    image = ElementTree.fromstring(answer.data)
    assert image.findtext(f"{SVG}title") == "One ROM R&D, sold by day"
    assert image.findtext(f"{SVG}desc") == "8 sold from 2026-11-01 to 2026-11-05."
    bars = [bar for bar in image.findall(f"{SVG}rect") if bar.get("class") == "bar"]
    assert [bar.findtext(f"{SVG}title") for bar in bars] == [
        "2026-11-01: 3",
        "2026-11-02: 7",
        "2026-11-04: -2",
    ]
    heights = [float(bar.get("height") or 0) for bar in bars]
    assert heights[1] / heights[0] == pytest.approx(7 / 3, rel=0.01)
    assert heights[2] / heights[0] == pytest.approx(2 / 3, rel=0.01)


def test_a_chart_of_nothing_is_a_chart(reader: FlaskClient) -> None:
    image = ElementTree.fromstring(reader.get("/api/sales/chart.svg?by=month").data)

    assert str(image.findtext(f"{SVG}desc")).startswith("0 sold from ")
    assert [bar for bar in image.findall(f"{SVG}rect") if bar.get("class") == "bar"] == []


@pytest.mark.parametrize("address", ["/api/sales/chart.svg", "/"])
@pytest.mark.parametrize("odd", ["%1D", "%00", "%EF%BF%BF", "%ED%A0%80"])
def test_no_character_that_xml_cannot_contain_is_answered(
    reader: FlaskClient, address: str, odd: str
) -> None:
    answer = reader.get(f"{address}?model={odd}&variant=28{odd}pin")

    assert answer.status_code == 200
    ElementTree.fromstring(re.findall("(?s)<svg.*?</svg>", answer.text)[-1])


def test_a_name_with_control_characters_is_answered_as_xml(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 3, "Fi\x1dre", "24pin", datetime.now(UTC).replace(tzinfo=None, microsecond=0))

    for drawing in re.findall("(?s)<svg.*?</svg>", reader.get("/?model=Fi%1Dre").text):
        ElementTree.fromstring(drawing)
    assert reader.get("/api/sales/total").get_json() == {"total": 3}


def test_a_title_with_control_characters_is_a_feed(make_reader: Callable[..., FlaskClient]) -> None:
    feed = make_reader(PUBLIC_TITLE="One\x1d ROM").get("/feed.xml")

    assert "One\ufffd ROM" in [part.text for part in ElementTree.fromstring(feed.text).iter()]
