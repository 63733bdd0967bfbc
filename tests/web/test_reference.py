"""The API reference: what the description says, in words, with examples that fit it."""

import json
from typing import Any

import pytest
from jsonschema_rs import validator_for

from writer.web import prose, reference

DESCRIBED: dict[str, Any] = {
    "tags": [{"name": "Things", "description": "All there are."}],
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["sku"],
                "properties": {
                    "sku": {"type": "string", "maxLength": 100},
                    "size": {"enum": ["small", "large"], "type": "string", "default": "small"},
                    "count": {"anyOf": [{"type": "integer", "minimum": 2, "maximum": 9}, {"type": "null"}]},
                    "at": {"type": "string", "format": "date-time"},
                    "parts": {
                        "type": "array",
                        "items": {"$ref": "#/components/schemas/Thing"},
                        "maxItems": 5,
                    },
                },
            }
        }
    },
    "paths": {
        "/things/{thing_id}": {
            "put": {
                "tags": ["Things"],
                "operationId": "change",
                "summary": "Change it.",
                "parameters": [
                    {
                        "name": "thing_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 7},
                    },
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                },
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                    },
                    "404": {"description": "`not_found`: It is not there."},
                },
                "security": [{"token": []}],
            }
        }
    },
}


def read_one() -> reference.Operation:
    [subject] = reference.read(DESCRIBED, "https://x.example")
    [operation] = subject.operations
    assert (subject.name, subject.about) == ("Things", "All there are.")
    return operation


def test_fields_are_said_in_words() -> None:
    body = {each.name: each for each in read_one().body}

    assert {name: (each.kind, each.limits) for name, each in body.items()} == {
        "sku": ("text", "at most 100 characters"),
        "size": ("text", 'small | large, default "small"'),
        "count": ("integer or null", "2 to 9"),
        "at": ("time", ""),
        "parts": ("list of objects", "at most 5"),
    }
    assert [name for name, each in body.items() if each.is_required] == ["sku"]
    assert body["parts"].inner[0].name == "sku"


def test_a_thing_that_holds_itself_ends_somewhere() -> None:
    depth, fields = 0, read_one().body
    while fields:
        depth, fields = depth + 1, next((each.inner for each in fields if each.name == "parts"), [])

    assert 1 < depth < 10


def test_the_request_has_the_least_it_needs() -> None:
    assert read_one().request.splitlines() == [
        'curl -X PUT "https://x.example/things/7" \\',
        '  -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Idempotency-Key: 2026-11-30-till-7" \\',
        '  -H "Content-Type: application/json" \\',
        """  -d '{"sku": "FIRE24"}'""",
    ]


def test_the_refusals_are_those_of_the_description() -> None:
    assert [(each.status, each.about) for each in read_one().refusals] == [
        ("404", "`not_found`: It is not there.")
    ]


def test_every_example_of_an_answer_fits_its_description(app: Any) -> None:
    described = json.loads(json.dumps(app.api_doc))
    wrong = []
    for subject in reference.read(described, ""):
        for operation in subject.operations:
            told = described["paths"][operation.path][operation.method.lower()]["responses"][operation.status]
            schema = {**told["content"]["application/json"]["schema"], "components": described["components"]}
            for error in validator_for(schema).iter_errors(json.loads(operation.example)):
                wrong.append(f"{operation.anchor}: {error.message}")

    assert wrong == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Plain & <b>", "<p>Plain &amp; &lt;b&gt;</p>"),
        (
            "With `code <x>` and **bold**.",
            "<p>With <code>code &lt;x&gt;</code> and <strong>bold</strong>.</p>",
        ),
        ("### Head\n\ntext", "<h3>Head</h3>\n<p>text</p>"),
        ("    a = 1\n    b\n", "<pre><code>a = 1\nb</code></pre>"),
        ("<br/>More", "<p>More</p>"),
        ("", ""),
    ],
)
def test_marks_become_html_and_nothing_else_does(text: str, html: str) -> None:
    assert str(prose.blocks(text)) == html
