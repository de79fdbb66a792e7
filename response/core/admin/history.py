"""The admin's own history: what it calls a row stays there, whatever becomes of the row."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Value
from django.db.models.functions import Concat

from response.core.changes import Changes
from response.core.models import Incident
from response.core.signals import incident_changed


def neutral_name(obj: Model | type[Model], key: object = None) -> str:
    """``"Incident 42"``: what a row is called where its content must not stand."""
    number = obj.pk if isinstance(obj, Model) else key
    return f"{str(obj._meta.verbose_name).capitalize()} {number}"


def log(request: Any, obj: Model, flag: int, message: Any) -> LogEntry:
    """An entry without a title: the incident may become private."""
    return LogEntry.objects.create(
        user_id=request.user.pk,
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        object_repr=neutral_name(obj),
        action_flag=flag,
        change_message=json.dumps(message) if isinstance(message, list) else message,
    )


def forget_titles(
    sender: type[Incident], incident: Incident, changes: Changes, **kwargs: Any
) -> None:
    """Entries of before, such as 0.5.1 wrote, lose their titles when the incident turns private.

    A handful of updates, in the transaction that makes it so.
    """
    if "private" not in changes or not incident.private:
        return
    _rename(Incident, [incident.pk])
    for model in apps.get_app_config("response").get_models():
        if _belongs_to_incidents(model):
            rows = model._base_manager.filter(incident=incident)
            _rename(model, list(rows.values_list("pk", flat=True)))


def _rename(model: type[Model], keys: list[Any]) -> None:
    if keys:
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[str(key) for key in keys],
        )
        name = neutral_name(model, "")
        entries.update(object_repr=Concat(Value(name), F("object_id")))


def _belongs_to_incidents(model: type[Model]) -> bool:
    try:
        return model._meta.get_field("incident").related_model is Incident
    except FieldDoesNotExist:
        return False


incident_changed.connect(forget_titles, dispatch_uid="response.core.admin.history")
