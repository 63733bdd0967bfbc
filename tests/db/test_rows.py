"""One row by its id, and ids that no column can hold."""

import pytest

from writer.db import LARGEST_ID, Database, check_id, get_row, is_id, parse_id
from writer.db.schema.users import users
from writer.lib.errors import NotFound

NO_IDS = [0, -1, LARGEST_ID + 1, 2**63, 10**30]


def test_a_row_is_found_by_its_id(database: Database) -> None:
    with database.reading() as db:
        assert get_row(db, users, 1).name == "ada"


def test_a_row_that_does_not_meet_the_conditions_is_not_found(database: Database) -> None:
    with database.reading() as db, pytest.raises(NotFound, match="There is no such admin"):
        get_row(db, users, 2, "There is no such admin.", users.c.role == "admin")


@pytest.mark.parametrize("row_id", [9, LARGEST_ID, *NO_IDS])
def test_what_is_not_there_is_not_found_whatever_its_id(database: Database, row_id: int) -> None:
    with database.reading() as db, pytest.raises(NotFound, match="There is no such user"):
        get_row(db, users, row_id, "There is no such user.")


@pytest.mark.parametrize("number", NO_IDS)
def test_no_row_has_an_id_that_no_column_holds(number: int) -> None:
    assert not is_id(number)
    with pytest.raises(NotFound, match="nothing here"):
        check_id(number, "There is nothing here.")


def test_an_id_that_a_column_holds_is_returned() -> None:
    assert (check_id(1), check_id(LARGEST_ID)) == (1, LARGEST_ID)


@pytest.mark.parametrize(
    ("text", "row_id"),
    [
        ("12", 12),
        ("2147483647", LARGEST_ID),
        ("2147483648", None),
        ("9" * 5000, None),
        ("", None),
        ("0", None),
        ("-1", None),
        (" 5", None),
        ("1_0", None),
        ("٣", None),
    ],
)
def test_a_query_string_names_an_id_or_none(text: str, row_id: int | None) -> None:
    assert parse_id(text) == row_id
