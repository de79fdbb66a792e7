"""Every import of a host of 0.5.1."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

MODULES = {
    "response.apps": "ResponseConfig",
    "response.models": """Action Event ExternalUser Incident TimelineEvent CommsChannel
        HeadlinePost Notification PinnedMessage UserStats""",
    "response.core.models": "Action Event ExternalUser Incident TimelineEvent",
    "response.slack.models": "CommsChannel HeadlinePost Notification PinnedMessage UserStats",
    "response.slack.client": "SlackClient SlackError",
    "response.slack.decorators": """ActionContext action_handler dialog_handler slack_event
        event_handler headline_post_action incident_command keyword_handler
        recurring_notification single_notification""",
    "response.slack.decorators.incident_command": "incident_command get_help",
    "response.slack.block_kit": """Message Section Actions Divider Confirm Button Text
        StaticSelect StaticSelectOption""",
    "response.slack.dialog_builder": "Dialog Text TextArea SelectWithOptions SelectFromUsers",
    "response.slack.incident_notifications": """remind_severity remind_incident_lead
        remind_close_incident""",
    "response.slack.cache": "get_user_profile get_user_profile_by_email update_user_cache",
    "response.slack.reference_utils": """channel_reference user_reference reference_to_id
        slack_to_human_readable""",
    "response.slack.authentication": "generate_signature slack_authenticate",
    "response.core.serializers": """ActionSerializer CommsChannelSerializer EventSerializer
        ExternalUserSerializer IncidentSerializer TimelineEventSerializer""",
    "response.serializers": """ActionSerializer CommsChannelSerializer EventSerializer
        ExternalUserSerializer IncidentSerializer TimelineEventSerializer""",
    "response.core.views": """ActionViewSet EventsViewSet ExternalUserViewSet
        IncidentActionViewSet IncidentTimelineEventViewSet IncidentViewSet
        IncidentsByMonthViewSet""",
    "response.core.signals": "ActionEventHandler IncidentEventHandler",
    "response.core.util": "sanitize LargeResultsSetPagination",
    "response.decorators": "response_login_required",
    # The modules below these that hosts import from, as 0.5.1's own code did.
    "response.core.models.incident": "Incident",
    "response.core.models.action": "Action",
    "response.core.models.event": "Event",
    "response.core.models.timeline": "TimelineEvent add_incident_update_event",
    "response.slack.models.comms_channel": "CommsChannel",
    "response.slack.models.headline_post": "HeadlinePost",
    "response.slack.models.notification": "Notification",
    "response.slack.models.pinned_message": "PinnedMessage",
    "response.slack.models.user_stats": "UserStats",
    "response.slack.decorators.action_handler": "ActionContext action_handler",
    "response.slack.decorators.dialog_handler": "dialog_handler",
    "response.slack.decorators.event_handler": "slack_event",
    "response.slack.decorators.headline_post_action": "headline_post_action",
    "response.slack.decorators.keyword_handler": "keyword_handler",
    "response.slack.decorators.incident_notification": """recurring_notification
        single_notification""",
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module in MODULES for name in MODULES[module].split()]
)
def test_name_is_where_it_was(module: str, name: str):
    assert callable(getattr(import_module(module), name))


def test_models_are_the_same_by_either_path():
    everything, core, slack = (
        import_module(f"response.{part}models") for part in ("", "core.", "slack.")
    )
    assert everything.Incident is core.Incident
    assert everything.CommsChannel is slack.CommsChannel


def test_label_of_the_app_and_its_models():
    assert apps.get_app_config("response").name == "response"
    for name in MODULES["response.models"].split():
        assert apps.get_model("response", name).__name__ == name


def test_event_handler_is_the_documentations_name_for_slack_event():
    decorators = import_module("response.slack.decorators")
    assert decorators.event_handler is decorators.slack_event
