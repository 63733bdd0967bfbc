"""What is installed is what uv.lock says, to the hash: pip, containers and developers get the same."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from writer.config import ROOT

pytestmark = pytest.mark.sqlite_only

LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
PACKAGES: dict[str, dict[str, Any]] = {package["name"]: package for package in LOCK["package"]}
PROJECT = PACKAGES["onerom-sales"]


def needed(wanted: list[dict[str, Any]]) -> set[str]:
    """Follow the lock from `wanted` to everything they bring with them."""
    found: set[tuple[str, str]] = set()
    waiting = [(entry["name"], extra) for entry in wanted for extra in ("", *entry.get("extra", []))]
    while waiting:
        name, extra = each = waiting.pop()
        if each not in found:
            found.add(each)
            package = PACKAGES[name]
            brought = package["optional-dependencies"][extra] if extra else package.get("dependencies", [])
            waiting += [(entry["name"], more) for entry in brought for more in ("", *entry.get("extra", []))]
    return {name for name, _ in found}


def written(file: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield name, version and hashes of each requirement in `file`."""
    for entry in re.split(r"\n(?=\S)", Path(ROOT / file).read_text().strip()):
        name, version = re.match(r"([a-z0-9._-]+)==([^ ;]+)", entry).groups()  # type: ignore[union-attr]  # each is one
        yield name, version, set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry))


def locked_hashes(name: str) -> set[str]:
    files = [
        *PACKAGES[name].get("wheels", []),
        *([PACKAGES[name]["sdist"]] if "sdist" in PACKAGES[name] else []),
    ]
    return {file["hash"] for file in files}


RUNTIME = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["postgres"]]
GROUPS = PROJECT["dev-dependencies"]
FILES = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": [*RUNTIME, *GROUPS["dev"], *GROUPS["reader"]],
    "reader/requirements.txt": GROUPS["reader"],
}


@pytest.mark.parametrize("file", FILES)
def test_a_requirements_file_lists_what_the_lock_says(file: str) -> None:
    listed = {(name, version) for name, version, _ in written(file)}

    assert listed == {(name, PACKAGES[name]["version"]) for name in needed(FILES[file])}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_has_the_hashes_of_the_lock(file: str) -> None:
    differing = [name for name, _, hashes in written(file) if not hashes or hashes != locked_hashes(name)]

    assert differing == []


def test_the_lock_is_of_this_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    wanted = {re.match(r"[a-z0-9-]+", text)[0] for text in project["dependencies"]}  # type: ignore[index]  # names

    assert {entry["name"] for entry in PROJECT["dependencies"]} == wanted
