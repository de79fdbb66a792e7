"""What handlers of interactions are given, frozen.

Whoever logs one of these writes no ``trigger_id`` nor ``response_url``: with them one can answer
as the app.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from response.core.models import Incident


# By position, too: tests of hosts of 0.5.1 make it so.
@dataclass(frozen=True)
class ActionContext:
    """A button was pressed, or an option chosen.

    ``value`` is the button's value or the chosen option's; ``message`` the message it stands
    in as Slack sent it, ``{}`` where Slack sent none. ``trigger_id`` opens a modal for three
    seconds; ``response_url`` takes five answers within 30 minutes and may be empty.
    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """

    incident: Incident | None
    user_id: str
    message: Mapping[str, Any]
    value: str
    trigger_id: str = field(repr=False)
    response_url: str = field(repr=False)
    channel_id: str = ""
    action_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ModalContext:
    """A modal was submitted.

    ``values`` is ``{block_id: {action_id: value}}`` with values normalised as
    ``response.slack.payloads`` says; ``submission`` flattens it to ``{block_id: value}``.
    ``incident`` is the one whose primary key is the ``private_metadata`` that the modal was
    opened with, as a button's value may be; None for any other text.
    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """

    user_id: str
    callback_id: str
    view_id: str
    values: Mapping[str, Mapping[str, Any]]
    submission: Mapping[str, Any]
    private_metadata: str = field(default="", repr=False)
    incident: Incident | None = None


@dataclass(frozen=True, kw_only=True)
class ShortcutContext:
    """A global or message shortcut was chosen; only the latter has channel and message.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """

    user_id: str
    callback_id: str
    trigger_id: str = field(repr=False)
    response_url: str = field(default="", repr=False)
    channel_id: str = ""
    message: Mapping[str, Any] = field(default_factory=dict)
    incident: Incident | None = None
