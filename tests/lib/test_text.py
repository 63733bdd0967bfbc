"""Names and SKUs are one line of text, checked and compared the same way wherever they come from."""

import pytest

from writer.lib.text import UnusableText, check_line, fold


def test_a_line_is_trimmed_and_normalised() -> None:
    assert check_line("  Cafe\u0301 au lait ", 20) == "Caf\u00e9 au lait"


@pytest.mark.parametrize("value", ["two\nlines", "a\ttab", "\x00", "\x7f", "half \ud800 of a pair"])
def test_control_characters_are_refused(value: str) -> None:
    with pytest.raises(UnusableText, match=r"^Must not contain line breaks or other control characters\.$"):
        check_line(value, 20)


def test_a_line_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert check_line(" 12345 ", 5) == "12345"

    with pytest.raises(UnusableText, match=r"^Must be at most 5 characters\.$"):
        check_line("123456", 5)


def test_an_empty_line_is_refused_only_where_one_is_required() -> None:
    assert check_line("   ", 5) == ""

    with pytest.raises(UnusableText, match=r"^Must not be empty\.$"):
        check_line("   ", 5, required=True)
    assert check_line("x", 5, required=True) == "x"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("X-01 ", "x-01", True),
        ("X-01", "X-010", False),
        ("CAFE\u0301", "caf\u00e9", True),
        ("Straße", "STRASSE", True),
    ],
)
def test_skus_are_compared_folded(one: str, other: str, is_same: bool) -> None:
    assert (fold(one) == fold(other)) is is_same


def test_a_folded_sku_is_normalised_though_folding_takes_letters_apart() -> None:
    assert fold("J\u030c") == "\u01f0"
