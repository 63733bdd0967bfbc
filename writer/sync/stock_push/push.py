"""Bring a store's stock to the count: read, compare, write, read the answers. HTTP only between transactions.

Level-triggered: a listing is due when what its store was last told is older than the count, so a burst
costs one push, a store that was down costs one push, and a crash loses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from writer import stores
from writer.db import Database
from writer.lib import clock
from writer.stores import Client, NotThere, Shown, Vault, contact, read_shown
from writer.sync import differences, order_import
from writer.sync.stock_push import compare, plan, settle
from writer.sync.stock_push.compare import Look, Verdict
from writer.sync.stock_push.plan import Due


@dataclass
class Pushed:
    """What a push to one store came to."""

    store_id: int
    settled: int = 0
    written: int = 0
    waiting: int = 0  # a number nothing explains, to be looked at again
    failed: int = 0
    held: str | None = None  # why nothing was written at all
    would_write: list[tuple[str, int | None, int]] = field(default_factory=list)  # dry run: SKU, from, to

    @property
    def is_news(self) -> bool:
        return bool(self.settled or self.written or self.waiting or self.failed)


def push(
    database: Database,
    vault: Vault,
    store_id: int,
    dry_run: bool = False,
    not_since: datetime | None = None,
) -> Pushed:
    """Bring everything due of one store to the count.

    Raises NotNow where the store must not be called, StoreError (written down already) where it failed.
    """
    result = Pushed(store_id)
    with database.reading() as db:
        store = stores.get(db, store_id)
        result.held = _why_held(db, store)
    if store.push_state == "on" and result.held != store.mass_change and not dry_run:
        with database.transaction() as db:
            settle.hold_mass_change(db, store, result.held)
    if result.held is not None and not dry_run:
        return result
    with contact(database, vault, store_id, "push stock") as client:
        run = _Run(database, client, store_id, bool(store.manages_stock), dry_run, not_since)
        for chunk in run.chunks():
            run.push_chunk(chunk, result)
    return result


def _why_held(db: Connection, store: Row[Any]) -> str | None:
    if store.push_state == "off":
        return "Pushing is not switched on."
    return plan.mass_change(db, store) if store.push_state == "on" else None


@dataclass
class _Run:
    """One push to one store under way."""

    database: Database
    client: Client
    store_id: int
    turns_on_stock: bool
    dry_run: bool
    not_since: datetime | None
    polled: bool = False

    def chunks(self) -> Iterator[list[Due]]:
        """Walk over everything due: simple products by the hundred, variations parent by parent."""
        for variations in (False, True):
            after = (-1, -1)
            while True:
                with self.database.reading() as db:
                    due = plan.due(db, self.store_id, variations, after, self.not_since)
                if not due:
                    break
                after = (due[-1].product_id, due[-1].id)
                if variations:
                    for _, of_parent in groupby(due, key=lambda found: found.product_id):
                        yield list(of_parent)
                else:
                    yield due

    def push_chunk(self, chunk: list[Due], result: Pushed) -> None:
        """Read, compare and write one chunk; remember what each listing shows now."""
        looks = self._look(chunk)
        if any(look.verdict is Verdict.ODD for look in looks):
            looks = self._explain(looks)
        writing = [look for look in looks if look.verdict is Verdict.WRITE]
        if self.dry_run:
            result.would_write += [
                (look.due.sku, look.shown.quantity if look.shown else None, look.due.target)
                for look in writing
            ]
            return
        with self.database.transaction() as db:
            settle.note_looks(db, self.store_id, looks)
            if writing:
                settle.intend(db, writing)
        answers = self._write([look.due for look in writing]) if writing else {}
        refused = self._verify([look.due for look in writing], answers)
        with self.database.transaction() as db:
            for look in writing:
                problem = refused.get(look.due.id)
                settle.note_written(db, self.store_id, look.due, problem)
            settle.end_failures(db, [look.due.id for look in writing if look.due.id not in refused])
        result.written += len(writing) - len(refused)
        result.failed += len(refused) + sum(look.verdict in settle.PROBLEMS for look in looks)
        result.settled += sum(look.verdict is Verdict.SETTLED for look in looks)
        result.waiting += sum(look.verdict is Verdict.ODD for look in looks)

    def _look(self, chunk: list[Due]) -> list[Look]:
        shown = {key: read_shown(item) for key, item in self._read(chunk).items()}
        return [self._judge(due, shown.get(_key(due))) for due in chunk]

    def _judge(self, due: Due, shown: Shown | None) -> Look:
        return Look(due, shown, compare.decide(due, shown, self.turns_on_stock, clock.now()))

    def _explain(self, looks: list[Look]) -> list[Look]:
        """Read the store's newest orders, then look again at what showed a number nothing explained.

        What is still odd is drift once it was seen twice, 60 s or more apart, with nothing unprocessed.
        """
        if not self.polled:
            reader = order_import.Reader(self.database, self.client, self.store_id)
            reader.poll()
            reader.read_asked()
            self.polled = True
        with self.database.reading() as db:
            now = plan.again(db, [look.due.id for look in looks])
            may_drift = not plan.has_unprocessed(db, self.store_id)
        # Read again, for what was sold between is among the orders by now and was not in the number.
        judged = self._look([now.get(look.due.id, look.due) for look in looks])
        if not may_drift or self.dry_run:
            return judged
        return [self._drift(look) if look.verdict is Verdict.ODD else look for look in judged]

    def _drift(self, look: Look) -> Look:
        shown = look.shown
        assert shown is not None
        assert shown.quantity is not None
        by = compare.unexplained(look.due, shown)
        if not compare.is_drift(look.due, by, clock.now()):
            return look
        with self.database.transaction() as db:
            # Under a lock, for another listing may just have been taken over: one change is counted once.
            due = plan.again(db, [look.due.id], locked=True).get(look.due.id, look.due)
            look = self._judge(due, shown)
            if look.verdict is not Verdict.ODD or compare.unexplained(due, shown) != by:
                return look
            is_ours = differences.note(
                db,
                self.store_id,
                listing_id=due.id,
                stock_product_id=due.stock_product_id,
                sku=due.sku,
                version=due.version,
                shown=shown.quantity,
                by=by,
            )
            due = plan.again(db, [due.id]).get(due.id, due)
        if is_ours:
            stuck = compare.is_stuck(due, clock.now())
            return Look(due, shown, Verdict.STOPPED if stuck else Verdict.WRITE)
        return Look(due, shown, Verdict.SETTLED if shown.quantity == due.target else Verdict.ODD)

    def _read(self, chunk: list[Due]) -> dict[tuple[int, int], dict[str, Any]]:
        parent = chunk[0].product_id if chunk[0].variation_id else 0
        if parent:
            try:
                items = self.client.variations(parent, [due.variation_id for due in chunk])
            except NotThere:
                return {}  # the parent is gone, and with it these; the store is well
            return {(parent, int(item["id"])): item for item in items}
        items = self.client.products([due.product_id for due in chunk])
        return {(int(item["id"]), 0): item for item in items}

    def _write(self, writing: list[Due]) -> dict[int, dict[str, Any]]:
        """Write quantities and return each listing's own answer, by listing id."""
        parent = writing[0].product_id if writing[0].variation_id else 0
        items = [
            {"id": due.variation_id or due.product_id, "manage_stock": True, "stock_quantity": due.target}
            for due in writing
        ]
        write = partial(self.client.write_variations, parent) if parent else self.client.write_products
        try:
            answers = write(items)
        except NotThere as gone:
            answers = [{"error": {"code": "invalid_id", "message": gone.sentence}} for _ in items]
        # In the order asked for, as WooCommerce does; a plugin that sorts them has given each its id.
        by_id = {answer["id"]: answer for answer in answers if isinstance(answer.get("id"), int)}
        pairs = zip(writing, answers, strict=False)
        return {due.id: by_id.get(due.variation_id or due.product_id, answer) for due, answer in pairs}

    def _verify(self, writing: list[Due], answers: dict[int, dict[str, Any]]) -> dict[int, str]:
        """Return why each listing that was not written was not; what answers another number is read again."""
        refused: dict[int, str] = {}
        doubtful = []
        for due in writing:
            answer = answers.get(due.id, {})
            error = answer.get("error")
            if isinstance(error, dict):
                refused[due.id] = (
                    f"{error.get('code') or 'error'}: {error.get('message') or 'no reason given'}"
                )
            elif read_shown(answer).quantity != due.target or answer.get("manage_stock") is not True:
                doubtful.append(due)
        if doubtful:
            shown = self._read(doubtful)
            for due in doubtful:
                item = shown.get(_key(due))
                if item is None or read_shown(item).quantity != due.target:
                    refused[due.id] = "not applied: the store shows another number than it was told"
        return refused


def _key(due: Due) -> tuple[int, int]:
    return due.product_id, due.variation_id
