"""People in JSON, and how a request names one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.core.refusals import not_allowed, writable
from response.core.serializers.fields import EmailField

HOW_TO_NAME_SOMEBODY = (
    "the external_id of somebody in the list of users, as text or in an object with app_id"
)


class ExternalUserSerializer(serializers.ModelSerializer[ExternalUser]):
    """A person as the chat knows them."""

    email = EmailField(read_only=True, allow_null=True)

    class Meta:
        model = ExternalUser
        fields = ("app_id", "external_id", "display_name", "full_name", "email", "deleted")
        read_only_fields = fields


class PersonField(serializers.Field[Any, Any, Any, Any]):
    """A person: an object on the way out; on the way in the same object, or their id.

    0.5.1 looked for display name and full name and failed when somebody had been renamed; here
    ``external_id`` counts, and ``app_id`` (default: Slack).
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.child = ExternalUserSerializer(read_only=True)
        self.child.bind(field_name="", parent=self)  # type: ignore[arg-type]

    def to_internal_value(self, data: Any) -> ExternalUser:
        """The person's row."""
        app_id, external_id = SLACK, data
        if isinstance(data, Mapping):
            app_id, external_id = data.get("app_id", SLACK), data.get("external_id")
        if _can_be_looked_up(app_id) and _can_be_looked_up(external_id):
            people = ExternalUser.objects.filter(app_id=app_id, external_id=external_id)
            found = people.filter(superseded=False).order_by("pk").first()
            if found is not None:
                return found
        or_nobody = "; null for nobody" if self.allow_null else ""
        raise serializers.ValidationError(
            not_allowed(external_id, HOW_TO_NAME_SOMEBODY + or_nobody), code="does_not_exist"
        )

    def to_representation(self, value: ExternalUser) -> dict[str, Any]:
        """The object that the list of users has."""
        return dict(self.child.to_representation(value))


def _can_be_looked_up(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and writable(value) == value
