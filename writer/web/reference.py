"""The API reference as people read it: operations by subject, their fields, an example of request and answer.

All of it is made from the OpenAPI description. Pure: it knows nothing else.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
_DEEPEST = 5
# What stands in an example for a text of this name; for others stands the name itself.
_TEXTS = {
    "sku": "FIRE24",
    "model": "Fire",
    "variant": "24pin",
    "status": "processing",
    "currency": "GBP",
    "Idempotency-Key": "2026-11-30-till-7",
    "customer_name": "Ada Lovelace",
    "customer_email": "ada@example.com",
    "store": "North Shop",
    "store_name": "North Shop",
    "number": "2107",
    "woocommerce_id": "2107",
    "name": "Fire 24pin",
    "note": "Posted today",
    "notes": "",
    "seller": "piers",
    "source": "api",
    "actor": "ada",
}
_FORMATS = {"date": "2026-11-30", "date-time": "2026-11-30T14:05:00Z"}


@dataclass(frozen=True)
class Field:
    """One parameter, or one field of a body or answer; `inner` are those of an object or a list's entries."""

    name: str
    kind: str
    about: str
    is_required: bool = False
    limits: str = ""
    inner: list["Field"] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """A status that is no success, and its codes."""

    status: str
    about: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    needs_token: bool
    parameters: list[Field]
    body: list[Field]
    status: str  # of a success
    answer: list[Field]
    refusals: list[Refusal]
    request: str  # a line of curl
    example: str  # of the answer; "" where it has no body


@dataclass(frozen=True)
class Subject:
    """The operations about one thing."""

    name: str
    about: str
    operations: list[Operation]


def read(described: Schema, base: str) -> list[Subject]:
    """Return the subjects of an OpenAPI description; examples call the service at `base`."""
    reader = _Reader(described, base)
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in described.get("tags", [])}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for tag in operation["tags"][:1]:
                found[tag].append(reader.operation(path, method, operation))
    about = {tag["name"]: tag.get("description", "") for tag in described.get("tags", [])}
    return [Subject(name, about[name], operations) for name, operations in found.items()]


def example_of(described: Schema, name: str) -> str:
    """Return an example of the schema of this name, as JSON."""
    reader = _Reader(described, "")
    return _as_json(reader.example(reader.schemas[name], ""))


