"""Every setting the code reads is written down wherever somebody looks for it."""

import re

import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types
from dotenv import dotenv_values

from writer.config import ROOT

pytestmark = pytest.mark.sqlite_only

# Of names that are put together where they are read.
STARTED_WITH = {"READER_BIND", "READER_PORT", "WRITER_BIND", "WRITER_PORT"}
AGES = {"PUBLIC_MAX_AGE", "PUBLIC_BADGE_MAX_AGE", "PUBLIC_STALE"}
# Set by `restart.sh dev`, never by a person.
NOT_FOR_PEOPLE = {"ONEROM_DEV"}


def read_by(*folders: str) -> set[str]:
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    pattern = re.compile(r'(?:(?:told|environment)(?:\.get\(|, )|\bsay\()"([A-Z][A-Z_]+)"')
    found = {name for file in files for name in pattern.findall(file.read_text())}
    return found - NOT_FOR_PEOPLE


def handed_on(service: str) -> set[str]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    names: list[str] = compose["services"][service]["environment"]
    assert len(names) == len(set(names)), "a name stands there twice"
    return set(names)


def test_the_example_lists_every_setting_and_no_other() -> None:
    listed = set(dotenv_values(ROOT / ".env.example"))

    assert listed == read_by("writer", "reader") | STARTED_WITH | AGES


def test_the_readme_explains_every_setting_of_the_example() -> None:
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]

    first_cells = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    explained = set(re.findall("`([A-Z_]+)`", first_cells))

    assert explained == set(dotenv_values(ROOT / ".env.example"))


@pytest.mark.parametrize("service", ["writer", "reader"])
def test_a_container_is_handed_every_setting_its_service_reads(service: str) -> None:
    assert handed_on(service) >= read_by(service) - STARTED_WITH - {"RUN_CRON"}


def test_the_reader_is_handed_no_secret() -> None:
    secrets = {
        name for name in dotenv_values(ROOT / ".env.example") if re.search("SECRET|KEY|PASSWORD", name)
    }

    assert not handed_on("reader") & secrets
