"""How the API is described in OpenAPI 3.1, by drf-spectacular.

Hosts need neither its app in INSTALLED_APPS nor any of its settings: what it takes from there
is given here, while our description is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings

from response.core.filters.moments import LengthOfTimeFilter, MomentFilter
from response.core.filters.words import MOST_WORDS, OrderFilter, WordsFilter

Json = dict[str, Any]

TITLE = "Incidents"
DESCRIPTION = """\
Incidents, their actions and timelines, the people in them, and a feed of all changes.

Texts are written and read as people type them; `<@U123>` mentions somebody. A detail's answer
has an `ETag`; sent back as `If-Match` with a change, it keeps that from overwriting somebody
else's. Besides JSON, bodies may be forms, as browsers send them. What is not allowed is
answered with 400: each field with what was sent and what may be.
"""
#: Set here, so that a host's own description, made by the same library, changes nothing.
SETTINGS: Json = {
    "OAS_VERSION": "3.1.0",
    "TITLE": TITLE,
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": "",
    "SCHEMA_COERCE_PATH_PK_SUFFIX": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": True,
    "CAMELIZE_NAMES": False,
    "APPEND_COMPONENTS": {},
    "APPEND_PATHS": {},
    "SERVERS": [],
    "TAGS": [],
}
PROBLEM = "Problem"
REFUSAL = "Refusal"
CONFLICT = "Conflict"
COMPONENTS: Json = {
    PROBLEM: {
        "type": "object",
        "description": "Why this cannot be done.",
        "properties": {"detail": {"type": "string"}},
        "required": ["detail"],
    },
    REFUSAL: {
        "type": "object",
        "description": "By field or parameter: what was sent, and what is allowed.",
        "additionalProperties": {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}},
                {"type": "object"},
            ]
        },
    },
    CONFLICT: {
        "type": "object",
        "description": "Why this cannot be done, and the present state.",
        "properties": {"detail": {"type": "string"}, "present": {"type": "object"}},
        "required": ["detail", "present"],
    },
}
WORDS = {
    "400": ("What was sent is not allowed.", REFUSAL),
    "401": ("Nobody is signed in.", PROBLEM),
    "403": ("Nobody is signed in, or a permission is missing.", PROBLEM),
    "404": ("There is no such thing for who asks.", PROBLEM),
    "406": ("No such format.", PROBLEM),
    "409": ("It is in that state already.", CONFLICT),
    "412": ("It has changed since it was read.", CONFLICT),
    "415": ("The body is in no format that is understood.", PROBLEM),
}
_making = threading.Lock()
_Method = TypeVar("_Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Described:
    """What a method of a view takes and gives, where that is not its view's serializer.

    drf-spectacular's own ``@extend_schema`` would put the host's default in place of our
    ``ResponseAutoSchema``.
    """

    body: Any
    answers: Any
    operation_id: str


def described(
    *, answers: Any, body: Any = None, operation_id: str = ""
) -> Callable[[_Method], _Method]:
    """Says it of the method, which stays as it is; ``body`` None: it takes none."""

    def describe(method: _Method) -> _Method:
        method.described = Described(body, answers, operation_id)  # type: ignore[attr-defined]
        return method

    return describe


class ResponseAutoSchema(AutoSchema):
    """drf-spectacular's, for our views whatever the host's default is."""

    def _described(self) -> Described | None:
        method = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return getattr(method, "described", None)

    def get_request_serializer(self) -> Any:
        """What the method says of itself, else drf-spectacular's guess."""
        own = self._described()
        return own.body if own else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """What the method says of itself, else drf-spectacular's guess."""
        own = self._described()
        return own.answers if own else super().get_response_serializers()

    def get_operation_id(self) -> str:
        """What the method says of itself, else drf-spectacular's guess."""
        own = self._described()
        return own.operation_id if own and own.operation_id else super().get_operation_id()

    def get_tags(self) -> list[str]:
        """The list that a path belongs to."""
        return [self.path.strip("/").partition("/")[0].partition(".")[0]]

    def map_parsers(self) -> list[Any]:
        """JSON only: forms are accepted too, but cannot say what type a value has."""
        return ["application/json"]

    def _is_for_one(self) -> bool:
        return bool(getattr(self.view, "detail", False))

    def _is_edit(self) -> bool:
        return self._is_for_one() and self.method in ("PATCH", "POST")

    def get_override_parameters(self) -> list[Any]:
        """`If-Match`, where something is changed."""
        declared = list(super().get_override_parameters())
        if not self._is_edit():
            return declared
        words = "The ETag of what is to be changed; 412 if it has changed since."
        return [*declared, _parameter("If-Match", {"type": "string"}, words, "header")]

    def _process_override_parameters(self, direction: str = "request") -> Any:
        ready = [item for item in self.get_override_parameters() if isinstance(item, dict)]
        return {(item["name"], item["in"]): item for item in ready}

    def _get_filter_parameters(self) -> list[Json]:
        filterset = getattr(self.view, "filterset_class", None)
        if filterset is None or self.method != "GET" or self._is_for_one():
            return []
        return [_filter_parameter(name, item) for name, item in filterset.base_filters.items()]

    def _get_response_bodies(self, direction: Any = "response") -> Json:
        bodies: Json = super()._get_response_bodies(direction)
        has_etag = self._is_for_one() and getattr(self.view, "has_etags", False)
        for code, body in bodies.items():
            if has_etag and code.startswith("2"):
                body["headers"] = {"ETag": {"schema": {"type": "string"}}}
        return {**bodies, **{code: _error(code) for code in self._errors()}}

    def _has_pages(self) -> bool:
        """Whether it is a list; a page of it that is asked for may not be there."""
        paged = getattr(self.view, "pagination_class", None) is not None
        return paged and self.method == "GET" and not self._is_for_one()

    def _errors(self) -> list[str]:
        codes = ["401", "403", "406"]
        if self.method in ("POST", "PATCH"):
            codes += ["400", "415"]
        if not self._is_for_one() or "year" in self.path:
            codes.append("400")
        if "{" in self.path or self._has_pages():
            codes.append("404")
        if self._is_edit():
            codes.append("412")
        if self.path.endswith(("/close/", "/reopen/")):
            codes.append("409")
        return sorted(set(codes))


class PersonFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A person: an object on the way out, that object or an id on the way in."""

    target_class = "response.core.serializers.people.PersonField"

    def map_serializer_field(
        self, auto_schema: AutoSchema, direction: Literal["request", "response"]
    ) -> Json:
        """The schema of either way."""
        if direction == "response":
            found: Json = auto_schema.resolve_serializer(self.target.child, direction).ref
            return found
        text = {"type": "string", "minLength": 1}
        named = {
            "type": "object",
            "properties": {"app_id": text, "external_id": text},
            "required": ["external_id"],
        }
        return {
            "description": "The external_id of somebody in `users/`, or an object that has it.",
            "anyOf": [text, named],
        }


def make_schema(patterns: Sequence[Any], server_url: str) -> Json:
    """The description of the API whose paths, under ``server_url``, are ``patterns``."""
    # drf-spectacular's settings are the process's: one description at a time.
    with _making, patched_settings(SETTINGS):
        generator: Any = SchemaGenerator(patterns=list(patterns))  # type: ignore[no-untyped-call]
        schema: Json = generator.get_schema(request=None, public=True)
    schema = _with_any_of(schema)
    schema["servers"] = [{"url": server_url}]
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for name, component in components.items():
        if name.endswith("Request"):
            component["additionalProperties"] = False
        elif not name.startswith("Paginated"):
            component["required"] = list(component["properties"])
    components.update(COMPONENTS)
    return schema


def _with_any_of(value: Any) -> Any:
    """Choices as they are meant: null is any JSON value, too, and so never exactly one."""
    if isinstance(value, list):
        return [_with_any_of(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {("anyOf" if key == "oneOf" else key): _with_any_of(v) for key, v in value.items()}


def _error(code: str) -> Json:
    words, component = WORDS[code]
    schema = {"$ref": f"#/components/schemas/{component}"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, schema: Json, words: str = "", place: str = "query") -> Json:
    described = {"description": words} if words else {}
    return {"name": name, "in": place, "schema": schema, **described}


def _filter_parameter(name: str, item: Any) -> Json:
    """A filter, which forms send empty where nobody filled it in: then it narrows nothing."""
    if isinstance(item, (WordsFilter, OrderFilter)) and not item.only_one:
        return _words_parameter(name, item.allowed)
    words = "Every word must be found."
    schema: Json = {"type": "string"}
    if isinstance(item, MomentFilter):
        words = "Inclusive; without an offset in the site's time zone."
        schema = {"anyOf": [{"type": "string", "format": form} for form in ("date-time", "date")]}
    elif isinstance(item, LengthOfTimeFilter):
        words, schema = "ISO 8601, such as PT90M or P7D.", {"type": "string", "format": "duration"}
    elif isinstance(item, WordsFilter):
        words, schema = "", {"type": "string", "enum": list(item.allowed)}
    return {**_parameter(name, schema, words), "allowEmptyValue": True}


def _words_parameter(name: str, allowed: Sequence[str]) -> Json:
    """Words with commas between them."""
    items: Json = {"type": "string", **({"enum": list(allowed)} if allowed else {})}
    words = {"type": "array", "items": items, "maxItems": MOST_WORDS}
    # Where any word is allowed, an empty one is.
    empty = {"allowEmptyValue": True} if allowed else {}
    return {**_parameter(name, words), "explode": False, "style": "form", **empty}
