"""An OpenAPI description as a page shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter, a field or an answer: its name, its type in words, and what it is."""

    name: str
    kind: str
    words: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be done at one path."""

    anchor: str
    method: str
    path: str
    words: str
    parameters: list[Line]
    body: str
    answers: list[Line]


@dataclass(frozen=True, slots=True)
class Component:
    """A kind of object."""

    name: str
    words: str
    fields: list[Line]


class Reference:
    """The description, in the order of the page."""

    def __init__(self, schema: Json):
        self.schema = schema

    @property
    def title(self) -> str:
        """Of the page."""
        return str(self.schema["info"]["title"])

    @property
    def words(self) -> str:
        """What holds for the whole API."""
        return str(self.schema["info"].get("description", ""))

    @property
    def server(self) -> str:
        """What all paths begin with."""
        return str(self.schema["servers"][0]["url"])

    def groups(self) -> Iterator[tuple[str, list[Operation]]]:
        """Operations by tag."""
        groups: dict[str, list[Operation]] = {}
        for path, item in self.schema["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    tag = operation.get("tags", [""])[0]
                    groups.setdefault(tag, []).append(self._operation(path, method, operation))
        yield from groups.items()

    def components(self) -> Iterator[Component]:
        """Kinds of objects."""
        for name, schema in self.schema["components"]["schemas"].items():
            required = schema.get("required", [])
            yield Component(
                name,
                schema.get("description", ""),
                [
                    Line(field, kind_of(part), part.get("description", ""), field in required)
                    for field, part in schema.get("properties", {}).items()
                ],
            )

    def _operation(self, path: str, method: str, operation: Json) -> Operation:
        parameters = [
            Line(
                item["name"],
                kind_of(item["schema"]),
                item.get("description", item["schema"].get("description", "")),
                item.get("required", False),
            )
            for item in operation.get("parameters", [])
        ]
        body = operation.get("requestBody", {}).get("content", {})
        answers = [
            Line(code, _kind_of_answer(answer), answer.get("description", ""))
            for code, answer in operation.get("responses", {}).items()
        ]
        return Operation(
            operation["operationId"],
            method.upper(),
            path,
            operation.get("description", ""),
            parameters,
            next((kind_of(item["schema"]) for item in body.values()), ""),
            answers,
        )


def kind_of(schema: Json) -> str:
    """A schema in words: ``string (date-time) or null``, ``list of Incident``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(kind_of(part) for part in schema[key]))
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    return " or ".join(
        _simple(kind, schema) for kind in ([kinds] if kinds == str(kinds) else kinds)
    )


def _simple(kind: str, schema: Json) -> str:
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return f"{kind} ({schema['format']})" if "format" in schema and kind != "null" else kind


def _kind_of_answer(answer: Json) -> str:
    content = answer.get("content", {})
    return next(
        (f"{kind_of(item['schema'])}, {media_type}" for media_type, item in content.items()), ""
    )
