"""The commands around the tests themselves."""

import subprocess

import pytest

from tests import postgres
from writer.config import ROOT

pytestmark = pytest.mark.sqlite_only


def test_without_postgresql_its_pass_is_skipped_with_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "programs", lambda: None)

    assert postgres.main(["false"]) == 0

    assert capsys.readouterr().out.startswith("Skipped: the tests on PostgreSQL, which is not installed")


def test_the_exit_status_is_that_of_the_command() -> None:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")

    assert postgres.main(["sh", "-c", 'test -n "$TEST_POSTGRES_URL" && exit 7']) == 7


@pytest.mark.parametrize(
    "script", ["restart.sh", "tests/run", "tests/mutation", ".ci/run", "tests/bench/webhook"]
)
def test_a_script_can_be_run_and_is_well_formed(script: str) -> None:
    path = ROOT / script

    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
