"""What a page starts and does not wait for."""

import threading
import time

import pytest

from writer.lib.errors import Conflict
from writer.stores.registry.jobs import Job, Jobs


def test_a_job_that_was_found_under_way_stays_so_for_who_found_it() -> None:
    jobs, go = Jobs(), threading.Event()
    jobs.start(1, "Counting", lambda _tell: "Counted." if go.wait(10) else "Nobody came.")
    found = jobs.find(1)
    assert found is not None

    go.set()
    ended = wait_for_end(jobs)

    assert (found.is_done, found.sentence) == (False, "It begins.")
    assert (ended.is_done, ended.sentence, ended.category) == (True, "Counted.", "success")


def test_a_store_has_one_job_at_a_time_and_another_when_it_is_done() -> None:
    jobs, go = Jobs(), threading.Event()
    jobs.start(1, "Counting", lambda _tell: "Counted." if go.wait(10) else "Nobody came.")

    with pytest.raises(Conflict, match="Counting is under way for this store"):
        jobs.start(1, "Reading", lambda _tell: "Read.")
    jobs.start(2, "Reading", lambda _tell: "Read.")
    go.set()
    wait_for_end(jobs)

    jobs.start(1, "Reading", lambda _tell: "Read.")


def wait_for_end(jobs: Jobs) -> Job:
    deadline = time.monotonic() + 10
    while not (found := jobs.find(1)) or not found.is_done:
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return found
