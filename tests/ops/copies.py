"""A copy of the project in a folder of its own, to be set up and started for real by its own restart.sh."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from writer.config import ROOT
from writer.ops.processes import children

# What Python has compiled is taken along, but not what it is just about to write.
HALF_WRITTEN = shutil.ignore_patterns("*.pyc.*")
TAKEN_ALONG = ["restart.sh", ".env.example", "requirements.txt", "reader", "server", "writer"]


@dataclass
class Copy:
    """One copy: `run` is its restart.sh; ports and all else come from its environment."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run restart.sh to its end; `settings` are environment variables for this once."""
        command = [str(self.folder / "restart.sh"), *arguments]
        environment = {**self.environment, **settings}
        return subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, timeout=120, check=False
        )

    def pid(self, service: str) -> int:
        return int((self.folder / "run" / f"{service}.pid").read_text())

    def url(self, service: str, path: str = "/health") -> str:
        return f"http://127.0.0.1:{self.environment[f'{service.upper()}_PORT']}{path}"

    def answers(self, service: str) -> bool:
        with suppress(OSError), urllib.request.urlopen(self.url(service), timeout=10) as answer:
            return bool(answer.status == 200)
        return False

    def kill_writer(self) -> None:
        """End the writer as a power cut would: nothing gets to finish."""
        master = self.pid("writer")
        for pid in [master, *children(master)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def project(folder: Path, **settings: str) -> Iterator[Copy]:
    """Yield a copy in `folder` with ports of its own; whatever it started is stopped afterwards.

    Its .venv is made beforehand and takes the packages from this one, so that nothing is downloaded.
    """
    folder.mkdir(parents=True)
    for name in TAKEN_ALONG:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=HALF_WRITTEN)
        else:
            shutil.copy(source, target)
    _make_venv(folder)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "READER_PORT": str(free_port()),
        "WRITER_PORT": str(free_port()),
        "RUN_CRON": "0",
        **settings,
    }
    copy = Copy(folder, environment)
    try:
        yield copy
    finally:
        stopped = copy.run("stop")
        assert stopped.returncode == 0, stopped.stderr


def _make_venv(folder: Path) -> None:
    venv = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(venv), "platbase": str(venv)}))
    (packages / "shared.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    stamp = 'echo "$(.venv/bin/python -V) $(sha256sum <requirements.txt)" >.venv/requirements.txt.stamp'
    subprocess.run(["bash", "-c", stamp], cwd=folder, check=True)
