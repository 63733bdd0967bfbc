"""The worker: tasks with one leader each, that are started again when they fail and end when told to."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.makers import make_config
from tests.stock.movements.products import open_notices
from writer.db import Database
from writer.db.schema.worker import worker_tasks
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING
from writer.ops import worker, worker_health
from writer.ops.worker import Task
from writer.orders.to_sort import actions, sortings

pytestmark = pytest.mark.postgres

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "STAND_BY_S", 0.05)
    monkeypatch.setattr(worker, "BEAT_S", 0.05)
    monkeypatch.setattr(worker, "LONGEST_WAIT_S", 0.05)


class Running:
    """A worker in a thread of the test."""

    def __init__(self, database: Database, *tasks: Task) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=worker.run, args=(database, tasks, self.stop))
        self.thread.start()

    def end(self) -> float:
        """Tell it to stop; return after how many seconds it had."""
        began = time.monotonic()
        self.stop.set()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return time.monotonic() - began


Start = Callable[..., Running]


@pytest.fixture
def start(database: Database) -> Iterator[Start]:
    """Start a worker with the tasks that are given; all are stopped afterwards."""
    begun: list[Running] = []

    def run(*tasks: Task) -> Running:
        begun.append(Running(database, *tasks))
        return begun[-1]

    yield run
    for each in begun:
        each.end()


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def counting(rounds: list[int], number: int = 1) -> worker.Work:
    """Work that notes each of its rounds."""

    def work(should_stop: Callable[[], bool], on_round: Callable[[], None]) -> None:
        while not should_stop():
            rounds.append(number)
            on_round()
            time.sleep(0.01)

    return work


def state(database: Database, name: str) -> tuple[bool, bool, str | None]:
    """Whether a task runs, whether it went round, and what failed."""
    with database.reading() as db:
        for task in worker_health.list_tasks(db):
            if task.name == name:
                return worker_health.runs(task), task.last_round_at is not None, task.error
    return False, False, None


def test_each_task_goes_round_and_is_seen_to(start: Start, database: Database) -> None:
    one: list[int] = []
    two: list[int] = []

    running = start(Task("one", "lock-1", counting(one)), Task("two", "lock-2", counting(two)))
    wait_for(lambda: state(database, "one") == state(database, "two") == (True, True, None))

    assert worker_health.is_well(database)
    assert running.end() < 2
    assert one
    assert two
    assert state(database, "one") == (False, True, None)
    assert not worker_health.is_well(database)


def test_a_second_worker_stands_by_and_takes_over(start: Start) -> None:
    rounds: list[int] = []
    first = start(Task("task", "lock", counting(rounds, 1)))
    wait_for(lambda: 1 in rounds)
    start(Task("task", "lock", counting(rounds, 2)))
    time.sleep(0.3)
    assert set(rounds) == {1}

    first.end()

    wait_for(lambda: 2 in rounds)
    assert rounds == sorted(rounds)


def test_a_task_that_fails_is_noticed_and_started_again(start: Start, database: Database) -> None:
    rounds: list[int] = []
    is_mended = threading.Event()

    def work(should_stop: Callable[[], bool], on_round: Callable[[], None]) -> None:
        rounds.append(1)
        if not is_mended.is_set():
            raise ValueError("no luck")
        counting(rounds)(should_stop, on_round)

    start(Task("shaky", "lock-1", work), Task("steady", "lock-2", counting([])))
    wait_for(lambda: len(rounds) > 2 and "worker" in open_notices(database))
    assert state(database, "shaky") == (True, False, "ValueError: no luck")
    assert state(database, "steady")[2] is None
    assert open_notices(database)["worker"].endswith("fails and is started again: ValueError: no luck")
    assert not worker_health.is_well(database)

    is_mended.set()

    wait_for(lambda: state(database, "shaky") == (True, True, None))
    assert "worker" not in open_notices(database)


def test_a_task_that_ends_by_itself_has_failed(start: Start, database: Database) -> None:
    start(Task("short", "lock", lambda _should_stop, _on_round: None))

    wait_for(lambda: state(database, "short")[2] == "RuntimeError: The task ended by itself.")


def test_the_end_does_not_wait_for_a_task_that_hangs(
    start: Start, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "GRACE_S", 0.2)
    hanging, let_go = threading.Event(), threading.Event()

    def work(_should_stop: Callable[[], bool], _on_round: Callable[[], None]) -> None:
        hanging.set()
        let_go.wait(PATIENCE_S)

    running = start(Task("stuck", "lock", work))
    assert hanging.wait(PATIENCE_S)

    assert running.end() < 2
    let_go.set()
    wait_for(lambda: not [thread for thread in threading.enumerate() if thread.name == "onerom task stuck"])


def test_a_killed_worker_is_no_longer_called_running(start: Start, database: Database) -> None:
    running = start(Task("task", "lock", counting([])))
    wait_for(lambda: state(database, "task")[1])
    running.end()
    with database.transaction() as db:
        db.execute(update(worker_tasks).values(heartbeat_at=clock.now() - worker_health.LATE))

    assert worker_health.lines(database) == ["task: does not run"]


def test_health_of_the_writer_tells_of_the_worker(
    start: Start, client: FlaskClient, database: Database
) -> None:
    assert client.get("/health").get_json()["worker"] == []
    running = start(Task("task", "lock", counting([])))
    wait_for(lambda: state(database, "task")[1])

    (task,) = client.get("/health").get_json()["worker"]

    assert (task["task"], task["runs"], task["fails"]) == ("task", True, False)
    assert task["last_round_at"]
    assert "last round at" in worker_health.lines(database)[0]
    running.end()


def test_the_worker_pushes_stock(database: Database) -> None:
    task = worker.tasks(make_config(DATABASE_URL=database.url), database)[0]
    rounds: list[int] = []

    task.work(lambda: bool(rounds), lambda: rounds.append(1))

    assert (task.name, task.lock, rounds) == ("stock push", "push", [1])


def test_the_worker_lets_order_lines_follow_a_decision(database: Database) -> None:
    task = worker.tasks(make_config(DATABASE_URL=database.url), database)[1]
    with database.transaction() as db:
        sorting_id = actions.ignore_sku(db, "ada", "GIFT")
    rounds: list[int] = []

    task.work(lambda: bool(rounds), lambda: rounds.append(1))

    assert (task.name, task.lock) == ("to sort", "to-sort")
    with database.reading() as db:
        assert sortings.get(db, EVERYTHING, sorting_id).is_finished
