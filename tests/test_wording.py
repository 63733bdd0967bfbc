"""Guards how tests read pages: by hooks, and by sentences in one test for each page."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Two words of plain text in a row; markup and attributes are hooks.
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
MARKUP = re.compile(r'[<>]|="')
Function = ast.FunctionDef


def functions(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def quoted(test: Function) -> list[str]:
    """Return the sentences that a test looks for in a page."""
    pages = {name for name, value in _assigned(test) if _is_page(value, set())}
    sought = [value for node in ast.walk(test) for value in _sought(node, pages)]
    return [text for value in sought for text in _texts(value, test) if _is_sentence(text)]


def _sought(node: ast.AST, pages: set[str]) -> list[ast.expr]:
    """Return what is looked for: by `in`, by count or by index."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        return [node.left] if _is_page(node.comparators[0], pages) else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.args if node.func.attr in ("count", "index") and _is_page(node.func.value, pages) else []
    return []


def _assigned(test: Function) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(test):
        if isinstance(node, ast.Assign):
            names, values = _parts(node.targets[0]), _parts(node.value)
            # `page, status = ask()` gives no text of a page away.
            for name, value in zip(names, values, strict=False) if len(names) == len(values) else ():
                if isinstance(name, ast.Name):
                    yield name.id, value


def _parts(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]


def _is_page(value: ast.expr, pages: set[str]) -> bool:
    """Tell whether an expression is the text of an answer: not a cell of it, a log or a part of its JSON."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("unescape", "words", "text_of") and _is_page(value.args[0], pages)
    if isinstance(value, ast.Name):
        return value.id in pages
    return isinstance(value, ast.Attribute) and value.attr == "text" and "log" not in ast.unparse(value)


def _texts(value: ast.expr, test: Function) -> list[str]:
    """Return the text of an expression; of an argument of the test, those it is parametrized with."""
    if isinstance(value, ast.Name):
        lists = [mark for mark in test.decorator_list if "parametrize" in ast.unparse(mark)]
        named = [mark for mark in lists if re.search(rf"\b{value.id}\b", ast.unparse(mark.args[0]))]  # type: ignore[attr-defined]
        return [text for mark in named for text in _constants(mark)]
    return ["".join(_constants(value))]


def _constants(value: ast.AST) -> list[str]:
    found = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return [text for text in found if isinstance(text, str)]


def _is_sentence(text: str) -> bool:
    return bool(SENTENCE.search(text)) and not MARKUP.search(text)


def wording(test: Function) -> list[str]:
    """Return the pages whose wording a test is marked to check."""
    marks = [ast.unparse(mark) for mark in test.decorator_list]
    return [found for mark in marks for found in re.findall(r"pytest\.mark\.wording\('(.+)'\)", mark)]


def every_test() -> Iterator[tuple[str, Function]]:
    for path in sorted(TESTS.rglob("test_*.py")):
        for test in functions(path.read_text()):
            yield f"{path.relative_to(TESTS)}::{test.name}", test


def test_sentences_are_quoted_by_the_test_of_a_pages_wording_alone() -> None:
    assert {name: quoted(test) for name, test in every_test() if quoted(test) and not wording(test)} == {}


def test_each_page_has_one_test_of_its_wording() -> None:
    pages = Counter(page for _, test in every_test() for page in wording(test))

    assert len(pages) > 20
    assert [page for page, count in pages.items() if count > 1] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('page = admin.get("/x").text\n    assert "All is well" in page', ["All is well"]),
        (
            'assert (answer.status_code, "All is well" in unescape(answer.text)) == (422, True)',
            ["All is well"],
        ),
        ('assert "All is well" not in words(admin.get("/x").text)', ["All is well"]),
        ('assert answer.text.count("All is well") == 2', ["All is well"]),
        ('assert "<dt>All is well</dt>" in answer.text', []),
        ('assert "All is well" in facts(answer.text)', []),
        ('assert "All is well" in answer.get_json()["detail"]', []),
        ('assert "All is well" in log.text', []),
    ],
)
def test_a_sentence_is_told_from_a_hook(line: str, found: list[str]) -> None:
    assert [quoted(test) for test in functions(f"def test_it():\n    {line}\n")] == [found]


def test_a_parametrized_sentence_is_found_too() -> None:
    mark = '@pytest.mark.parametrize("said", ["All is well", "x"])'
    source = f"{mark}\ndef test_it(said):\n    assert said in a.text"

    assert [quoted(test) for test in functions(source)] == [["All is well"]]
