"""Serializers that ignore nothing they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers

from response.core.refusals import not_allowed, quoted, writable

Row = TypeVar("Row", bound=Model)

#: What the forms of a browser send along.
NO_FIELDS = frozenset({"csrfmiddlewaretoken", "_method", "_content", "_content_type"})


class StrictModelSerializer(serializers.ModelSerializer[Row]):
    """Refuses fields that it does not have, and those that cannot be set.

    0.5.1 answered 200 to both and did nothing. A field that cannot be set may be sent as it
    is, so that a client can send back what it got, with a change.
    """

    def to_internal_value(self, data: Any) -> Any:
        """As DRF's, once every name is known to be one."""
        if isinstance(data, Mapping):
            refused = self._refused(data)
            if refused:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(data)

    def _refused(self, data: Mapping[Any, Any]) -> dict[str, list[str]]:
        settable = [name for name, field in self.fields.items() if not field.read_only]
        refused = {}
        present: dict[str, Any] | None = None
        for name in data:
            if name in settable or name in NO_FIELDS:
                continue
            if name not in self.fields:
                words = f"{quoted(name)} is no field. Allowed: {', '.join(settable)}."
            else:
                if present is None:
                    present = {} if self.instance is None else self.to_representation(self.instance)
                if name in present and _is_the_same(data[name], present[name]):
                    continue
                words = not_allowed(data[name], f"nothing, as it cannot be set ({name})")
            refused[writable(str(name))] = [words]
        return refused


def _is_the_same(sent: Any, present: Any) -> bool:
    """Whether a value, from JSON or from a form, is the one that there is."""
    if isinstance(sent, str) and not isinstance(present, str):
        written = "" if present is None else str(present)
        return sent.lower() == written.lower()
    return bool(sent == present)
