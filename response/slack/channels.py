"""Which channel is which: the configured ones by id or name, and the name of a new one."""

from __future__ import annotations

from django.utils import timezone

from response import text
from response.conf import conf
from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import answers
from response.slack.channel_names import MAX_CHANNEL_NAME, channel_name
from response.slack.client import get_client
from response.slack.errors import SlackPermanentError

_ids: dict[tuple[str, str], str] = {}
# Where to go on with the list of channels, in which a name was not found yet.
_cursors: dict[tuple[str, str], str] = {}


class ChannelNotConfigured(ResponseError):
    """A channel that the settings should name is not there."""


def incident_channel_id() -> str:
    """Id of the channel that gets headline posts.

    A name is looked up in Slack when it is first needed and then remembered for as long as
    the process lives. Raises ``ChannelNotConfigured`` and ``SlackError``.
    """
    return _configured(conf.incident_channel_id, conf.incident_channel_name, "INCIDENT_CHANNEL_ID")


def report_channel_id() -> str:
    """Id of the channel for mere reports, the incidents channel where there is none."""
    if not conf.has_report_channel:
        return incident_channel_id()
    return _configured(
        conf.report_channel_id, conf.report_channel_name, "INCIDENT_REPORT_CHANNEL_ID"
    )


def headline_channel_id(incident: Incident) -> str:
    """Id of the channel that this incident is announced in; "": a private one may have none."""
    return conf.private_channel_id if incident.private else public_headline_channel_id(incident)


def public_headline_channel_id(incident: Incident) -> str:
    """The same as if it were public."""
    return report_channel_id() if incident.report_only else incident_channel_id()


def is_announced(incident: Incident) -> bool:
    """Whether there is a channel for its headline; asks nobody."""
    return not incident.private or bool(conf.private_channel_id)


def known_incident_channel_id() -> str:
    """The incidents channel's id if it is known without asking Slack, else empty."""
    return conf.incident_channel_id or _ids.get(_remembered(conf.incident_channel_name), "")


def comms_channel_name(incident: Incident, attempt: int = 0) -> str:
    """The name for an incident's comms channel; ``attempt`` numbers it where one is taken.

    Follows ``RESPONSE_COMMS_CHANNEL_NAME`` and Slack's rules (see ``channel_names``); a title
    without a letter that Slack is sure to take leaves the rest of the template, or the number.
    """
    when = incident.report_time
    local = timezone.localtime(when) if timezone.is_aware(when) else when
    filled = conf.comms_channel_name.format(
        date=local.strftime("%Y-%m-%d"),
        slug=channel_name(text.to_plain(incident.report)),
        pk=incident.pk,
        severity=incident.severity_text() or "",
    )
    suffix = f"-{attempt + 1}" if attempt else ""
    name = channel_name(filled)
    if not name or not name.isascii():
        name = f"inc-{incident.pk}"
    return name[: MAX_CHANNEL_NAME - len(suffix)].rstrip("-_") + suffix


def _configured(channel_id: str, name: str, setting: str) -> str:
    if channel_id:
        return channel_id
    if not name:
        raise ChannelNotConfigured(
            f"No channel is configured: set {setting} to the channel's id (C…), or "
            f"{setting.removesuffix('_ID')}_NAME to its name."
        )
    key = _remembered(name)
    if key not in _ids:
        found = _look_up(name.lstrip("#"), key)
        if not found:
            raise ChannelNotConfigured(
                f"There is no channel named {name!r} that the bot can see: invite the bot to it, "
                f"or set {setting} to its id."
            )
        _ids[key] = found
    return _ids[key]


def _look_up(name: str, key: tuple[str, str]) -> str:
    """The channel's id, or "". Goes on where Slack's limits have stopped the last try.

    Twenty pages a minute is what Slack shows, and big workspaces have more.
    """
    begun = _cursors.get(key, "")
    try:
        for page in get_client().channel_pages(exclude_archived=True, cursor=begun):
            for channel in answers.items(page, "channels", "conversations.list"):
                if channel.get("name") == name:
                    return answers.text(channel, "id", "conversations.list")
            _cursors[key] = answers.next_cursor(page)
    except SlackPermanentError as error:
        _cursors.pop(key, None)
        # No cursor lives for ever.
        if not begun or error.code != "invalid_cursor":
            raise
        return _look_up(name, key)
    return ""


def _remembered(name: str) -> tuple[str, str]:
    return conf.slack_token, name
