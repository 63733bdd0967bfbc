"""What the container files say holds together: nothing here builds or starts one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes without types

from writer import config
from writer.config import ROOT
from writer.ops import compose
from writer.ops.processes import MARKS

pytestmark = pytest.mark.sqlite_only

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ["reader", "writer", "worker", "cron"]
DOCKERFILES = {name: (ROOT / name / "Dockerfile").read_text() for name in ("reader", "writer")}


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_again_checks_itself_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert service["user"] == "10000:10000"
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "privileged" not in service


def test_the_four_share_one_mounted_folder_and_the_reader_cannot_write_it() -> None:
    mounts = {name: SERVICES[name]["volumes"] for name in OURS}

    assert mounts == {
        "reader": ["./data:/app/data:ro"],
        "writer": ["./data:/app/data"],
        "worker": ["./data:/app/data"],
        "cron": ["./data:/app/data"],
    }


@pytest.mark.parametrize(("name", "port"), [("reader", 8106), ("writer", 8107)])
def test_image_mapping_and_health_check_agree_on_the_port(name: str, port: int) -> None:
    assert f"EXPOSE {port}" in DOCKERFILES[name]
    assert f"0.0.0.0:{port}" in DOCKERFILES[name]
    assert SERVICES[name]["ports"][0].endswith(f":{port}")
    assert f"127.0.0.1:{port}/health" in SERVICES[name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_is_made_of_files_that_are_there_and_let_through(name: str) -> None:
    let_through = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    copied = re.findall(r"^COPY (\S+) \S+$", DOCKERFILES[name], re.MULTILINE)

    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert source.split("/")[0] in let_through


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_runs_as_user_10000_from_locked_requirements(name: str) -> None:
    assert "USER 10000:10000" in DOCKERFILES[name]
    assert "--require-hashes" in DOCKERFILES[name]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_starts_what_restart_sh_starts(name: str) -> None:
    application = {"reader": "reader.app:app", "writer": "writer.app:create_app()"}[name]
    command = DOCKERFILES[name].rpartition("CMD ")[2]

    assert application in command
    assert f"{name}/gunicorn.conf.py" in command
    assert MARKS[name] == application


@pytest.mark.parametrize("name", ["worker", "cron"])
def test_a_container_runs_the_module_that_restart_sh_runs(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", "-m", MARKS[name]]
    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", "python", "-m", MARKS[name], "healthy"]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_a_container_writes_others_cannot_read(name: str) -> None:
    (entry,) = re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILES[name], re.MULTILINE)
    command = [
        *json.loads(entry),
        sys.executable,
        "-c",
        "import os, sys; print(oct(os.umask(0)), *sys.argv[1:])",
    ]

    shown = subprocess.run([*command, "a b"], check=True, capture_output=True, text=True).stdout

    assert shown == "0o27 a b\n"


def has_compose() -> bool:
    docker = shutil.which("docker")
    asked = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    return bool(asked) and asked.returncode == 0  # type: ignore[union-attr]


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")
@pytest.mark.parametrize(
    "profile", sorted({p for each in SERVICES.values() for p in each.get("profiles", ())})
)
def test_compose_takes_each_profile(profile: str) -> None:
    command = ["docker", "compose", "--env-file", "/dev/null", "--profile", profile, "config", "--quiet"]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_of_any_profile_checks_itself_and_names_what_is_there(name: str) -> None:
    service = SERVICES[name]
    started_with = {*service.get("profiles", ()), None}

    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    for needed, how in service.get("depends_on", {}).items():
        profiles = SERVICES[needed].get("profiles", [None])
        # What is of a profile that may not be asked for must not be required; compose refuses to start then.
        assert how.get("required", True) is False or needed == "postgres" or set(profiles) & started_with
    for volume in service.get("volumes", ()):
        source = volume.split(":")[0]
        assert not source.startswith("./") or (ROOT / source).exists()


def test_nothing_runs_in_debug_mode() -> None:
    files = [*DOCKERFILES.values(), (ROOT / "docker-compose.yml").read_text()]

    assert not any(re.search("debug|--reload", text, re.IGNORECASE) for text in files)


def test_compose_is_handed_the_settings_as_the_services_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_bytes(b"ADMIN_PASSWORD='co${HOME}b'\r\nDEFAULT_SELLER=pa$word # mine\r\n")
    monkeypatch.setattr(config, "ROOT", tmp_path)
    ran: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execvpe", lambda _file, command, given: ran.append((command, given)))

    compose.main(["up", "--detach"])

    ((command, given),) = ran
    assert command == ["docker", "compose", "--env-file", "/dev/null", "up", "--detach"]
    assert (given["ADMIN_PASSWORD"], given["DEFAULT_SELLER"]) == ("co${HOME}b", "pa$word")
    assert given["PATH"] == os.environ["PATH"]


def test_only_the_default_services_start_without_a_profile() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" not in service] == [
        "writer",
        "worker",
        "cron",
        "reader",
    ]


def test_the_edge_serves_the_same_file_as_an_installed_nginx() -> None:
    mounts = [volume.split(":") for volume in SERVICES["edge"]["volumes"]]

    assert (ROOT / mounts[0][0]).is_file()
    assert all(mount[2] == "ro" for mount in mounts)


SCALE = {name: service for name, service in SERVICES.items() if "scale" in service.get("profiles", ())}


def test_the_profile_scale_starts_a_second_of_each_as_the_first_is_started() -> None:
    for name in OURS:
        first, second = SERVICES[name], SCALE[f"{name}-2"]

        same = ("build", "user", "cap_drop", "read_only", "healthcheck", "restart", "command")
        assert [second.get(key) for key in same] == [first.get(key) for key in same]


def test_the_second_reader_has_the_settings_of_the_first_and_reads_the_standby() -> None:
    own, first = SCALE["reader-2"]["environment"], SERVICES["reader"]["environment"]

    assert [setting.partition("=")[0] for setting in own] == first
    assert "@standby/" in own[0]


def test_nginx_balances_over_every_writer() -> None:
    balancer = SCALE["balancer"]
    text = (ROOT / balancer["volumes"][0].split(":")[0]).read_text()

    assert re.findall(r"server (\S+):8107 ", text) == list(balancer["depends_on"])
    assert f"listen {balancer['ports'][0].rpartition(':')[2]};" in text


@pytest.mark.parametrize("script", ["allow-replication.sh", "start-standby.sh"])
def test_the_scripts_of_replication_are_there_and_are_mounted(script: str) -> None:
    mounts = [
        volume.split(":")[0] for name in ("postgres", "standby") for volume in SERVICES[name]["volumes"]
    ]

    assert (ROOT / "deploy" / script).is_file()
    assert f"./deploy/{script}" in mounts
