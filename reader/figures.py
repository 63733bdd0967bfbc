"""The numbers that may be public, read from the views `public_...`, which apply the privacy settings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from reader.source import Source


class Figures:
    """The numbers that may be public. Quarters are quarter hours since 1970, UTC."""

    def __init__(self, source: Source | None, token: Sequence[Any] = (1, None)) -> None:
        self.source = source  # None: no database yet, so nothing sold
        self.rounding, self.cutoff = token[:2]  # cutoff: the first quarter not shown yet; None: all are

    def ask(self, query: str, *values: object) -> list[Any]:
        return self.source.ask(query, *values) if self.source else []

    @cached_property
    def types(self) -> list[Any]:
        """Model, variant, exact units, last change; without names for types that only the total counts."""
        return self.ask("SELECT model, variant, count, changed_at FROM public_types")

    def shown(self, units: int) -> int:
        """Return units rounded as the privacy settings say."""
        return units - units % int(self.rounding)

    def of(self, model: str | None, variant: str | None) -> list[int]:
        """Return the exact units of the requested types; none if no public type matches."""
        return [int(row[2]) for row in self.types if model in (None, row[0]) and variant in (None, row[1])]

    def total(self, model: str | None = None, variant: str | None = None) -> int:
        return self.shown(sum(self.of(model, variant)))

    def breakdown(self) -> list[dict[str, Any]]:
        named = sorted((str(row[0]), str(row[1]), int(row[2])) for row in self.types if row[0] is not None)
        shown = [{"model": model, "variant": variant, "count": self.shown(n)} for model, variant, n in named]
        return [row for row in shown if row["count"]]

    def history(self, edges: Sequence[int], model: str | None, variant: str | None) -> list[int]:
        """Return the units between each two neighbours of `edges`, which are ascending quarters.

        Rounded, they are the steps of the rounded total, as somebody who watched it has seen them.
        """
        found = self.of(model, variant)
        if not found:
            return [0] * (len(edges) - 1)
        spans = []
        for n, (start, end) in enumerate(pairwise(min(e, self.cutoff or e) for e in (*edges, 2**40))):
            first, last = -(-start // 96) * 96, end // 96 * 96  # the whole UTC days between
            spans.append(f"({n},{start},{min(first, end)},{last if first <= last else end},{end})")
        asked = {name: value for name, value in (("model", model), ("variant", variant)) if value is not None}
        kind = "".join(f" AND {name} = ?" for name in asked)
        rows = self.ask(
            f"WITH spans (n, a, b, c, d) AS (VALUES {','.join(spans)}) SELECT"
            f" (SELECT sum(count) FROM public_quarters WHERE quarter >= a AND quarter < b{kind}),"
            f" (SELECT sum(count) FROM public_days WHERE day >= b / 96 AND day < c / 96{kind}),"
            f" (SELECT sum(count) FROM public_quarters WHERE quarter >= c AND quarter < d{kind})"
            " FROM spans ORDER BY n",
            *[*asked.values()] * 3,
        )
        reached = [sum(found)]
        for row in reversed(rows):
            reached.insert(0, reached[0] - sum(int(part or 0) for part in row))
        return [self.shown(after) - self.shown(before) for before, after in pairwise(reached[:-1])]

    def first_day(self) -> date:
        """Return the first UTC day with a sale; without one today."""
        rows = self.ask("SELECT min(day) FROM public_days WHERE day > 0")
        found = rows[0][0] if rows else None
        return datetime.now(UTC).date() if found is None else date(1970, 1, 1) + timedelta(days=int(found))

    def milestones(self) -> list[tuple[int, date]]:
        """Return 100, 500, 1000, 5000 ... with the first UTC day at whose end each was passed."""
        days = self.ask("SELECT day, sum(count) FROM public_days GROUP BY day ORDER BY day")
        if self.cutoff is not None:  # the day the delay ends in is not whole
            query = "SELECT coalesce(sum(count), 0) FROM public_quarters WHERE quarter >= ?"
            days += [(self.cutoff // 96, row[0]) for row in self.ask(query, self.cutoff // 96 * 96)]
        # The opening balance is the only row without a sale, so its day is unknown.
        units = sum(int(row[2]) for row in self.types if row[3] is None)
        goals = [step * 10**power for power in range(2, 13) for step in (1, 5)]
        waiting = [goal for goal in goals if goal > units and goal % self.rounding == 0]
        passed = []
        for day, sold in days:
            units += int(sold)
            while waiting and units >= waiting[0]:
                passed.append((waiting.pop(0), date(1970, 1, 1) + timedelta(days=int(day))))
        return passed

    def updated(self) -> str | None:
        """Return when the figures last changed; None: never, or rounded numbers, whose time reveals more."""
        if self.rounding > 1:
            return None
        if self.cutoff is not None:
            return f"{datetime.fromtimestamp(self.cutoff * 900, UTC):%Y-%m-%d %H:%M} UTC"
        return max((f"{str(row[3])[:16]} UTC" for row in self.types if row[3] is not None), default=None)
