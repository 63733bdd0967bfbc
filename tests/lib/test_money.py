"""Money is whole minor units, exact for every currency's own decimals."""

import pytest

from writer.lib import money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "GBP", 1250),
        ("1550.00", "JPY", 1550),
        ("1.234", "KWD", 1234),
        ("-6.00", "EUR", -600),
        ("", "EUR", 0),
    ],
)
def test_amounts_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert money.to_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["many", "NaN", "Infinity", "1e30", "--1"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.to_minor(text, "GBP")


def test_half_a_minor_unit_is_rounded_away_from_zero() -> None:
    assert (money.to_minor("0.005", "GBP"), money.to_minor("-0.005", "GBP")) == (1, -1)


def test_amounts_are_shown_with_their_currency() -> None:
    assert [money.to_text(1250, "GBP"), money.to_text(1550, "JPY")] == ["12.50 GBP", "1,550 JPY"]
    assert money.to_text(1250, "") == "12.50"
