"""What tests read of a page: cells, attributes and the ids of errors, rather than its sentences.

A test that quotes a page's sentences is marked `wording("/address")`; there is one for each page.
"""

import html
import re


def field_errors(page: str) -> list[str]:
    """Return the fields of a form that an error is shown beside."""
    return re.findall(r'id="([\w-]+)-error"', page)


def is_empty(page: str) -> bool:
    """Tell whether a list of the page says that there is nothing in it."""
    return "data-empty" in page


def cells(page: str, label: str) -> list[str]:
    """Return the texts of the cells of this column, in the order of the page."""
    return [text_of(cell) for cell in re.findall(rf'(?s)<td[^>]* data-label="{label}"[^>]*>(.*?)</td>', page)]


def facts(page: str) -> dict[str, str]:
    """Return the lists of terms on the page: the text of each by its term."""
    found = re.findall(r"(?s)<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page)
    return {text_of(term): text_of(told) for term, told in found}


def text_of(markup: str) -> str:
    """Return the text of a piece of a page."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", markup)).split())


def flashed(page: str) -> list[str]:
    """Return the category of each message that the page flashes: success, info, warning or danger."""
    return re.findall(r'data-flash="(\w+)"', page)


def data_values(page: str, name: str) -> list[str]:
    """Return the values of the attribute `data-<name>`, in the order of the page."""
    return re.findall(rf'data-{name}="([^"]*)"', page)
