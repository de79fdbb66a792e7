"""The admin of what is Slack's, and of the two boxes: what failed, why, and "run again"."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from response.background import schedule_drain
from response.core.admin import ModelAdmin
from response.slack.models import (
    Call,
    CommsChannel,
    HandlerRun,
    HeadlinePost,
    PinnedMessage,
    UserStats,
)


class ReadOnlyAdmin(ModelAdmin):
    """Rows that Slack owns: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They come from Slack."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Slack would not hear of a change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing that was said, or is still to be done, goes away by a click."""
        return False


@admin.register(CommsChannel)
class CommsChannelAdmin(ReadOnlyAdmin):
    """Comms channels."""

    list_display = ("id", "incident", "channel_id", "channel_name", "created_date")
    list_select_related = ("incident",)
    search_fields = ("channel_id", "channel_name")


@admin.register(HeadlinePost)
class HeadlinePostAdmin(ReadOnlyAdmin):
    """Headline posts."""

    list_display = ("id", "incident", "channel_id", "message_ts")
    list_select_related = ("incident",)


@admin.register(PinnedMessage)
class PinnedMessageAdmin(ReadOnlyAdmin):
    """Pins."""

    list_display = ("id", "incident", "author", "timestamp", "text")
    list_select_related = ("incident", "author")


@admin.register(UserStats)
class UserStatsAdmin(ReadOnlyAdmin):
    """Participants."""

    list_display = ("id", "incident", "user", "message_count", "join_time")
    list_select_related = ("incident", "user")


class BoxAdmin(ReadOnlyAdmin):
    """One of the two boxes. Content stays out: it holds what people typed, and tokens."""

    actions = ("run_again",)
    list_filter = ("state",)

    @admin.action(description="Run the selected ones again", permissions=["run"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Give parked rows a new start."""
        parked = queryset.filter(state="parked")
        count = parked.update(state="pending", next_try=timezone.now(), **self.fresh)
        schedule_drain()
        self.message_user(request, f"{count} will be tried again now.")

    fresh: ClassVar[dict[str, Any]] = {}

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Who may change the rows may have them run."""
        name = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(name))


@admin.register(HandlerRun)
class HandlerRunAdmin(BoxAdmin):
    """The inbox: the work of handlers."""

    fresh: ClassVar[dict[str, Any]] = {"attempts": 0, "finished_at": None}
    list_display = ("id", "handler", "state", "attempts", "next_try", "short_error")
    fields = ("handler", "lane", "state", "attempts", "next_try", "finished_at", "error")
    search_fields = ("handler", "error")

    @admin.display(description="error")
    def short_error(self, run: HandlerRun) -> str:
        """The error's first words."""
        return run.error[:100]


@admin.register(Call)
class CallAdmin(BoxAdmin):
    """The outbox: calls for Slack."""

    fresh: ClassVar[dict[str, Any]] = {"strikes": 0, "finished_at": None}
    list_display = ("id", "what", "lane", "state", "attempts", "next_try", "short_error")
    fields = (
        "method",
        "operation",
        "lane",
        "state",
        "attempts",
        "strikes",
        "next_try",
        "created_at",
        "finished_at",
        "error",
    )
    search_fields = ("method", "operation", "error")

    @admin.display(description="call")
    def what(self, call: Call) -> str:
        """The method, or the operation that chooses it."""
        return call.operation or call.method

    @admin.display(description="error")
    def short_error(self, call: Call) -> str:
        """The error's first words."""
        return call.error[:100]
