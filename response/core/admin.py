"""The admin of incidents: what people wrote can be mended, what is a record cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from response.core.actor import acting_as
from response.core.models import Action, Event, ExternalUser, Incident, TimelineEvent

# Generic for the type checker only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ActingAdmin(ModelAdmin):
    """Changes made here say who made them."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save as the signed-in user."""
        with acting_as(None, name=str(request.user)):
            super().save_model(request, obj, form, change)


@admin.register(Incident)
class IncidentAdmin(ActingAdmin):
    """Saving has the same consequences as a button in Slack."""

    list_display = ("id", "report", "severity", "lead", "reporter", "report_time", "end_time")
    list_filter = ("severity", "report_only", "private")
    list_select_related = ("lead", "reporter")
    search_fields = ("report", "summary", "impact")
    autocomplete_fields = ("lead", "reporter")
    date_hierarchy = "report_time"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Incidents are closed, not deleted."""
        return False


@admin.register(Action)
class ActionAdmin(ActingAdmin):
    """Follow-up actions."""

    list_display = ("id", "details", "incident", "user", "done", "due_date")
    list_filter = ("done", "priority", "type")
    list_select_related = ("incident", "user")
    search_fields = ("details",)
    autocomplete_fields = ("incident", "user")


@admin.register(ExternalUser)
class ExternalUserAdmin(ModelAdmin):
    """People, as Slack tells of them."""

    list_display = ("id", "external_id", "display_name", "full_name", "deleted")
    list_filter = ("app_id", "deleted")
    search_fields = ("external_id", "display_name", "full_name")


@admin.register(TimelineEvent)
class TimelineEventAdmin(ActingAdmin):
    """Entries of timelines."""

    list_display = ("id", "incident", "timestamp", "event_type", "text", "actor_name")
    list_filter = ("event_type",)
    list_select_related = ("incident",)
    search_fields = ("text",)
    autocomplete_fields = ("incident", "actor")


@admin.register(Event)
class EventAdmin(ModelAdmin):
    """The change feed: a record, which nobody edits."""

    list_display = ("id", "timestamp", "event_type", "verb", "actor_name")
    list_filter = ("event_type", "verb")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries come from changes only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits the record."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody shortens the record."""
        return False
