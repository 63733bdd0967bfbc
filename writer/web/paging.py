"""Paging of long lists: which page the request asks for, and what the pagination macro needs."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` counts from 1 and always exists (an empty list has one empty page)."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    def near(self) -> list[int | None]:
        """Return the page numbers to offer: the ends and two each side; None stands for a gap."""
        shown = sorted({1, self.pages, *range(max(1, self.number - 2), min(self.pages, self.number + 2) + 1)})
        numbers: list[int | None] = []
        for number in shown:
            last = numbers[-1] if numbers else None
            if last is not None and number - last > 1:
                numbers.append(None)
            numbers.append(number)
        return numbers


def asked_page(total: int, size: int = 50) -> Page:
    """Return the page `?page=` asks for, the nearest one there is; anything unreadable is page 1."""
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
    pages = max(1, -(-total // size))
    return Page(min(max(number, 1), pages), size, total)


def page_url(number: int) -> str:
    """Return this page's address with its filters, and another page number."""
    # Of a page, not of the part of it that is fetched again by itself.
    left_out = ("page", "part")
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in left_out and value]
    return f"{request.path}?{urlencode([*kept, ('page', str(number))])}"
