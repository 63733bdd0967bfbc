"""The demo with a past, as a database that several tests look at: told once in a run, whoever asks first."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo import story
from deploy.demo.hub import Hub
from deploy.demo.settings import Ports
from deploy.demo.shops import BRITAIN, GERMANY, Diary, Shop
from tests.makers import add_people, make_config

NOWHERE = Ports(1, 2, 3, 4, 5, 6)  # nothing of it listens


@contextmanager
def telling(url: str, until: datetime | None = None) -> Iterator[tuple[Hub, Shop, Shop]]:
    """Tell the past into an empty database; yield the hub and both shops, which answer meanwhile."""
    hub = Hub(make_config(DATABASE_URL=url), NOWHERE)
    diary = Diary(lambda _line: None)
    try:
        with (
            Shop("North Shop", 0, diary, BRITAIN, 10) as north,
            Shop("South Shop", 0, diary, GERMANY, 2010) as south,
        ):
            story.tell(hub, north, south, until or datetime.now(UTC).replace(microsecond=0))
            yield hub, north, south
    finally:
        hub.database.close()


def told_once(factory: pytest.TempPathFactory, worker: str) -> str:
    """Return the URL of the database with the past and the users ada and sam, which is nobody's to change.

    `worker` is the name of this process among those of the run.
    """
    folder = factory.getbasetemp() if worker == "master" else factory.getbasetemp().parent
    path = Path(folder) / "demo-with-a-past.db"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            with telling(f"sqlite:///{unfinished}"):
                add_people(f"sqlite:///{unfinished}")
            unfinished.rename(path)
    return f"sqlite:///{path}"
