"""Whether a store's answer is of now: no order in it may be older than the store has told it before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from writer.orders import OrderSnapshot
from writer.people import Notice, notices


@dataclass
class Ages:
    """The orders of a poll beside what was `known` when the store was asked: when each was changed last."""

    known: dict[str, datetime]
    older: list[str] = field(default_factory=list)  # their numbers
    current: int = 0  # orders that were known and are as new, or newer

    def note(self, told: OrderSnapshot) -> None:
        """Compare one order of the answer."""
        known = self.known.get(told.external_id)
        if known is None or told.changed_at is None:
            return
        if told.changed_at < known:
            self.older.append(told.number)
        else:
            self.current += 1

    def tell(self, db: Connection, store: Row[Any]) -> None:
        """Open a notice about an old answer; close it once an answer shows that it is of now."""
        if self.older:
            sentence = (
                f"{store.name} answered with an older state of order {self.older[0]} than it had told before,"
                " so its numbers are not taken for differences. A cache may answer in its place: exclude"
                " /wp-json/ there. Or its clock was set back, or the shop was restored from a backup."
            )
            notices.open_(db, Notice.OLD_ANSWER, sentence, store_id=store.id)
        elif self.current:
            notices.close(db, Notice.OLD_ANSWER, store_id=store.id)
