"""Answers of an API are made from their models."""

import ast
import importlib
import json
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, Field

from writer.orders.browse.api_order_shapes import FullOrder
from writer.web.api_types import Answer

ROOT = Path(__file__).parents[2]
APIS = sorted((ROOT / "writer").glob("*/*/api.py"))


class Part(Answer):
    """A part."""

    name: str


class Whole(Answer):
    """A model whose field has another name in JSON."""

    id: int
    note: str | None
    parts: list[Part] = Field(alias="lines")


ROW = SimpleNamespace(id=7, note=None, lines="not this one", unknown="x")


def test_an_answer_has_the_attributes_of_its_row_and_what_is_given_besides() -> None:
    answer = Whole.of(ROW, parts=[Part.of(SimpleNamespace(name="fire"))])

    assert answer.as_json() == {"id": 7, "note": None, "lines": [{"name": "fire"}]}


def test_a_field_that_neither_the_row_nor_the_caller_has_is_an_error() -> None:
    with pytest.raises(AttributeError, match="parts"):
        Whole.of(ROW)


def test_what_a_store_sent_is_answered_however_deep_it_is() -> None:
    sent = "[" * 900 + "]" * 900

    answer = FullOrder.model_construct(raw=json.loads(sent)).as_json()

    assert json.dumps(answer["raw"]) == sent


def response_models(path: Path) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield each model that a view of this file answers, by its name."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "responses" and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                name = ast.unparse(value)
                yield name, attrgetter(name)(module)


@pytest.mark.parametrize("path", APIS, ids=lambda path: path.parent.name)
def test_every_model_that_is_documented_is_one_that_answers_are_made_from(path: Path) -> None:
    found = list(response_models(path))

    assert found
    assert [name for name, model in found if not issubclass(model, Answer)] == []


@pytest.mark.parametrize("path", APIS, ids=lambda path: path.parent.name)
def test_no_api_writes_an_answer_by_hand(path: Path) -> None:
    by_hand = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Return) and node.value is not None
        if isinstance(node.value.elts[0] if isinstance(node.value, ast.Tuple) else node.value, ast.Dict)
    ]

    assert by_hand == []
