"""Nothing set up is fine; something half set up is told by the name of what is missing or wrong."""

import pytest

from writer.config import ConfigError
from writer.reports import airtable

WHOLE = {
    "AIRTABLE_API_KEY": "pat123",
    "AIRTABLE_BASE_ID": "appA1b2",
    "AIRTABLE_TABLES_JSON": '{"stock": "Stock", "events": "tblX"}',
}


@pytest.mark.parametrize("given", [{}, dict.fromkeys(WHOLE, ""), {"AIRTABLE_URL": "http://127.0.0.1:1"}])
def test_nothing_set_up_is_none(given: dict[str, str]) -> None:
    assert airtable.settings(given) is None


def test_settings_are_read() -> None:
    found = airtable.settings(WHOLE)

    assert found == airtable.Settings("pat123", "appA1b2", "Stock", "tblX", "https://api.airtable.com")
    assert "pat123" not in repr(found)


def test_one_of_the_tables_may_be_left_out() -> None:
    found = airtable.settings({**WHOLE, "AIRTABLE_TABLES_JSON": '{"events": " Events "}'})

    assert found is not None
    assert (found.stock_table, found.events_table) == (None, "Events")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("AIRTABLE_API_KEY", " ", "AIRTABLE_API_KEY is not set: Airtable needs all of"),
        ("AIRTABLE_API_KEY", "pat 1", "AIRTABLE_API_KEY is no personal access token"),
        ("AIRTABLE_BASE_ID", "", "AIRTABLE_BASE_ID is not set: Airtable needs all of"),
        ("AIRTABLE_BASE_ID", "https://airtable.com/appX", "AIRTABLE_BASE_ID must be the id of a base"),
        ("AIRTABLE_TABLES_JSON", "", "AIRTABLE_TABLES_JSON is not set: Airtable needs all of"),
        ("AIRTABLE_TABLES_JSON", "Stock", "AIRTABLE_TABLES_JSON must be such as"),
        ("AIRTABLE_TABLES_JSON", "[]", "AIRTABLE_TABLES_JSON must be such as"),
        ("AIRTABLE_TABLES_JSON", "{}", "AIRTABLE_TABLES_JSON must be such as"),
        ("AIRTABLE_TABLES_JSON", '{"sales": "X"}', "AIRTABLE_TABLES_JSON must be such as"),
        ("AIRTABLE_TABLES_JSON", '{"stock": 1}', "AIRTABLE_TABLES_JSON: stock must be the name or the id"),
        ("AIRTABLE_URL", "airtable.example", "AIRTABLE_URL must be an address"),
    ],
)
def test_what_is_missing_or_wrong_is_named(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=f"^{sentence}"):
        airtable.settings({**WHOLE, name: value})
