"""Two writers on one PostgreSQL behind nginx: each order counts once, also when one of them is killed."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.ops.edge import NGINX_FRAME
from tests.ops.writers import Writer, deliver_all, ledger, running, total
from tests.ports import free_port
from writer.config import ROOT

pytestmark = [
    pytest.mark.skipif("TEST_POSTGRES_URL" not in os.environ, reason="SQLite has one writer"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
    pytest.mark.postgres,
]
ORDERS = range(1, 61)
CLIENTS = 4


@pytest.fixture
def writers(tmp_path: Path, database_url: str) -> Iterator[list[Writer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(running(database_url, tmp_path / f"log-{n}")) for n in (1, 2)]


@pytest.fixture
def balancer(tmp_path: Path, writers: list[Writer]) -> Iterator[int]:
    """The port of nginx with deploy/balancer.conf before the writers."""
    port = free_port()
    text = (ROOT / "deploy" / "balancer.conf").read_text().replace("8108", f"127.0.0.1:{port}")
    for name, writer in zip(("writer", "writer-2"), writers, strict=True):
        text = text.replace(f"server {name}:8107", f"server 127.0.0.1:{writer.port}")
    (tmp_path / "site.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(NGINX_FRAME.format(folder=tmp_path, user=user))
    process = subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
    until = time.monotonic() + 30
    while not (tmp_path / "nginx.pid").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(timeout=30)


def test_a_killed_writer_loses_no_delivery_and_counts_none_twice(
    writers: list[Writer], balancer: int, database_url: str
) -> None:
    answered: list[int] = []

    def on_answer(status: int) -> None:
        answered.append(status)
        if len(answered) == len(ORDERS) // 2:
            writers[0].kill()

    first = deliver_all(balancer, ORDERS, CLIENTS, 1, on_answer)
    again = deliver_all(balancer, ORDERS, CLIENTS, 1, answered.append)

    assert [statuses for run in (first, again) for statuses in run.values()] == [[200]] * 2 * len(ORDERS)
    assert ledger(database_url) == dict.fromkeys(ORDERS, (1, 2))
    assert total(database_url) == 2 * len(ORDERS)
