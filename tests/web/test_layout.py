"""How the frame shows what a store sent."""

from writer.web.layout import laid_out


def test_json_is_laid_out_with_its_own_letters() -> None:
    assert laid_out(b'{"name":"Zo\\u00eb"}') == '{\n  "name": "Zoë"\n}'


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert laid_out(b"not \xff json") == "not \ufffd json"


def test_what_is_nested_too_deep_is_shown_as_it_is() -> None:
    assert laid_out("[" * 5000 + "]" * 5000) == "[" * 5000 + "]" * 5000


def test_what_is_huge_is_shown_in_part() -> None:
    shown = laid_out("x" * 300_000)

    assert len(shown) < 200_100
    assert shown.endswith("… and more")
