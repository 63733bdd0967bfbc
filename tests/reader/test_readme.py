"""Each route stands in README.md with a curl line, and the answer there is the one given."""

import re
import shlex
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.reader.test_manners import TYPES
from tests.sales.public_page.makers import sell
from writer.db import Database

pytestmark = pytest.mark.sqlite_only
README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("## Public API\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"^\$ curl (.+)\n(.+)$", SECTION, re.MULTILINE)


@pytest.mark.parametrize(("address", "told"), EXAMPLES)
def test_the_answer_in_the_readme_is_the_one_given(
    reader: FlaskClient, database: Database, address: str, told: str
) -> None:
    with database.transaction() as db:
        sell(db, 812, "Fire", "24pin", "2026-11-01 10:00:00")
        sell(db, 240, "Fire", "28pin", "2026-11-02 10:00:00")
        sell(db, 182, "Ice", "28pin", "2026-11-03 10:00:00")
    (url,) = shlex.split(address)

    answer = " ".join(reader.get(url.removeprefix("http://localhost:8106")).text.split())

    beginning = told.removesuffix(" ...")
    assert answer[: len(beginning)] == beginning
    assert beginning != told or answer == told


def test_each_route_is_there() -> None:
    asked = {
        shlex.split(address)[0].removeprefix("http://localhost:8106").partition("?")[0]
        for address, _ in EXAMPLES
    }

    assert asked == {*TYPES, "/health"} - {"/style.css"}
