"""What a page starts and does not wait for: one thing at a time per store, in a thread of the writer.

What it says is kept in memory: the writer is one process. A restart forgets it, and the work can be
started again, for all of it is done in steps that hold by themselves.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from writer.db import AlreadyRunning
from writer.lib.errors import Conflict, DomainError
from writer.stores.registry.contact import NotNow
from writer.stores.woocommerce import StoreError

log = logging.getLogger("writer.stores.registry")
Progress = Callable[[str], None]


class Unwell(Exception):
    """The work is done, and what it found is not well; the text says what."""


@dataclass
class Job:
    """A piece of work for a store: what it is, how far it is, how it ended."""

    title: str
    sentence: str = "It begins."
    is_done: bool = False
    category: str = "success"  # or 'warning', 'danger': how it ended


class Jobs:
    """The jobs of a writer, the newest of each store."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()

    def find(self, store_id: int) -> Job | None:
        """Return the store's newest job as it is now, None where there was none since the writer started.

        To be asked before the database is: a job that is done has changed it, one under way is asked again.
        """
        found = self._jobs.get(store_id)
        return None if found is None else replace(found)

    def start(self, store_id: int, title: str, work: Callable[[Progress], str]) -> Job:
        """Do `work` in the background; it is given a function to say how far it is, and returns how it ended.

        Raises Conflict where the store's last job is still under way.
        """
        with self._lock:
            running = self._jobs.get(store_id)
            if running is not None and not running.is_done:
                raise Conflict(f"{running.title} is under way for this store: wait until it is done.")
            job = self._jobs[store_id] = Job(title)
        threading.Thread(target=_run, args=(job, work), name=f"onerom job {store_id}", daemon=True).start()
        return job


def _run(job: Job, work: Callable[[Progress], str]) -> None:
    def on_progress(sentence: str) -> None:
        job.sentence = sentence

    try:
        job.sentence = work(on_progress)
    except Unwell as error:
        job.sentence, job.category = str(error), "warning"
    except (StoreError, DomainError) as error:
        job.sentence, job.category = error.sentence, "danger"
    except (NotNow, AlreadyRunning) as error:
        job.sentence, job.category = str(error), "danger"
    except Exception:
        log.exception("job failed", extra={"fields": {"job": job.title}})
        job.sentence, job.category = "It broke off because of an error here; the log says which.", "danger"
    job.is_done = True
