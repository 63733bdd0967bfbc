"""What an order carries beside its lines: where its parcel goes to, what is charged besides. Plain data."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

from writer.lib.countries import name_of, town_lines


@dataclass(frozen=True)
class Address:
    """Where a parcel goes to, as the store has it; `country` is its ISO code. "": not told."""

    name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @property
    def lines(self) -> list[str]:
        """The lines of a label, the country by its name."""
        street = (self.name, self.company, self.address_1, self.address_2)
        town = town_lines(self.city, self.state, self.postcode, self.country)
        return [line for line in (*street, *town, name_of(self.country)) if line]


@dataclass(frozen=True)
class Charge:
    """What an order charges besides its lines, before tax: a way of shipping or a fee; below 0: a rebate."""

    kind: Literal["shipping", "fee"]
    title: str
    total_minor: int


def dump_address(address: Address | None) -> str | None:
    """Return an address as its column holds it: JSON without what is empty."""
    if not address:
        return None
    return json.dumps({name: part for name, part in asdict(address).items() if part}, ensure_ascii=False)


def country_of(address: Address | None) -> str | None:
    """Return the country of an address, by which lists are filtered; None: not told."""
    return address.country or None if address is not None else None


def load_address(text: str | None) -> Address | None:
    """Return the address in a column; None: not told, or erased."""
    return None if text is None else Address(**json.loads(text))


def dump_charges(charges: tuple[Charge, ...]) -> str:
    """Return charges as their column holds them: a JSON list."""
    return json.dumps([asdict(charge) for charge in charges], ensure_ascii=False)


def without_words(text: str | None) -> str | None:
    """Return the charges of a column without the titles of fees, which may name the customer."""
    charges = load_charges(text)
    if charges is None:
        return None
    return dump_charges(tuple(replace(each, title="") if each.kind == "fee" else each for each in charges))


def load_charges(text: str | None) -> list[Charge] | None:
    """Return the charges in a column; None: the order was recorded before they were kept."""
    return None if text is None else [Charge(**charge) for charge in json.loads(text)]
