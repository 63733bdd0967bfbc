"""Setting up: which steps there are, which are done, and those that only a person can tick."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from writer import orders, stores
from writer.db import upsert
from writer.db.schema.home import setup_steps
from writer.lib import clock
from writer.lib.errors import NotFound
from writer.lib.store_scope import EVERYTHING
from writer.people import audit
from writer.sales import product_types
from writer.stock import levels

_HIDDEN = "hidden"


class Step(NamedTuple):
    """One step: what there is to do, and the page where it is done."""

    name: str
    sentence: str
    button: str
    href: str
    is_ticked: bool = False  # by a person, because the product cannot see it


STEPS = (
    Step("password", "Change the password", "Change it", "/password"),
    Step("store", "Connect a store", "Connect a store", "/stores/connect"),
    Step("types", "Say what your products count as", "Choose", "/to-sort/counting"),
    Step("stock", "Count your stock", "Count stock", "/stocktake"),
    Step("order", "Record the first order", "Read orders", "/order-import"),
    Step("public", "Put the public total on your site", "Show me how", "/public-page", is_ticked=True),
)


@dataclass(frozen=True)
class Checklist:
    """The steps in their order, each with whether it is done."""

    steps: list[tuple[Step, bool]]

    @property
    def done(self) -> int:
        return sum(is_done for _, is_done in self.steps)

    @property
    def next(self) -> Step | None:
        """Return the first step that is not done; None: all are."""
        return next((step for step, is_done in self.steps if not is_done), None)


def find_checklist(db: Connection) -> Checklist | None:
    """Return the checklist; None where it was hidden, or everything is done."""
    ticked = set(db.execute(select(setup_steps.c.name)).scalars())
    if _HIDDEN in ticked:
        return None
    seen = _seen(db)
    found = Checklist([(step, seen.get(step.name, step.name in ticked)) for step in STEPS])
    return found if found.next is not None else None


def tick(db: Connection, actor: str, name: str) -> None:
    """A step is done, as a person says. Raises NotFound where the product sees by itself whether it is."""
    if name not in {step.name for step in STEPS if step.is_ticked}:
        raise NotFound("There is no such step.")
    _keep(db, actor, name)


def hide(db: Connection, actor: str) -> None:
    """The checklist is not shown any more."""
    _keep(db, actor, _HIDDEN)


def take_back(db: Connection, actor: str, name: str) -> None:
    """A step is not done, or with "hidden" the checklist is shown again."""
    gone = db.execute(delete(setup_steps).where(setup_steps.c.name == name)).rowcount
    if gone:
        audit.note(db, actor, "setup.take back", "setup", {"name": name}, None)


def _keep(db: Connection, actor: str, name: str) -> None:
    upsert(db, setup_steps, {"name": name, "done_at": clock.now(), "done_by": actor}, ["name"])
    audit.note(db, actor, "setup.tick", "setup", None, {"name": name})


def _seen(db: Connection) -> Mapping[str, bool]:
    """Return which steps are done, as far as the product sees it."""
    return {
        "password": True,  # nobody gets to Home with one that must be changed
        "store": stores.count(db) > 0,
        "types": product_types.get_counting(db) is not None,
        "stock": levels.count_in_state(db, "active") > 0,
        "order": bool(orders.count_by_status(db, EVERYTHING)),
    }
