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
    "deploy": ["ops"],
    "restart.sh": ["ops"],
    "docker-compose.yml": ["ops"],
    ".env.example": ["ops"],
    "README.md": ["ops", "reader"],
    "writer/crontab": ["commands", "ops"],
    "writer/config.py": ["ops"],
    "writer/gunicorn.conf.py": ["ops"],
}
UNTESTED = ("docs", ".ci", "LICENSE", "CHANGELOG.md", ".gitignore", ".dockerignore")


@dataclass
class Choice:
    """Which folders of tests/ are run whole, each with why; and why others are run a little, if they are."""

    whole: dict[str, str] = field(default_factory=dict)
    everywhere: str = ""

    def add(self, area: str, why: str) -> None:
        """Run the tests of an area."""
        if (ROOT / "tests" / area).is_dir():
            self.whole.setdefault(area, why)

    def add_with_those_above(self, area: str) -> None:
        """Run the tests of an area of the writer, and of all that may call it."""
        self.add(area, f"writer/{area} changed")
        if area in FLOOR:
            self.everywhere = self.everywhere or f"writer/{area} changed, which everything calls"
            return
        for above in AREAS[AREAS.index(area) + 1 :]:
            self.add(above, f"may call {area}")


def choose(changed: Iterable[str]) -> Choice:
    """Choose by the paths that changed, relative to the project."""
    choice = Choice()
    paths = sorted(changed)
    # Areas themselves before those above them, so that the nearer reason is the one that is printed.
    for path in paths:
        _choose_itself(choice, path)
    for area in AREAS:
        if any(path.startswith(f"writer/{area}/") for path in paths):
            choice.add_with_those_above(area)
    return choice


def _choose_itself(choice: Choice, path: str) -> None:
    first, _, rest = path.partition("/")
    area = rest.split("/")[0]
    beside = BESIDE.get(path) or BESIDE.get(first)
    if first == "tests" and "/" in rest:
        choice.add(area, f"{path} changed")
        if not Path(path).name.startswith("test_") and area == "fake_services":
            choice.everywhere = choice.everywhere or f"{path} changed, on which many tests stand"
    elif first == "writer" and area in AREAS:
        choice.add(area, f"{path} changed")
    elif beside:
        for tested in beside:
            choice.add(tested, f"{path} changed")
    elif first not in UNTESTED and not (first == "tests" and rest.startswith("test_")):
        choice.everywhere = choice.everywhere or f"{path} changed, which belongs to no area"


def changed_files() -> set[str]:
    """Return what differs from where this branch left main (on main: from HEAD~1), committed or not."""
    if _git("rev-parse", "--abbrev-ref", "HEAD") == ["main"]:
        base = "HEAD~1"
    else:
        base = _git("merge-base", "main", "HEAD")[0]
    untracked = _git("ls-files", "--others", "--exclude-standard")
    return {*_git("diff", "--name-only", "--no-renames", base), *untracked}


def _git(*arguments: str) -> list[str]:
    return subprocess.check_output(["git", *arguments], cwd=ROOT, text=True).splitlines()


def arguments(choice: Choice, changed: Iterable[str]) -> list[str]:
    """Return what pytest is told for a choice."""
    own = [path for path in sorted(changed) if path.startswith("tests/test_") and (ROOT / path).exists()]
    whole = [f"tests/{area}" for area in choice.whole if area not in ("browser", "bench")]
    files = [path for path in GUARDS if (ROOT / path).exists()]
    paths = list(dict.fromkeys([*files, *own, *whole]))
    if not choice.everywhere:
        return ["-m", "not slow", *paths]
    return ["-m", "not slow", f"--few={','.join(paths)}", *sorted(_folders())]


def _folders() -> set[str]:
    folders = {path.parent.relative_to(ROOT).parts[:2] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    return {"/".join(parts) for parts in folders if parts[1] not in ("browser", "bench")} | {
        "tests/test_house.py"
    }


def report(choice: Choice) -> None:
    """Print what is run, and why."""
    print("Chosen, on SQLite and without what is marked slow:")
    print(f"  {'the guards':<14} always: who calls whom, migrations, every route, OpenAPI")
    for area, why in sorted(choice.whole.items(), key=lambda item: _place(item[0])):
        print(f"  {area:<14} {why}")
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
