"""What tests read of a page: cells, attributes and the ids of errors, rather than its sentences."""

import re


def field_errors(page: str) -> list[str]:
    """Return the fields of a form that an error is shown beside."""
    return re.findall(r'id="([\w-]+)-error"', page)


def flashed(page: str) -> list[str]:
    """Return the category of each message that the page flashes: success, info, warning or danger."""
    return re.findall(r'data-flash="(\w+)"', page)


def data_values(page: str, name: str) -> list[str]:
    """Return the values of the attribute `data-<name>`, in the order of the page."""
    return re.findall(rf'data-{name}="([^"]*)"', page)
