"""What happens by itself happens when it is due, once, and leaves a line saying how it went."""

import json
import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cronsim import CronSim

from writer.config import ROOT
from writer.lib import clock
from writer.ops import cron

pytestmark = pytest.mark.sqlite_only

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules can be run as jobs."""
    monkeypatch.setattr(cron, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time as cron sees it: a test sets the one item."""
    told = [NOON]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    return told


def make_cron(folder: Path, schedule: str, code: str, last: datetime | None = None) -> cron.Cron:
    (folder / "job.py").write_text(code)
    (folder / "crontab").write_text(f"# a comment\n\n{schedule}   job  # what it does\n")
    if last is not None:
        (folder / "state.json").write_text(json.dumps({"job": last.isoformat()}))
    return cron.Cron(folder / "crontab", folder / "state.json")


def step_until_done(made: cron.Cron) -> None:
    made.step()
    deadline = time.monotonic() + 20
    while any(job.process for job in made.jobs) and time.monotonic() < deadline:
        time.sleep(0.02)
        made.step()


def runs(folder: Path) -> int:
    file = folder / "ran"
    return len(file.read_text().splitlines()) if file.exists() else 0


RUN = "open('ran', 'a').write('ran\\n')"


def test_a_job_runs_when_it_is_due_and_not_before(jobs: Path, now: list[datetime]) -> None:
    made = make_cron(jobs, "*/5 * * * *", RUN)

    step_until_done(made)
    assert runs(jobs) == 0
    now[0] = NOON + timedelta(minutes=5)
    step_until_done(made)
    step_until_done(made)

    assert runs(jobs) == 1


def test_a_job_that_fell_due_while_nothing_ran_is_started_at_once(jobs: Path, now: list[datetime]) -> None:
    made = make_cron(jobs, "17 3 * * *", RUN, last=NOON - timedelta(days=2))

    step_until_done(made)
    step_until_done(made)

    assert runs(jobs) == 1
    assert json.loads((jobs / "state.json").read_text()) == {"job": NOON.isoformat()}


def test_a_job_that_still_runs_is_not_started_again(
    jobs: Path, now: list[datetime], caplog: pytest.LogCaptureFixture
) -> None:
    made = make_cron(jobs, "* * * * *", f"{RUN}\nimport time; time.sleep(60)", last=NOON - timedelta(days=1))
    made.step()

    now[0] = NOON + timedelta(minutes=1)
    made.step()

    assert "job still runs and is not started again" in caplog.messages
    process = made.jobs[0].process
    assert process is not None
    process.kill()
    process.wait()


def test_a_failed_job_leaves_an_error_line_and_is_run_again_when_next_due(
    jobs: Path, now: list[datetime], caplog: pytest.LogCaptureFixture
) -> None:
    made = make_cron(jobs, "* * * * *", "raise SystemExit(3)", last=NOON - timedelta(days=1))

    step_until_done(made)

    assert [(record.levelno, record.message) for record in caplog.records] == [(logging.ERROR, "job failed")]
    assert caplog.records[0].__dict__["fields"]["status"] == 3
    assert made.jobs[0].next_at == datetime(2026, 3, 1, 12, 1, tzinfo=UTC)


def test_a_job_that_hangs_is_ended(
    jobs: Path, now: list[datetime], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = make_cron(jobs, "* * * * *", "import time; time.sleep(60)", last=NOON - timedelta(days=1))
    made.step()
    monkeypatch.setattr(cron, "JOB_LIMIT_S", 0)

    made.step()

    assert "job failed" in caplog.messages
    assert made.jobs[0].process is None


def test_the_end_waits_for_a_running_job(jobs: Path, now: list[datetime]) -> None:
    code = f"import time; time.sleep(0.5); {RUN}"
    made = make_cron(jobs, "* * * * *", code, last=NOON - timedelta(days=1))
    made.step()

    made.end()

    assert runs(jobs) == 1


def test_a_job_that_does_not_finish_is_told_to_stop(
    jobs: Path, now: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_cron(jobs, "* * * * *", "import time; time.sleep(60)", last=NOON - timedelta(days=1))
    monkeypatch.setattr(cron, "GRACE_S", 0)
    made.step()

    made.end()

    assert made.jobs[0].process is None


def test_a_job_is_run_with_its_options(jobs: Path, now: list[datetime]) -> None:
    (jobs / "crontab").write_text("* * * * *  job --dry-run --watch  # both\n")
    (jobs / "job.py").write_text("import sys\nopen('ran', 'w').write(' '.join(sys.argv[1:]))")
    made = cron.Cron(jobs / "crontab", jobs / "state.json")
    now[0] += timedelta(minutes=1)

    step_until_done(made)

    assert (jobs / "ran").read_text() == "--dry-run --watch"


def test_an_unreadable_state_is_begun_anew(jobs: Path, now: list[datetime]) -> None:
    (jobs / "state.json").write_text("{")

    made = make_cron(jobs, "* * * * *", RUN)

    assert made.last == {"job": NOON.isoformat()}


def test_a_line_that_is_no_job_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "crontab").write_text("*/5 * * * *\n")

    with pytest.raises(ValueError, match=r"no schedule and module: \*/5"):
        cron.read(tmp_path / "crontab")


def test_every_line_of_the_crontab_names_a_module_that_can_be_run() -> None:
    found = cron.read(cron.CRONTAB)

    assert found
    for schedule, command in found:
        assert next(CronSim(schedule, NOON)) > NOON
        source = ROOT / f"{command.split()[0].replace('.', '/')}.py"
        assert 'if __name__ == "__main__":' in source.read_text()


def test_the_list_for_a_system_cron_runs_the_same_modules() -> None:
    lines = cron.for_system_cron().splitlines()

    commands = [line.rpartition(" -m ")[2] for line in lines]
    assert commands == [command for _, command in cron.read(cron.CRONTAB)]
    assert all(sys.executable in line for line in lines)


def test_cron_is_healthy_while_it_runs(jobs: Path) -> None:
    made = make_cron(jobs, "17 3 * * *", RUN)
    assert not cron.is_healthy(made.state)

    made.step()

    assert cron.is_healthy(made.state)


def test_a_clock_that_is_set_back_stops_no_job(jobs: Path, now: list[datetime]) -> None:
    made = make_cron(jobs, "* * * * *", RUN)
    now[0] = NOON + timedelta(days=400, minutes=1)
    step_until_done(made)
    assert runs(jobs) == 1

    now[0] = NOON
    step_until_done(made)
    now[0] = NOON + timedelta(minutes=1)
    step_until_done(made)

    assert runs(jobs) == 2


def test_a_clock_that_is_corrected_a_little_starts_no_job_twice(jobs: Path, now: list[datetime]) -> None:
    made = make_cron(jobs, "* * * * *", RUN)
    now[0] = NOON.replace(minute=1, second=0)
    step_until_done(made)

    now[0] = NOON.replace(minute=0, second=58)
    step_until_done(made)
    now[0] = NOON.replace(minute=1, second=1)
    step_until_done(made)

    assert runs(jobs) == 1


def test_a_file_of_the_future_is_no_sign_of_life(tmp_path: Path) -> None:
    state = tmp_path / "cron.json"
    state.write_text("{}")
    later = time.time() + 86_400
    os.utime(state, (later, later))

    assert not cron.is_healthy(state)
