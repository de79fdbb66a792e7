"""Rows that Slack owns, and those by which the program remembers: to be looked at."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from response.core.admin import PrivilegedAdmin, ReadOnlyAdmin
from response.core.admin.columns import SHORT, shown_plain
from response.masking import masked_text
from response.slack.models import (
    CommsChannel,
    Conversation,
    HeadlinePost,
    Heartbeat,
    Notification,
    PinnedMessage,
    Proposal,
    SlackUser,
    Tally,
    UserStats,
)


class IncidentRowAdmin(ReadOnlyAdmin):
    """A row that belongs to an incident."""

    incident_path = "incident"
    list_select_related: ClassVar[Any] = ("incident",)
    ordering = ("-id",)


@admin.register(CommsChannel)
class CommsChannelAdmin(IncidentRowAdmin):
    """Comms channels."""

    list_display = ("id", "incident", "channel_id", "channel_name", "created_date", "superseded")
    search_fields = ("channel_id", "channel_name")
    fields = ("incident", "channel_id", "channel_name", "created_date", "superseded")


@admin.register(HeadlinePost)
class HeadlinePostAdmin(IncidentRowAdmin):
    """Headline posts."""

    list_display = ("id", "incident", "channel_id", "message_ts", "comms_channel", "superseded")
    list_select_related = ("incident", "comms_channel")
    search_fields = ("channel_id", "message_ts")
    fields = ("incident", "channel_id", "message_ts", "comms_channel", "superseded")


@admin.register(PinnedMessage)
class PinnedMessageAdmin(IncidentRowAdmin):
    """Pins."""

    plain_text_fields = ("text",)
    list_display = ("id", "incident", "author", "timestamp", shown_plain("text", SHORT))
    list_select_related = ("incident", "author")
    search_fields = ("text", "author__display_name")
    fields = ("incident", "author", "timestamp", "text", "message_ts", "timeline_event")


@admin.register(UserStats)
class UserStatsAdmin(IncidentRowAdmin):
    """Participants."""

    list_display = ("id", "incident", "user", "message_count", "join_time")
    list_select_related = ("incident", "user")
    search_fields = ("user__display_name", "user__external_id")
    fields = ("incident", "user", "message_count", "join_time")


@admin.register(Notification)
class NotificationAdmin(IncidentRowAdmin):
    """How often which nudge went out."""

    list_display = ("id", "incident", "key", "time", "repeat_count", "completed")
    list_filter = ("completed",)
    search_fields = ("key",)
    fields = ("incident", "key", "time", "repeat_count", "completed")


@admin.register(Proposal)
class ProposalAdmin(IncidentRowAdmin):
    """Texts that wait for a Yes in the channel."""

    plain_text_fields = ("text",)
    list_display = ("id", "incident", "field", shown_plain("text", SHORT), "created_at")
    list_filter = ("field",)
    fields = ("incident", "field", "text", "created_at")


@admin.register(SlackUser)
class SlackUserAdmin(ReadOnlyAdmin):
    """Standing of people in the workspace."""

    list_display = (
        "user",
        "team_id",
        "is_bot",
        "is_restricted",
        "is_ultra_restricted",
        "fetched_at",
    )
    list_filter = ("is_bot", "is_restricted", "is_ultra_restricted")
    list_select_related = ("user",)
    search_fields = ("user__display_name", "user__external_id")
    ordering = ("-id",)
    fields = list_display


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When the tick last ran."""

    list_display = ("name", "at")
    fields = ("name", "at")


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """What the metrics are made of."""

    list_display = ("name", "label", "outcome", "number", "seconds")
    list_filter = ("name",)
    search_fields = ("label", "outcome")
    ordering = ("-id",)
    fields = list_display


@admin.register(Conversation)
class ConversationAdmin(PrivilegedAdmin):
    """Which lane is worked off by a process, and until when it may be.

    A lane is named after a channel or an incident.
    """

    list_display = ("lane", "leased_until")
    ordering = ("-id",)
    fields = ("lane", "leased_until")

    @admin.display(description="lane")
    def lane(self, conversation: Conversation) -> str:
        """The name, without a click's ``trigger_id``."""
        return masked_text(conversation.key)
