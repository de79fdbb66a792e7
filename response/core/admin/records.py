"""The change feed, and people."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from response.core.admin.base import ReadOnlyAdmin, ResponseAdmin
from response.core.admin.columns import pretty_json
from response.core.models import Event, ExternalUser
from response.core.permissions import may_see_private_incidents
from response.masking import masked


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The change feed: a record, which nobody edits."""

    incident_path = "incident"
    list_display = ("id", "timestamp", "event_type", "verb", "incident", "actor_name")
    list_filter = ("verb",)
    list_select_related = ("incident",)
    search_fields = ("actor_name",)
    search_help_text = "Who did it"
    ordering = ("-id",)
    fields = ("timestamp", "event_type", "verb", "incident", "actor", "actor_name", "what", "after")

    @admin.display(description="changes")
    def what(self, event: Event) -> str:
        """The fields that changed: old and new."""
        return pretty_json(masked(event.changes))

    @admin.display(description="payload")
    def after(self, event: Event) -> str:
        """The object after the change."""
        try:
            payload = json.loads(str(event.payload))
        except ValueError:
            payload = event.payload
        return pretty_json(masked(payload))


@admin.register(ExternalUser)
class ExternalUserAdmin(ResponseAdmin):
    """People, as Slack tells of them; ours to say is only which account they have here."""

    list_display = ("id", "external_id", "display_name", "full_name", "owner", "deleted")
    list_display_links = ("id", "external_id", "display_name")
    list_filter = ("deleted",)
    list_select_related = ("owner",)
    search_fields = ("external_id", "display_name", "full_name", "email")
    search_help_text = "Id in Slack, name or address"
    # The host's model of users need not be in the admin, as autocompletion would ask for.
    raw_id_fields = ("owner",)
    ordering = ("-id",)
    fields = ("app_id", "external_id", "display_name", "full_name", "email", "deleted", "owner")
    readonly_fields = fields[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever is somebody in Slack sees their private incidents: not for all to say."""
        return self.readonly_fields if may_see_private_incidents(request.user) else self.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They come from Slack."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExternalUser]:
        """Without the second rows of one person, which 0.5.1 could make."""
        rows: QuerySet[ExternalUser] = super().get_queryset(request)
        return rows.filter(superseded=False)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only what may be said here is written: Slack may be telling the rest right now."""
        obj.save(update_fields=["owner"])
