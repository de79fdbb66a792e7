"""The decorators by which a host, and we ourselves, register handlers."""

from response.slack.decorators.action_handler import ActionContext, action_handler
from response.slack.decorators.dialog_handler import dialog_handler
from response.slack.decorators.event_handler import event_handler, slack_event
from response.slack.decorators.headline_post_action import headline_post_action
from response.slack.decorators.incident_command import incident_command
from response.slack.decorators.incident_notification import (
    recurring_notification,
    single_notification,
)
from response.slack.decorators.keyword_handler import keyword_handler
from response.slack.decorators.modal_handler import modal_handler
from response.slack.decorators.shortcut_handler import shortcut_handler

__all__ = (
    "ActionContext",
    "action_handler",
    "dialog_handler",
    "event_handler",
    "headline_post_action",
    "incident_command",
    "keyword_handler",
    "modal_handler",
    "recurring_notification",
    "shortcut_handler",
    "single_notification",
    "slack_event",
)
