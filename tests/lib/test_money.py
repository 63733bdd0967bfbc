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
    assert [money.to_text(1250, "GBP"), money.to_text(1550, "JPY")] == ["£12.50", "¥1,550"]
    assert money.to_text(1250, "") == "12.50"


@pytest.mark.parametrize(("currency", "digits"), [("gbp", 2), ("jpy", 0), ("KWD", 3), ("", 2), ("XYZ", 2)])
def test_each_currency_has_its_own_decimals(currency: str, digits: int) -> None:
    assert money.minor_digits(currency) == digits


def test_the_largest_amount_is_taken_and_the_next_is_not() -> None:
    assert money.to_minor("1000000000000000", "JPY") == 10**15

    with pytest.raises(ValueError, match="'1000000000000001' is not an amount of money"):
        money.to_minor("1000000000000001", "JPY")


def test_spaces_around_an_amount_do_not_matter() -> None:
    assert money.to_minor(" 12.50 ", "gbp") == 1250


def test_amounts_below_zero_and_of_thousandths_are_shown() -> None:
    assert money.to_text(-1234567, "gbp") == "\N{MINUS SIGN}£12,345.67"
    assert money.to_text(1234, "KWD") == "1.234 KWD"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "GBP", 1250), (" 12,5 ", "EUR", 1250), ("7", "JPY", 7), ("1,234", "KWD", 1234)],
)
def test_what_a_person_types_has_a_comma_or_a_point(text: str, currency: str, minor: int) -> None:
    assert money.typed(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1,234", "GBP"), ("12.345", "EUR"), ("1.5", "JPY"), ("1,234.50", "GBP"), ("-1", "GBP"), ("1e3", "GBP")],
)
def test_what_could_be_another_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.typed(text, currency)
