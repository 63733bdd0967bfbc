"""What `tests/run quick` and the pass on PostgreSQL choose."""

import pytest

from tests.areas import AREAS, ON_POSTGRES, TESTS
from tests.quick import BESIDE, GUARDS, ROOT, arguments, choose


def test_a_change_in_an_area_runs_it_and_those_above_it() -> None:
    choice = choose(["writer/stores/registry/actions.py"])

    assert choice.whole == {
        "stores": "writer/stores/registry/actions.py changed",
        "sync": "may call stores",
        "reports": "may call stores",
        "commands": "may call stores",
        "ops": "may call stores",
    }
    assert choice.everywhere == ""


@pytest.mark.parametrize("area", ["lib", "db", "web"])
def test_a_change_that_everything_stands_on_runs_a_little_of_everything(area: str) -> None:
    choice = choose([f"writer/{area}/some.py"])

    assert list(choice.whole) == [area]
    assert choice.everywhere == f"writer/{area}/some.py changed, which many tests stand on"
    assert arguments(choice, [])[-1] == "tests"
    assert f"tests/{area}/" in next(told for told in arguments(choice, []) if told.startswith("--few="))


def test_a_change_of_tests_runs_those_alone() -> None:
    choice = choose(["tests/stock/levels/test_api.py", "tests/test_access.py"])

    assert (list(choice.whole), choice.everywhere) == (["stock"], "")
    assert "tests/test_access.py" in arguments(choice, ["tests/test_access.py"])


def test_a_change_of_what_tests_stand_on_runs_a_little_of_everything() -> None:
    assert choose(["tests/hub.py"]).everywhere == "tests/hub.py changed, which many tests stand on"
    assert choose(["tests/fake_services/store_rest.py"]).everywhere != ""
    assert choose(["pyproject.toml"]).everywhere != ""


def test_words_alone_run_the_guards_alone() -> None:
    choice = choose(["docs/DECISIONS.md", "CHANGELOG.md"])

    assert (choice.whole, choice.everywhere) == ({}, "")
    assert arguments(choice, [])[2:] == list(GUARDS)


def test_everything_that_is_named_is_there() -> None:
    named = [
        *GUARDS,
        *BESIDE,
        *(f"tests/{room}" for room in ON_POSTGRES),
        *(f"writer/{area}" for area in AREAS),
    ]

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_folder_of_tests_is_of_an_area_or_beside_them() -> None:
    beside = {"reader", "browser", "bench", "faults", "fake_services", "data"}

    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= beside | set(AREAS)
