"""What a start finds out of this machine before it stops anything."""

import errno
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.makers import make_config
from tests.ports import free_port
from writer.ops import cron, preflight, processes
from writer.ops.preflight import Refused

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_an_address_of_ipv6_where_there_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    class NoSocket:
        def __init__(self, *_: Any) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", NoSocket)

    with pytest.raises(Refused, match=r"^READER_BIND is no address of this machine: ::\. .*0\.0\.0\.0"):
        preflight.check(make_config(READER_BIND="::"), {"reader": None})


def test_a_free_address_is_taken_for_one(tmp_path: Path) -> None:
    settings = {"READER_PORT": str(free_port()), "DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}

    assert preflight.check(make_config(**settings), {"reader": None}) is True


def test_a_process_that_cannot_be_looked_at_is_not_taken_for_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> str:
        raise PermissionError

    other = subprocess.Popen(["sleep", "600"])
    while b"600" not in Path(f"/proc/{other.pid}/cmdline").read_bytes():
        time.sleep(0.01)  # it has not become sleep yet
    (tmp_path / "cron.pid").write_text(str(other.pid))
    monkeypatch.setattr(processes, "RUN", tmp_path)
    monkeypatch.setitem(processes.MARKS, "cron", "600")
    monkeypatch.setattr(os, "readlink", refuse)
    try:
        with pytest.raises(
            processes.NotOurs, match=f"^Process {other.pid} seems to be the cron of this copy"
        ):
            processes.find("cron")
    finally:
        other.kill()
        other.wait()


def test_a_folder_with_a_percent_sign_is_written_as_cron_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cron, "ROOT", Path("/srv/100%"))

    lines = cron.for_system_cron().splitlines()

    assert lines
    assert all("cd '/srv/100\\%' && " in line or "cd /srv/100\\% && " in line for line in lines)
