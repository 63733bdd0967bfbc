"""Guards the documentation: every file it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AREAS = sorted(path.parent for path in (ROOT / "writer").glob("*/__init__.py"))
PAGES = [ROOT / "README.md", ROOT / "data" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def named_files(page: Path) -> set[str]:
    """Return the files of this repository that a page names in backticks, by their whole path."""
    in_backticks = re.findall(r"`([^`\n]+)`", page.read_text())
    folders = "writer|reader|server|tests|deploy|docs"
    return {name.split()[0] for name in in_backticks if re.match(rf"(?:{folders})/[\w./]+\.\w+(?: |$)", name)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert [name for name in sorted(named_files(page)) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("area", [folder.name for folder in AREAS if folder.name != "commands"])
def test_the_table_of_areas_names_every_room(area: str) -> None:
    table = (ROOT / "docs" / "CONTRIBUTING.md").read_text().partition("| area |")[2]
    row = re.search(rf"^\| `{area}` \| (.*?) \|", table, re.MULTILINE)
    assert row is not None
    named = {name.rstrip("/") for name in re.findall(r"`([\w/]+)`", row[1])}

    there = {path.stem for path in (ROOT / "writer" / area).iterdir()} - {"__init__", "__pycache__"}
    assert named == there - {"templates", "static"}


def test_the_route_of_a_delivery_names_its_files() -> None:
    named = named_files(ROOT / "docs" / "how-a-delivery-becomes-a-number.md")

    assert len(named) > 20


def test_a_made_up_file_is_found_missing(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "See `writer/stores/nowhere.py` and `writer/commands/push_stock.py --watch`, and `data/sales.db`."
    )

    assert named_files(page) == {"writer/stores/nowhere.py", "writer/commands/push_stock.py"}
