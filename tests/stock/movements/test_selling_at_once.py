"""Twenty programs sell the last 300 units at once, over HTTP, from a writer as it is run in earnest."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.makers import FERNET_KEY, WEBHOOK_SECRET
from tests.ports import free_port
from tests.stock.movements.products import make_product, moves, on_hand
from writer.config import ROOT
from writer.db import Database
from writer.people import users

PROGRAMS, TRIES = 20, 20

# Sells one unit at a time and prints how often it was answered what. It waits for a moment that all of them
# know, so that none is done before the last has begun.
PROGRAM = """
import http.client, json, sys, time
from collections import Counter
port, token, start, tries = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
time.sleep(max(0, start - time.time()))
answers = Counter()
for _ in range(tries):
    body = json.dumps({"kind": "sale", "quantity": 1})
    connection.request("POST", "/api/v1/stock/X/movements", body, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    answers[str(answer.status) + " " + told.get("type", "").rpartition("#")[2]] += 1
print(json.dumps(answers))
"""


@pytest.fixture(params=[1, 4], ids=["one-process", "four-processes"])
def writer(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[int]:
    """The port of a writer under gunicorn; one process is how it is delivered."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a-secret-key-for-tests-only",
        "WEBHOOK_SHARED_SECRET": WEBHOOK_SECRET,
        "CONFIG_ENCRYPTION_KEY": FERNET_KEY,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "writer/gunicorn.conf.py", "writer.app:create_app()"]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", str(request.param)]
    with (tmp_path / "writer.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    wait_until_healthy(port)
    yield port
    process.terminate()
    process.wait(timeout=40)


def wait_until_healthy(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline, "the writer did not start"
            time.sleep(0.1)


def sell_everywhere(port: int, token: str) -> Counter[str]:
    """Run the programs; return how often which answer was given to any of them."""
    start = time.time() + 3
    arguments = [str(port), token, str(start), str(TRIES)]
    running = [
        subprocess.Popen([sys.executable, "-I", "-c", PROGRAM, *arguments], stdout=subprocess.PIPE)
        for _ in range(PROGRAMS)
    ]
    answers: Counter[str] = Counter()
    for process in running:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        answers.update(json.loads(out))
    return answers


def test_the_last_300_units_are_sold_exactly_once(writer: int, database: Database) -> None:
    make_product(database, on_hand=300, reorder_point=50)
    with database.transaction() as db:
        token = users.make_token(db, "till", "write", "ada")

    answers = sell_everywhere(writer, token)

    assert answers == {"201 ": 300, "409 not_enough_stock": 100}
    assert on_hand(database) == 0
    assert moves(database) == [-1] * 300
