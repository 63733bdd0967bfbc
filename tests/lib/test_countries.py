"""Addresses as labels write them."""

import pytest

from writer.lib.countries import NAMES, name_of
from writer.orders.record import Address

STREET = {"name": "Ada Lovelace", "address_1": "12 Kiln Lane"}


@pytest.mark.parametrize(
    ("town", "lines"),
    [
        (
            {"city": "London", "postcode": "SW1Y 4JH", "country": "GB"},
            ["London", "SW1Y 4JH", "United Kingdom"],
        ),
        ({"city": "Köln", "state": "NRW", "postcode": "50667", "country": "de"}, ["50667 Köln", "Germany"]),
        (
            {"city": "Portland", "state": "OR", "postcode": "97201", "country": "US"},
            ["Portland OR 97201", "United States"],
        ),
        ({"city": "Atlantis", "country": "XX"}, ["Atlantis", "XX"]),
        ({"postcode": "75001", "country": "FR"}, ["75001", "France"]),
        ({}, []),
    ],
    ids=str,
)
def test_a_label_is_written_as_its_country_does(town: dict[str, str], lines: list[str]) -> None:
    assert Address(**STREET, **town).lines == ["Ada Lovelace", "12 Kiln Lane", *lines]


def test_every_country_has_a_code_of_two_letters_and_a_name() -> None:
    assert len(NAMES) == 250
    assert all(len(code) == 2 and code.isupper() and name.strip() == name for code, name in NAMES.items())
    assert name_of(" gb ") == "United Kingdom"
