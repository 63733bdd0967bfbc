"""How values are written in a JSON API: whole numbers of an address, times, and what a page of a list is."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from writer.db import LARGEST_ID

# What is too large is not a wrong number but a thing that is not there.
PathId = Annotated[int, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LARGEST_ID})]


def whole_number(text: object) -> object:
    """Let only "12" through where an address says a number: pydantic would also take " 5" and "1_000"."""
    if isinstance(text, str) and not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise ValueError("must be a whole number")
    return text


def written_time(value: object) -> object:
    """Let only a written time through: pydantic would also take seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise ValueError("must be a date and time such as 2026-11-20T10:00:00Z")


def utc(value: datetime) -> datetime | None:
    """Return a time in UTC, one without a zone being UTC already; None where no calendar reaches it."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def iso(moment: datetime | None) -> str | None:
    """Return a time as answers hold it: "2026-11-20T10:00:09Z"."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[
    datetime,
    Field(strict=False),
    BeforeValidator(written_time),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601; without a zone it is UTC.",
            "examples": ["2026-11-20T10:00:00Z"],
        }
    ),
]
# Answers are not validated: this only says in the documentation what the text is.
TimeText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Offset = Annotated[int, Field(ge=0, le=LARGEST_ID), BeforeValidator(whole_number)]
QueryId = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(whole_number)]


class Answer(BaseModel):
    """What an API answers; the model documents it, and the answer is made from it."""

    @classmethod
    def of(cls, row: object, **others: Any) -> Self:
        """Make an answer of a row: `others` by field; each other field is the row's attribute of that name.

        The row is trusted: nothing is validated.
        """
        same: dict[str, Any] = {name: getattr(row, name) for name in cls.model_fields if name not in others}
        return cls.model_construct(**same, **others)

    def as_json(self) -> dict[str, Any]:
        """Return the answer as a dict for JSON, under the names that the documentation shows."""
        return self.model_dump(by_alias=True)


class ScopedAnswer(Answer):
    """An answer about the stores that the caller may see."""

    hidden: bool = Field(
        description="Whether there are stores that the caller may not see: what is theirs is left out."
    )


class Body(BaseModel):
    """What a request sends as JSON: values of the documented types, and no field that is not documented."""

    model_config = ConfigDict(strict=True, extra="forbid")


class PageQuery(BaseModel):
    """Which stretch of a list."""

    offset: Offset = 0
    limit: Annotated[int, Field(ge=1, le=500), BeforeValidator(whole_number)] = 50
