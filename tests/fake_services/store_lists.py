"""Lists over REST: their parameters, dates with WooCommerce's oddities, pages, totals and the Link header."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.fake_services.store_answers import Answer, Request, invalid_param, invalid_type, not_in_enum
from tests.fake_services.store_state import StoreState

DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}(?::\d{2})?)?")
ORDERBY = ("date", "id", "include", "title", "slug", "modified")
UNESCAPED = "+="  # a real Link header leaves them so: a plus in it comes back as a space


@dataclass
class ListQuery:
    page: int
    per_page: int
    orderby: str
    descending: bool
    include: list[int]
    exclude: list[int]
    bounds: dict[str, datetime] = field(
        default_factory=dict
    )  # after, before, modified_after, modified_before

    def keeps(self, item_id: int, created_at: datetime, modified_at: datetime) -> bool:
        """Strictly after, strictly before."""
        return (
            item_id not in self.exclude
            and ("after" not in self.bounds or created_at > self.bounds["after"])
            and ("before" not in self.bounds or created_at < self.bounds["before"])
            and ("modified_after" not in self.bounds or modified_at > self.bounds["modified_after"])
            and ("modified_before" not in self.bounds or modified_at < self.bounds["modified_before"])
        )


def parse_list_query(state: StoreState, request: Request, orderby: tuple[str, ...] = ORDERBY) -> ListQuery:
    query = request.query
    wanted = str(query.get("orderby", "date"))
    if wanted not in orderby:
        raise not_in_enum("orderby", "orderby", orderby)
    direction = str(query.get("order", "desc"))
    if direction not in {"asc", "desc"}:
        raise not_in_enum("order", "order", ("asc", "desc"))
    is_gmt = str(query.get("dates_are_gmt", "")).lower() in {"true", "1"}
    names = [name for name in ("after", "before", "modified_after", "modified_before") if name in query]
    return ListQuery(
        page=_number(query, "page", 1, most=None),
        per_page=_number(query, "per_page", 10, most=100),
        orderby=wanted,
        descending=direction == "desc",
        include=_ids(query, "include"),
        exclude=_ids(query, "exclude"),
        bounds={name: read_date(state, name, str(query[name]), is_gmt) for name in names},
    )


def _number(query: dict[str, Any], name: str, default: int, most: int | None) -> int:
    text = str(query.get(name, default))
    if not re.fullmatch(r"-?\d+", text):
        raise invalid_type(name, "integer")
    number = int(text)
    if most is not None and not 1 <= number <= most:
        message = f"{name} must be between 1 (inclusive) and {most} (inclusive)"
        raise invalid_param(name, message, "rest_out_of_bounds")
    if number < 1:
        raise invalid_param(name, f"{name} must be greater than or equal to 1", "rest_out_of_bounds")
    return number


def _ids(query: dict[str, Any], name: str) -> list[int]:
    value = query.get(name)
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [int(part) for part in parts if str(part).strip().isdigit()]


def read_date(state: StoreState, name: str, text: str, is_gmt: bool) -> datetime:
    """The moment a date parameter means, with the shift WooCommerce makes of an offset plus dates_are_gmt."""
    match = DATE.fullmatch(text)
    if match is None:
        raise invalid_param(name, "Invalid date.", "rest_invalid_date")
    day, clock, fraction, offset = match.groups()
    try:
        naive = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError:
        raise invalid_param(name, "Invalid date.", "rest_invalid_date") from None
    # With a fraction the offset is only seen when dates_are_gmt is set; otherwise the digits are local time.
    if offset and (is_gmt or not fraction):
        aware = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset == 'Z' else offset}")
        # The value is turned into site time first; compared with a GMT column it is off by the site's offset.
        return aware.astimezone(state.tz).replace(tzinfo=UTC) if is_gmt else aware.astimezone(UTC)
    return naive.replace(tzinfo=UTC) if is_gmt else naive.replace(tzinfo=state.tz).astimezone(UTC)


def page_answer(
    state: StoreState,
    request: Request,
    wanted: ListQuery,
    found: Sequence[int],
    build: Callable[[int], Any],
    *,
    link_extra: list[tuple[str, str]] | None = None,
) -> Answer:
    """One page of the ids found: only what is on it is built."""
    start = (wanted.page - 1) * wanted.per_page
    shown = found[start : start + wanted.per_page]
    total = len(found) if shown else 0  # past the end WooCommerce says 0, not how many there are
    pages = -(-total // wanted.per_page)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    link = _link(state, request, wanted.page, pages, link_extra or [])
    if link:
        headers["Link"] = link
    return Answer(200, [build(item_id) for item_id in shown], headers)


def _link(state: StoreState, request: Request, page: int, pages: int, extra: list[tuple[str, str]]) -> str:
    def at(number: int, rel: str) -> str:
        pairs: list[tuple[str, str]] = []
        for name, value in request.query.items():
            if name == "page":
                pairs.append(("page", str(number)))
            elif name == "dates_are_gmt":
                pairs += [(name, "1")] if str(value).lower() in {"true", "1"} else []
            elif name != "status":
                values = value if isinstance(value, list) else None
                pairs += (
                    [(name, value)] if values is None else [(f"{name}[{i}]", v) for i, v in enumerate(values)]
                )
        pairs += extra
        if "page" not in request.query:
            pairs.append(("page", str(number)))
        return f'<{state.url}{request.path}?{urlencode(pairs, safe=UNESCAPED)}>; rel="{rel}"'

    found = [at(min(page - 1, pages), "prev")] if page > 1 else []
    found += [at(page + 1, "next")] if page < pages else []
    return ", ".join(found)
