"""Chooses the tests of `tests/run quick`, says why, and runs them: `python -m tests.quick [--areas]`.

Chosen are the areas that changed, those above them, which may call them, and the guards of the house; where
something changed that everything stands on, the first tests of each file. Tests marked `slow` are left out.
"""

import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.areas import AREAS, FEW, FLOOR

ROOT = Path(__file__).parent.parent
GUARDS = (
    "tests/test_house.py",
    "tests/test_quick.py",
    "tests/test_every_route.py",
    "tests/db/test_migrations.py",
    "tests/db/test_landed.py",
    "tests/web/test_openapi.py",
)
# What lies beside the areas, and the tests that are about it.
BESIDE = {
    "reader": ["reader"],
    "server": ["ops"],
    "deploy": ["ops"],
    "restart.sh": ["ops"],
    "docker-compose.yml": ["ops"],
    ".env.example": ["ops"],
    "README.md": ["ops", "reader"],
    "writer/crontab": ["commands", "ops"],
    "writer/config.py": ["ops"],
    "writer/gunicorn.conf.py": ["ops"],
}
LEFT_OUT = ("browser", "bench", "faults")  # each of their tests takes seconds
UNTESTED = ("docs", ".ci", "LICENSE", "CHANGELOG.md", ".gitignore", ".dockerignore")


@dataclass
class Choice:
    """Which folders of tests/ are run whole, with the reason; and why a little of all others is, if so."""

    whole: dict[str, str] = field(default_factory=dict)
    everywhere: str = ""

    def add(self, area: str, why: str) -> None:
        """Run the tests of an area; the first reason is kept."""
        if (ROOT / "tests" / area).is_dir():
            self.whole.setdefault(area, why)


def choose(changed: Iterable[str]) -> Choice:
    """Choose by the paths that changed, relative to the project."""
    choice, paths = Choice(), sorted(changed)
    for path in paths:
        for area in areas_of(path):
            choice.add(area, f"{path} changed")
        if is_stood_upon(path):
            choice.everywhere = choice.everywhere or f"{path} changed, which many tests stand on"
    for area in AREAS:
        if area not in FLOOR and any(path.startswith(f"writer/{area}/") for path in paths):
            for above in AREAS[AREAS.index(area) + 1 :]:
                choice.add(above, f"may call {area}")
    return choice


def areas_of(path: str) -> list[str]:
    """Return the areas that a file is of, or is tested by."""
    first, _, rest = path.partition("/")
    if path in BESIDE or first in BESIDE:
        return BESIDE.get(path) or BESIDE[first]
    is_inside = first in ("writer", "tests") and "/" in rest
    return [rest.split("/")[0]] if is_inside else []


def is_stood_upon(path: str) -> bool:
    """Tell whether so much stands on a file that a little of everything is tried."""
    if path.startswith("tests/"):
        is_test = Path(path).name.startswith("test_")
        return not is_test and (path.count("/") == 1 or path.startswith("tests/fake_services/"))
    areas = areas_of(path)
    return any(area in FLOOR for area in areas) or not (areas or path.split("/")[0] in UNTESTED)


def changed_files() -> set[str]:
    """Return what differs from where this branch left main (on main: from HEAD~1), committed or not."""
    is_main = _git("rev-parse", "--abbrev-ref", "HEAD") == ["main"]
    # A clone of one branch alone has no main, and one of one commit no commit before.
    [base] = (not is_main and _git("merge-base", "main", "HEAD")) or _git("rev-parse", "HEAD~1") or ["HEAD"]
    untracked = _git("ls-files", "--others", "--exclude-standard")
    return {*_git("diff", "--name-only", "--no-renames", base), *untracked}


def _git(*arguments: str) -> list[str]:
    """Return the lines that git answers; none if it refuses."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def arguments(choice: Choice, changed: Iterable[str]) -> list[str]:
    """Return what pytest is told for a choice."""
    own = [path for path in sorted(changed) if path.startswith("tests/test_") and (ROOT / path).exists()]
    whole = [f"tests/{area}/" for area in choice.whole if area not in LEFT_OUT]
    paths = list(dict.fromkeys([*GUARDS, *own, *whole]))
    if not choice.everywhere:
        return ["-m", "not slow", *paths]
    ignored = [f"--ignore=tests/{area}" for area in LEFT_OUT]
    return ["-m", "not slow", f"--few={','.join(paths)}", *ignored, "tests"]


def report(choice: Choice) -> None:
    """Print what is run, and why."""
    print("Chosen, on SQLite and without what is marked slow:")
    print(f"  {'the guards':<14} always: who calls whom, migrations, every route, OpenAPI")
    for area, why in sorted(choice.whole.items(), key=lambda item: _place(item[0])):
        print(f"  {area:<14} {why}{f'; left out: tests/run tests/{area}' if area in LEFT_OUT else ''}")
    if choice.everywhere:
        print(f"  {'all others':<14} the first {FEW} tests of each file: {choice.everywhere}")


def _place(area: str) -> int:
    return AREAS.index(area) if area in AREAS else len(AREAS)


def main(options: list[str]) -> int:
    """Choose and print; then run, but for `--areas`. Return pytest's exit status."""
    changed = changed_files()
    choice = choose(changed)
    report(choice)
    if "--areas" in options:
        return 0
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", *options, *arguments(choice, changed)]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(f"Quick tests: {time.monotonic() - began:.0f} s.")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
