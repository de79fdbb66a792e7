"""A column type of 0.5.1 that Django itself does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

if TYPE_CHECKING:
    # Django's fields take type arguments in the stubs only.
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class JSONTextField(_TextField):
    """JSON in a text column, as 0.5.1 stored it: a Python value in, the same value out.

    Text that is no JSON (written by hand, or by something else) is read as it stands.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The value that the column's text stands for."""
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        """Parse ``value`` if it is JSON text; anything else is a value already."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value

    def get_prep_value(self, value: Any) -> str | None:
        """The column's text for ``value``; ``None`` is NULL."""
        return None if value is None else json.dumps(value, cls=DjangoJSONEncoder)

    def value_to_string(self, obj: models.Model) -> Any:
        """For ``dumpdata``: the JSON text, which ``to_python`` reads back."""
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        """A form field that shows JSON and refuses what is none."""
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})
