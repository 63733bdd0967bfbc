"""Decisions about products that nothing here knew: what each was, and that it can be taken back, once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from writer.db import get_row, insert_row, lock
from writer.db.schema.to_sort import sortings
from writer.lib import clock
from writer.lib.errors import Conflict
from writer.lib.store_scope import StoreScope
from writer.orders.to_sort.sources import sources

Details = Mapping[str, Any]
_LOOKED_THROUGH = 200  # decisions, for the one that a form sent twice made


@dataclass(frozen=True)
class Step:
    """Orders whose lines follow a decision, and the change of some of them; returns how many lines."""

    order_ids: Sequence[int]
    change: Callable[[Connection, Sequence[int]], int]


# Finds the orders when it is the step's turn: what the steps before left. Takes the decision and its cause.
FindStep = Callable[[Connection, "Decided"], Step]


@dataclass(frozen=True)
class Decided:
    """A decision: its id and details, and what the history of orders says is the cause of what follows."""

    id: int
    details: Details
    cause: str


@dataclass(frozen=True)
class Kind:
    """How a kind of decision is taken back (the rule, mapping or choice itself), which order lines follow the
    decision, and which follow when it is taken back."""

    words: str  # as the history says it, after who made it: "counted {subject} as ..."
    cause: str  # as the history of an order says it, before "by" and who made it
    undo: Callable[[Connection, str, Decided], None]
    steps: tuple[FindStep, ...] = ()
    undo_steps: tuple[FindStep, ...] = ()
    is_for_admins: bool = False  # staff cannot take back what they could not decide


# Of this room; what later areas decide comes with their sources.
own_kinds: dict[str, Kind] = {}


def kind_of(name: str) -> Kind:
    """Return how decisions of this kind are made and taken back."""
    return (
        own_kinds[name]
        if name in own_kinds
        else next(source.kinds[name] for source in sources() if name in source.kinds)
    )


def begin(
    db: Connection, actor: str, kind: str, subject: str, details: Details, store_id: int | None = None
) -> int:
    """Note a decision that is being made, whose order lines are still to follow; return its id."""
    return insert_row(
        db,
        sortings,
        at=clock.now(),
        actor=actor,
        kind=kind,
        subject=subject,
        details=json.dumps(details),
        store_id=store_id,
    )


def get(db: Connection, store_scope: StoreScope, sorting_id: int) -> Row[Any]:
    """Return a decision. Raises NotFound, as for one about a store that is not seen."""
    mine = sortings.c.store_id.is_(None) | store_scope.of(sortings.c.store_id)
    return get_row(db, sortings, sorting_id, "There is no such decision.", mine)


def take_back(db: Connection, store_scope: StoreScope, actor: str, sorting_id: int) -> Row[Any]:
    """Undo the decision itself; its order lines are still to follow. Return it as it was.

    Raises NotFound, and Conflict if it was taken back already or what came later stands in its way.
    """
    # What is just following it ends first, so that this finds all of it.
    lock(db, _following(sorting_id))
    row = get(db, store_scope, sorting_id)
    holds = (sortings.c.id == sorting_id) & sortings.c.taken_back_at.is_(None)
    taken = (
        update(sortings)
        .where(holds)
        .values(taken_back_at=clock.now(), taken_back_by=actor, is_finished=False)
    )
    if db.execute(taken).rowcount != 1:
        raise Conflict(f"This was taken back already, by {row.taken_back_by}.")
    kind_of(row.kind).undo(db, actor, decided(row))
    return row


def find_standing(db: Connection, kind: str, store_id: int | None, **details: object) -> int | None:
    """Return the newest decision of this kind and store with these details that was not taken back, or None.

    A form that is sent twice decides once, so that taking its decision back leaves nothing of it.
    """
    standing = (sortings.c.kind == kind) & sortings.c.taken_back_at.is_(None)
    same_store = sortings.c.store_id.is_not_distinct_from(store_id)
    query = select(sortings.c.id, sortings.c.details).where(standing, same_store)
    for row in db.execute(query.order_by(sortings.c.id.desc()).limit(_LOOKED_THROUGH)):
        if details.items() <= json.loads(row.details).items():
            return int(row.id)
    return None


def is_taken_back(db: Connection, sorting_id: int | None) -> bool:
    """Tell whether a decision was taken back; None: there was none."""
    taken = (sortings.c.id == sorting_id) & sortings.c.taken_back_at.is_not(None)
    return sorting_id is not None and db.execute(select(sortings.c.id).where(taken)).first() is not None


def still_said(db: Connection, before: Details | None) -> Details | None:
    """Return what was said of a product before a decision, with `sku` and `sorting_id`, as far as it holds.

    If a decision that was taken back said it, it is what was said before that one. None: nothing.
    """
    while before is not None and is_taken_back(db, before["sorting_id"]):
        kept = select(sortings.c.details).where(sortings.c.id == before["sorting_id"])
        details = json.loads(db.execute(kept).scalar_one())
        before = details["said"] if "said" in details else details["before"]
    return before


def hold(db: Connection, row: Row[Any]) -> bool:
    """Let nobody take a decision back until this transaction ends; tell whether it is as `row` has it."""
    lock(db, _following(row.id))
    is_same = sortings.c.taken_back_at.is_not_distinct_from(row.taken_back_at)
    return db.execute(select(sortings.c.id).where(sortings.c.id == row.id, is_same)).first() is not None


def _following(sorting_id: int) -> str:
    return f"decision {sorting_id}"


def decided(row: Row[Any]) -> Decided:
    """Return a row as its kind reads it."""
    cause = f"{_said(kind_of(row.kind).cause, row)} by {row.actor}"
    if row.taken_back_by is not None:
        cause += f", taken back by {row.taken_back_by}"
    return Decided(row.id, json.loads(row.details), cause)


def find_steps(row: Row[Any]) -> tuple[FindStep, ...]:
    """Return the steps in which order lines follow a decision, or follow that it was taken back."""
    kind = kind_of(row.kind)
    return kind.steps if row.taken_back_at is None else kind.undo_steps


def count_history(db: Connection, store_scope: StoreScope) -> int:
    """Count the decisions that are seen."""
    mine = sortings.c.store_id.is_(None) | store_scope.of(sortings.c.store_id)
    return int(db.execute(select(func.count()).select_from(sortings).where(mine)).scalar_one())


def list_history(db: Connection, store_scope: StoreScope, limit: int, offset: int = 0) -> list[Row[Any]]:
    """Return the decisions that are seen, newest first."""
    mine = sortings.c.store_id.is_(None) | store_scope.of(sortings.c.store_id)
    query = select(sortings).where(mine).order_by(sortings.c.id.desc())
    return list(db.execute(query.limit(limit).offset(offset)))


def describe(row: Row[Any]) -> str:
    """Say what was decided, after the name of who did: "counted KIT-28 as Fire 28pin"."""
    return _said(kind_of(row.kind).words, row)


def _said(words: str, row: Row[Any]) -> str:
    return words.format(subject=row.subject, **json.loads(row.details)).strip()


def list_unfinished(db: Connection) -> list[int]:
    """Return the ids of decisions whose order lines have not all followed yet, oldest first."""
    waiting = select(sortings.c.id).where(~sortings.c.is_finished).order_by(sortings.c.id)
    return list(db.execute(waiting).scalars())


def add_lines(db: Connection, sorting_id: int, lines: int) -> None:
    """Note that so many order lines have followed a decision."""
    more = update(sortings).where(sortings.c.id == sorting_id, sortings.c.taken_back_at.is_(None))
    if lines:
        db.execute(more.values(lines=sortings.c.lines + lines))


def finish(db: Connection, row: Row[Any]) -> None:
    """Note that all order lines have followed, unless the decision was taken back meanwhile."""
    is_same = sortings.c.taken_back_at.is_not_distinct_from(row.taken_back_at)
    db.execute(update(sortings).where(sortings.c.id == row.id, is_same).values(is_finished=True))
