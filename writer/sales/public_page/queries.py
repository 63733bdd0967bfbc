"""Reads of the public page: the privacy settings, and a preview of what the public sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from writer.db.schema.public_page import public_hidden, public_state, sales_totals
from writer.lib import clock
from writer.sales import product_types

Kind = tuple[str | None, str | None]  # model and variant; None: all


@dataclass(frozen=True)
class Dial:
    """The privacy settings of the public page."""

    rounding: int = 1  # shown rounded down to a multiple of this
    is_delayed: bool = False  # shown a day later
    counts_hidden: bool = False  # hidden types still count in the total
    opening_balance: int = 0  # units sold before this ledger began
    hidden: frozenset[Kind] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Preview:
    """What the public sees now: the total, and (model, variant, units) of types that are not hidden."""

    total: int
    breakdown: Sequence[tuple[str, str, int]]


def get_dial(db: Connection) -> Dial:
    """Return the privacy settings."""
    row = db.execute(select(public_state)).one()
    hidden = db.execute(select(public_hidden.c.model, public_hidden.c.variant)).all()
    settings = (row.rounding, row.is_delayed, row.counts_hidden, row.opening_balance)
    return Dial(*settings, frozenset((kind.model, kind.variant) for kind in hidden))


def list_kinds(db: Connection) -> set[Kind]:
    """Return each pair of model and variant that can be sold or ever was sold, and all hidden ones."""
    found = {(row.model, row.variant) for row in product_types.list_types(db)}
    found |= {(row.model, row.variant) for row in db.execute(select(sales_totals))}
    return found | get_dial(db).hidden


def total_with(db: Connection, added: Iterable[tuple[str, str, int, datetime]]) -> tuple[int, int]:
    """Return the public total, and what it would be with these units (model, variant, units, when) in the
    ledger: by the same settings, for types that are hidden and days that are not shown yet too."""
    dial = get_dial(db)
    shown_until = clock.now() - timedelta(days=1) if dial.is_delayed else None
    units = _exact_total(db)
    more = sum(
        count
        for model, variant, count, at in added
        if (dial.counts_hidden or not is_hidden(dial, model, variant))
        and (shown_until is None or _quarter(at) < _quarter(shown_until))
    )
    return _rounded(units, dial), _rounded(units + more, dial)


def is_hidden(dial: Dial, model: str, variant: str) -> bool:
    """Tell whether the public is not told of this type."""
    return not dial.hidden.isdisjoint({(model, variant), (model, None), (None, variant)})


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // 900


def _exact_total(db: Connection) -> int:
    return int(db.execute(text("SELECT coalesce(sum(count), 0) FROM public_types")).scalar_one())


def _rounded(units: int, dial: Dial) -> int:
    return units - units % dial.rounding


def preview(db: Connection) -> Preview:
    """Return what the reader answers now, from the same view."""
    rounding = get_dial(db).rounding
    rows: Sequence[Any] = db.execute(text("SELECT model, variant, count FROM public_types")).all()
    units = sum(int(row.count) for row in rows)
    shown = sorted((m, v, int(n) - int(n) % rounding) for m, v, n in rows if m is not None)
    return Preview(units - units % rounding, [row for row in shown if row[2]])
