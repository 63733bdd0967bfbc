"""Every setting the code reads is written down wherever somebody looks for it."""

import re

import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types

from reader import settings as reader
from writer import config
from writer.config import ROOT

pytestmark = pytest.mark.sqlite_only

# What restart.sh alone needs: in a container ports and processes are compose's.
FOR_RESTART_SH = {"READER_BIND", "READER_PORT", "WRITER_BIND", "WRITER_PORT", "RUN_CRON"}
READ_BY = {"writer": config.names() - FOR_RESTART_SH, "reader": set(reader.DEFAULTS)}
ALL = config.names() | set(reader.DEFAULTS)


def handed_on(service: str) -> set[str]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    names: list[str] = compose["services"][service]["environment"]
    assert len(names) == len(set(names)), "a name stands there twice"
    return set(names)


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert set(config.read_env_file(ROOT / ".env.example")) == ALL


def test_the_docs_explain_every_setting_and_no_other() -> None:
    table = (ROOT / "docs" / "settings.md").read_text()

    first_cells = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))

    assert set(re.findall("`([A-Z_]+)`", first_cells)) == ALL


@pytest.mark.parametrize("service", ["writer", "worker", "cron", "reader"])
def test_a_container_is_handed_every_setting_its_service_reads_and_no_other(service: str) -> None:
    assert handed_on(service) == READ_BY["reader" if service == "reader" else "writer"]


def test_the_reader_is_handed_no_secret() -> None:
    secrets = {name for name in ALL if re.search("SECRET|KEY|PASSWORD", name)}

    assert not handed_on("reader") & secrets
