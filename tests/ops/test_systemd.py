"""The units in deploy/systemd: what systemd says of them, what they run, and what they may not do."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.copies import Copy, project
from writer.config import ROOT
from writer.ops.services import SERVICES

pytestmark = [pytest.mark.sqlite_only, pytest.mark.xdist_group("restart")]

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
PYTHON = "/srv/onerom-sales/.venv/bin/python"


def unit(name: str) -> dict[str, list[str]]:
    """The values of each directive of a service's unit, from all its sections."""
    text = (ROOT / "deploy" / "systemd" / f"onerom-sales-{name}.service").read_text()
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def test_there_is_a_unit_for_each_service_and_one_for_all() -> None:
    names = {f"onerom-sales-{service}.service" for service in SERVICES}

    assert {path.name for path in UNITS} == names | {"onerom-sales.target"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(PYTHON, sys.executable))

    command = ["systemd-analyze", "verify", *(str(tmp_path / path.name) for path in UNITS)]
    verified = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_runs_its_service_and_starts_it_again_after_a_crash(name: str) -> None:
    found = unit(name)

    assert found["ExecStart"] == [f"{PYTHON} -m writer.ops.services run {name}"]
    assert (found["Restart"], found["RestartPreventExitStatus"]) == (["on-failure"], ["2"])
    assert found["PartOf"] == found["WantedBy"] == ["onerom-sales.target"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_has_no_rights_but_those_it_needs(name: str) -> None:
    found = unit(name)

    assert found["User"] == ["onerom"]
    assert found["CapabilityBoundingSet"] == [""]
    assert found["ProtectSystem"] == ["strict"]
    assert found["NoNewPrivileges"] == found["PrivateTmp"] == found["ProtectHome"] == ["yes"]
    writes = "/srv/onerom-sales/run" if name == "reader" else "/srv/onerom-sales/data /srv/onerom-sales/run"
    assert found["ReadWritePaths"] == [writes]


def run(copy: Copy, name: str, **settings: str) -> "subprocess.Popen[str]":
    command = [str(copy.folder / ".venv/bin/python"), "-m", "writer.ops.services", "run", name]
    environment = {**copy.environment, **settings}
    return subprocess.Popen(command, cwd=copy.folder, env=environment, stderr=subprocess.PIPE, text=True)


def test_what_a_unit_runs_is_the_service_itself_and_status_finds_it(tmp_path: Path) -> None:
    with project(tmp_path / "copy") as copy:
        assert copy.run().returncode == 0
        copy.run("stop")

        process = run(copy, "worker")
        while (copy.folder / "run/worker.pid").read_text() != str(process.pid):
            assert process.poll() is None
        assert f"worker runs: process {process.pid}" in copy.run("status").stdout
        process.terminate()

        assert (process.communicate(timeout=30), process.returncode)[1] == 0


def test_a_setting_that_cannot_be_used_ends_it_for_good(tmp_path: Path) -> None:
    with project(tmp_path / "copy", SECRET_KEY="short") as copy:
        process = run(copy, "writer")

        said = process.communicate(timeout=60)[1]

    assert (process.returncode, said) == (2, "SECRET_KEY is too short: use at least 16 characters.\n")
