"""Runs the product's commands as cron and people do: `python -m ...`, in processes of their own."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from tests.makers import make_environment
from writer.config import ROOT

# Set, so that every command gets as far as the database.
SETTINGS = {
    "NOTIFY_URL": "http://127.0.0.1:9/",
    "AIRTABLE_API_KEY": "pat-of-tests",
    "AIRTABLE_BASE_ID": "appTests000000000",
    "AIRTABLE_TABLES_JSON": '{"stock": "Stock", "events": "Events"}',
    "AIRTABLE_URL": "http://127.0.0.1:9",
}


@dataclass(frozen=True)
class Ran:
    """How a command ended: its status, and what it printed that is no line of the log."""

    status: int
    lines: list[str]


def _start(command: str, database_url: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, **make_environment(DATABASE_URL=database_url, **SETTINGS)}
    return subprocess.Popen(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_all(commands: Iterable[str], database_url: str) -> dict[str, Ran]:
    """Run all of them at once, for most of what they do in these tests is wait."""
    started = {command: _start(command, database_url) for command in commands}
    return {command: _ended(process) for command, process in started.items()}


def _ended(process: "subprocess.Popen[str]") -> Ran:
    said, _ = process.communicate(timeout=90)
    return Ran(process.returncode, [line for line in said.splitlines() if not _is_logged(line)])


def _is_logged(line: str) -> bool:
    try:
        return "level" in json.loads(line)
    except (ValueError, TypeError):
        return False