class _Reader:
    def __init__(self, described: Schema, base: str) -> None:
        self.schemas: Schema = described["components"]["schemas"]
        self.base = base

    def operation(self, path: str, method: str, told: Schema) -> Operation:
        """Return one operation, ready to be shown."""
        body = _content(told.get("requestBody", {}), "application/json")
        status = next(status for status in sorted(told["responses"]) if status.startswith("2"))
        answer = _content(told["responses"][status], "application/json")
        parameters = told.get("parameters", [])
        return Operation(
            anchor=told["operationId"],
            method=method.upper(),
            path=path,
            summary=told.get("summary", ""),
            about=told.get("description", ""),
            needs_token=bool(told.get("security")),
            parameters=[self.parameter(each) for each in parameters],
            body=self.fields(body),
            status=status,
            answer=self.fields(answer),
            refusals=[
                Refusal(status, each.get("description", ""))
                for status, each in sorted(told["responses"].items())
                if not status.startswith("2")
            ],
            request=self.curl(path, method, parameters, body, bool(told.get("security"))),
            example=_as_json(self.example(answer, "")) if answer else "",
        )

    def parameter(self, told: Schema) -> Field:
        """Return a parameter of address, query or header."""
        schema = self.whole(told["schema"])
        place = {"path": "in the address", "header": "header"}.get(told["in"], "")
        limits = ", ".join(part for part in (place, self.limits(schema)) if part)
        return Field(
            told["name"], self.kind(schema), told.get("description", ""), told.get("required", False), limits
        )

    def fields(self, schema: Schema, depth: int = 0) -> list[Field]:
        """Return the fields of an object, or of the entries of a list."""
        whole = self.whole(schema)
        inner = whole.get("items") or _choice(whole)
        if "properties" not in whole:
            return self.fields(inner, depth) if inner else []
        if depth == _DEEPEST:
            return []
        required = whole.get("required", [])
        return [
            Field(
                name,
                self.kind(each),
                each.get("description", ""),
                name in required,
                self.limits(self.whole(each)),
                self.fields(each, depth + 1),
            )
            for name, each in whole["properties"].items()
        ]

    def whole(self, schema: Schema) -> Schema:
        """Return the schema that a reference names, or the schema itself."""
        if "allOf" in schema:
            return {**self.whole(schema["allOf"][0]), **schema}
        name = schema.get("$ref", "").rpartition("/")[2]
        found: Schema = self.schemas[name] if name else schema
        return found

    def kind(self, schema: Schema) -> str:
        """Return the type of a value in words: "integer", "text or null", "list of objects"."""
        if choices := schema.get("anyOf"):
            return " or ".join(dict.fromkeys(self.kind(each) for each in choices))
        whole = self.whole(schema)
        if "enum" in whole or "const" in whole:
            return "text"
        if whole.get("type") == "array":
            return f"list of {self.kind(whole.get('items', {}))}s"
        words = {"string": "text", "boolean": "true or false"}
        name: str = whole.get("format") or whole.get("type", "anything")
        return {"date-time": "time", "date": "date"}.get(name) or words.get(name, name)

    def limits(self, schema: Schema) -> str:
        """Return what bounds a value, in words."""
        told = {**_choice(schema), **schema}
        parts = [" | ".join(map(str, told["enum"]))] if "enum" in told else []
        low, high = told.get("minimum"), told.get("maximum")
        if high is not None:
            parts.append(f"{low or 0:,.0f} to {high:,.0f}" if high < 2**31 - 1 else "")
        if "maxLength" in told:
            parts.append(f"at most {told['maxLength']:,} characters")
        if "maxItems" in told:
            parts.append(f"at most {told['maxItems']:,}")
        if told.get("default") not in (None, ""):
            parts.append(f"default {json.dumps(told['default'], ensure_ascii=False)}")
        return ", ".join(part for part in parts if part)

    def curl(self, path: str, method: str, parameters: list[Schema], body: Schema, is_signed: bool) -> str:
        """Return a request with the least that it needs."""
        for each in parameters:
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", str(self.example(each["schema"], each["name"])))
        verb = "" if method == "get" else f"-X {method.upper()} "
        lines = [f'curl {verb}"{self.base}{path}"']
        lines += ['-H "Authorization: Bearer $TOKEN"'] if is_signed else []
        lines += [
            f'-H "{each["name"]}: {self.example(each["schema"], each["name"])}"'
            for each in parameters
            if each["in"] == "header" and each.get("required")
        ]
        if body:
            sent = json.dumps(self.example(body, "", is_least=True), ensure_ascii=False)
            lines += ['-H "Content-Type: application/json"', f"-d '{sent}'"]
        return " \\\n  ".join(lines)

    def example(self, schema: Schema, name: str, depth: int = 0, is_least: bool = False) -> Any:
        """Return a value that fits; of an object all fields, or the least of them that make sense."""
        whole = self.whole(schema)
        if "example" in whole:
            return whole["example"]
        if "properties" in whole:
            named = [*_least(whole)] if is_least else [*whole["properties"]]
            return {
                each: self.example(whole["properties"][each], each, depth + 1, is_least)
                for each in named
                if depth < _DEEPEST
            }
        if whole.get("type") == "array":
            return [self.example(whole.get("items", {}), name, depth + 1, is_least)]
        if choice := _choice(whole):
            is_unknown = choice.get("type") == "string" and name not in _TEXTS and "format" not in choice
            return None if is_unknown and not is_least else self.example(choice, name, depth, is_least)
        return _value(whole, name)


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _content(told: Schema, kind: str) -> Schema:
    schema: Schema = told.get("content", {}).get(kind, {}).get("schema", {})
    return schema


def _choice(schema: Schema) -> Schema:
    """Return the first of several schemas that is not null; {} where there are not several."""
    return next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), {})


def _least(schema: Schema) -> Iterator[str]:
    """Yield the fields that a request must have; where it must have none, the first."""
    yield from schema.get("required") or [*schema["properties"]][:1]


def _value(schema: Schema, name: str) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "integer":
        return max(1, int(schema.get("minimum", 1)))
    if schema.get("type") == "number":
        return 1.5
    if schema.get("type") == "boolean":
        return name.startswith("is_")
    if schema.get("type") == "object":
        return {}
    return _FORMATS.get(schema.get("format", "")) or _TEXTS.get(name, name or "text")
