"""`./restart.sh demo`, for real: stock moves over both stores; nothing is left when it has ended."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.demo import settings
from tests.ops.copies import HALF_WRITTEN, Copy, project
from tests.ports import free_ports
from writer import config
from writer.config import ROOT
from writer.ops.preflight import Refused

pytestmark = [pytest.mark.sqlite_only, pytest.mark.xdist_group("restart"), pytest.mark.slow]
BOARD, READER, WRITER, NORTH, SOUTH, WEST = range(6)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy that was never started, with what the demo needs of the tests."""
    with project(tmp_path / "copy") as made:
        for name in ("deploy", "tests/fake_services"):
            shutil.copytree(ROOT / name, made.folder / name, ignore=HALF_WRITTEN, dirs_exist_ok=True)
        yield made


class Demo:
    """A demo that runs, and what can be seen of it."""

    def __init__(self, process: "subprocess.Popen[str]", first: int) -> None:
        self.process = process
        self.first = first

    def page(self, which: int, path: str = "/") -> str:
        url = f"http://127.0.0.1:{self.first + which}{path}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())

    def buy(self, which: int, sku: str) -> None:
        data = urllib.parse.urlencode({"sku": sku}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{self.first + which}/buy", data, timeout=30).close()

    def shown(self, which: int, sku: str) -> int:
        """What a store's window shows of a SKU."""
        found = re.search(rf'data-live="{sku}">(-?\d+)<', self.page(which))
        assert found, self.page(which)
        return int(found[1])

    def listening(self) -> list[int]:
        """Those of the six ports that somebody listens on."""
        found = []
        for port in range(self.first, self.first + 6):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    found.append(port - self.first)
        return found


@contextmanager
def running(copy: Copy) -> Iterator[Demo]:
    """Start the demo as a person does; yield it once it says that it runs."""
    first = free_ports(6)
    command = [str(copy.folder / "restart.sh"), "demo", str(first)]
    log = copy.folder / "demo.out"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=copy.environment, stdout=out, stderr=out, text=True)
    try:
        wait_until(lambda: "The demo runs." in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield Demo(process, first)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=180)


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.3)


def test_an_order_in_one_store_lowers_what_the_other_shows_and_stop_ends_it_all(copy: Copy) -> None:
    with running(copy) as demo:
        assert demo.listening() == [BOARD, READER, WRITER, NORTH, SOUTH, WEST]
        assert "Sign in" in demo.page(WRITER, "/sign-in")

        before = demo.shown(SOUTH, "STICKER-01")
        # More than the customers who come by themselves could buy in the meantime.
        for _ in range(60):
            demo.buy(NORTH, "STICKER-01")
        wait_until(lambda: demo.shown(SOUTH, "STICKER-01") <= before - 60)

        assert "STICKER-01" in demo.page(BOARD)
        assert f"demo runs: process {demo.process.pid}," in copy.run("status").stdout
        stopped = copy.run("stop")
        assert (stopped.returncode, demo.process.wait(timeout=180)) == (0, 0)
        assert demo.listening() == []


def test_customers_come_by_themselves_and_ctrl_c_ends_it_all(copy: Copy) -> None:
    with running(copy) as demo:
        wait_until(lambda: "Everybody shows" in (copy.folder / "demo.out").read_text())

        os.kill(demo.process.pid, signal.SIGINT)

        assert demo.process.wait(timeout=180) == 0
        assert demo.listening() == []
        assert (copy.folder / "demo.out").read_text().endswith("The demo has ended.\n")
        assert "Traceback" not in (copy.folder / "demo.out").read_text()


def test_what_a_killed_demo_leaves_behind_is_ended_by_stop(copy: Copy) -> None:
    with running(copy) as demo:
        demo.process.kill()
        demo.process.wait()
        assert demo.listening() == [READER, WRITER]

        copy.run("stop")

        assert demo.listening() == []


def test_a_second_demo_of_a_copy_is_refused(copy: Copy) -> None:
    with running(copy):
        again = copy.run("demo", str(free_ports(6)))

    assert (again.returncode, again.stderr) == (
        1,
        "The demo of this copy runs already: ./restart.sh stop ends it.\n",
    )


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        ("eighty", r"Usage: ./restart.sh demo \[PORT\]"),
        ("80", "The demo's first port must be a number from 1024 to 65529."),
        ("65535", "The demo's first port must be a number from 1024 to 65529."),
    ],
)
def test_a_port_that_is_none_is_refused(copy: Copy, port: str, sentence: str) -> None:
    result = copy.run("demo", port)

    assert result.returncode == 1
    assert re.fullmatch(sentence, result.stderr.strip())


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Refused, match=rf"Port {port} is in use. ./restart.sh demo 9000 uses six ports"):
            settings.ports(min(port, 65529))


def test_nothing_of_a_real_installation_reaches_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("SITES=[]\nDATABASE_URL=postgresql+psycopg://real\nAIRTABLE_API_KEY=pat\n")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setattr(config, "ROOT", tmp_path)
    for name, value in settings.environment(settings.Ports(1, 2, 3, 4, 5, 6)).items():
        monkeypatch.setenv(name, value)

    told = config.environment()

    assert (told["SITES"], told["AIRTABLE_API_KEY"]) == ("", "")
    assert config.load(told).database_url == f"sqlite:///{tmp_path}/data/demo.db"
    assert config.load(told).admin_user == "demo"
