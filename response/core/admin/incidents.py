"""Incidents, what is to be done about them, and what happened in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from response.core.admin.base import ReadOnlyAdmin, ResponseAdmin, acting_through
from response.core.admin.columns import SHORT, pretty_json, shown_plain
from response.core.admin.forms import IncidentForm
from response.core.admin.giving_way import register_unless_host_does
from response.core.models import Action, Incident, IncidentMember, TimelineEvent
from response.core.models.timeline import INCIDENT_UPDATE, SLACK_PIN, TEXT
from response.core.permissions import (
    may_see_private_incidents,
    visible_incidents,
)
from response.masking import masked


class StatusFilter(admin.SimpleListFilter):
    """By what the pages call the status."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """As ``Incident.status_text`` says."""
        return [("live", "Live"), ("reported", "Reported"), ("resolved", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen status."""
        conditions: dict[str | None, dict[str, bool]] = {
            "live": {"end_time__isnull": True, "report_only": False},
            "reported": {"end_time__isnull": True, "report_only": True},
            "resolved": {"end_time__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


@admin.register(Incident)
class IncidentAdmin(ResponseAdmin):
    """Saving has the same consequences as a button in Slack."""

    form = IncidentForm
    plain_text_fields = ("report", "summary", "impact")
    list_display = (
        "id",
        shown_plain("report", SHORT),
        "status",
        "severity",
        "lead",
        "report_time",
    )
    list_display_links = ("id", shown_plain("report", SHORT))
    list_filter = (StatusFilter, "severity", "report_only", "private")
    list_select_related = ("lead",)
    search_fields = ("=id", "report", "summary", "impact", "lead__display_name")
    search_help_text = "Number, title, summary, impact or lead"
    autocomplete_fields = ("lead", "reporter")
    date_hierarchy = "report_time"
    ordering = ("-report_time", "-pk")
    actions = ("close", "reopen")
    fields = (
        "report",
        "summary",
        "impact",
        ("severity", "report_only", "private"),
        ("reporter", "lead"),
        ("report_time", "start_time", "end_time"),
        "channel",
    )
    readonly_fields = ("channel",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        """The incidents that exist for who looks."""
        viewer: Any = request.user
        return visible_incidents(viewer).order_by(*self.ordering)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Whether it is private is no question for who may not see them."""
        filters = super().get_list_filter(request)
        return filters if may_see_private_incidents(request.user) else filters[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        """Ending is for who may close; whether it is private for who may see all that are."""
        locked = list(super().get_readonly_fields(request, obj))
        if not self.has_close_permission(request):
            locked.append("end_time")
        if not may_see_private_incidents(request.user):
            locked.append("private")
        return locked

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new incident began now, unless somebody says otherwise."""
        now = timezone.now()
        given = super().get_changeform_initial_data(request)
        return {"report_time": now, "start_time": now, **given}

    def view_on_site(self, obj: Incident) -> str | None:
        """The incident's document, where the host serves one."""
        try:
            return reverse("incident_doc", kwargs={"incident_id": obj.pk})
        except NoReverseMatch:
            return None

    @admin.display(description="status")
    def status(self, incident: Incident) -> str:
        """Live, reported or resolved."""
        return f"{incident.status_emoji()} {incident.status_text()}"

    @admin.display(description="comms channel", empty_value="-")
    def channel(self, incident: Incident) -> str:
        """The channel's name, or a dash."""
        channel = incident.comms_channel()
        return f"#{channel}" if channel else "-"

    # -- verbs ------------------------------------------------------------------------

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Who may end incidents, and reopen them."""
        return bool(request.user.has_perm("response.close_incident"))

    @admin.action(description="Close", permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        """End them, as the button in Slack does."""
        self._do(request, queryset, lambda incident: incident.close(), "closed")

    @admin.action(description="Reopen", permissions=["close"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        """Take their end back."""
        self._do(request, queryset, lambda incident: incident.reopen(), "reopened")

    def _do(
        self,
        request: HttpRequest,
        queryset: QuerySet[Incident],
        verb: Callable[[Incident], bool],
        participle: str,
    ) -> None:
        """Each by itself, so that one that fails takes no other with it; then tell how many."""
        incidents = queryset.select_related("lead", "reporter")
        with acting_through(request):
            outcomes = [self._do_one(request, incident, verb, participle) for incident in incidents]
        done, left = outcomes.count(True), outcomes.count(False)
        if done:
            noun = "incident" if done == 1 else "incidents"
            self.message_user(request, f"{done} {noun} {participle}.", messages.SUCCESS)
        if left:
            were = "incident was" if left == 1 else "incidents were"
            self.message_user(request, f"{left} {were} {participle} already.", messages.WARNING)

    def _do_one(
        self,
        request: HttpRequest,
        incident: Incident,
        verb: Callable[[Incident], bool],
        participle: str,
    ) -> bool:
        done = verb(incident)
        if done:
            self.log_change(request, incident, [{"changed": {"fields": [participle]}}])
        return done


@admin.register(Action)
class ActionAdmin(ResponseAdmin):
    """Follow-up actions."""

    incident_path = "incident"
    plain_text_fields = ("details",)
    list_display = (
        "id",
        shown_plain("details", SHORT),
        "incident",
        "user",
        "done",
        "due_date",
    )
    list_display_links = ("id", shown_plain("details", SHORT))
    list_filter = ("done", "priority", "type")
    list_select_related = ("incident", "user")
    search_fields = ("=id", "details")
    search_help_text = "Number or text of the action"
    autocomplete_fields = ("incident", "user")
    ordering = ("-id",)
    fields = (
        "incident",
        "details",
        "user",
        ("priority", "type"),
        ("done", "done_date"),
        "due_date",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Action | None = None) -> Any:
        """An action stays with its incident."""
        locked = super().get_readonly_fields(request, obj)
        return locked if obj is None else [*locked, "incident"]


@register_unless_host_does(TimelineEvent)
class TimelineEventAdmin(ResponseAdmin):
    """Entries of timelines: people's own may be mended, the record of changes may not."""

    RECORDS: ClassVar = frozenset({INCIDENT_UPDATE, SLACK_PIN})

    incident_path = "incident"
    plain_text_fields = ("text",)
    list_display = (
        "id",
        "timestamp",
        "incident",
        "event_type",
        shown_plain("text", SHORT),
        "actor_name",
    )
    list_display_links = ("id", shown_plain("text", SHORT))
    list_filter = ("event_type",)
    list_select_related = ("incident",)
    search_fields = ("text", "actor_name")
    search_help_text = "Text, or who did it"
    autocomplete_fields = ("incident",)
    ordering = ("-id",)
    fields = ("incident", "timestamp", "text", "event_type", "actor", "actor_name", "details")
    readonly_fields = ("event_type", "actor", "actor_name", "details")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was written by a change, or in Slack, stays as it is."""
        is_record = obj is not None and obj.event_type in self.RECORDS
        return not is_record and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An entry stays with its incident."""
        locked = super().get_readonly_fields(request, obj)
        return locked if obj is None else [*locked, "incident"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new entry is freeform text."""
        obj.event_type = obj.event_type or TEXT
        super().save_model(request, obj, form, change)

    @admin.display(description="metadata")
    def details(self, entry: TimelineEvent) -> str:
        """What the entry was made of, without people's addresses."""
        return pretty_json(masked(entry.metadata))


@admin.register(IncidentMember)
class IncidentMemberAdmin(ReadOnlyAdmin):
    """Who is in which channel; kept by whoever owns the channel."""

    incident_path = "incident"
    list_display = ("id", "incident", "user", "joined_at")
    list_select_related = ("incident", "user")
    search_fields = ("user__display_name", "user__external_id")
    ordering = ("-id",)
    fields = ("incident", "user", "joined_at")
