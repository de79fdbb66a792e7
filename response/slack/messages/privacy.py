"""What is told about private incidents, to those for whom they exist."""

from __future__ import annotations

from collections.abc import Mapping

from response import text
from response.core.models import Incident
from response.slack.messages import wording
from response.slack.messages.private import reason
from response.slack.messages.wording import FOR_WHOM
from response.slack.models import CommsChannel

PRIVATE_ALREADY = "This incident is private already."
NOT_ALLOWED = (
    "Private incidents are switched off here. Whoever looks after the incident app can allow "
    "them with the setting RESPONSE_PRIVATE_INCIDENTS."
)


def declared_privately(incident: Incident) -> str:
    """Thanks the reporter of a private incident and says where it goes on."""
    return (
        f"Thanks for raising the incident 🙏\n{wording.title(incident)} is "
        f"{wording.document(incident)}.\n🔒 It is private: {FOR_WHOM}. I am opening a private "
        "channel for it and will invite you there."
    )


def became_private(
    incident: Incident,
    *,
    headline_channel_id: str,
    channel: CommsChannel | None,
    said: Mapping[str, int],
    feed_entries: int,
) -> str:
    """Tells who made the incident private what was public until then.

    ``headline_channel_id`` is where its headline stood, "" where it did not; ``channel`` its
    public channel; ``said`` has ``messages`` by so many ``people`` in it.
    """
    todo = ["delete its headline"] if headline_channel_id else []
    todo += ["open a private channel for it"]
    if channel is not None:
        place = text.channel_reference(channel.channel_id)
        todo += [f"invite whoever is in {place} there", f"archive {place}"]
    doing = f"{', '.join(todo[:-1])} and {todo[-1]}" if todo[1:] else todo[0]
    lines = [
        f"🔒 {wording.title(incident)} is private from now on: {FOR_WHOM}. I will {doing}.",
        "This was public until now, and nobody can take it back:",
        *_was_public(headline_channel_id, channel, said, feed_entries),
    ]
    return "\n".join(lines)


def _was_public(
    headline_channel_id: str,
    channel: CommsChannel | None,
    said: Mapping[str, int],
    feed_entries: int,
) -> list[str]:
    lines = []
    if headline_channel_id:
        place = text.channel_reference(headline_channel_id)
        lines.append(f"• its headline in {place}, with whoever read it or was notified of it;")
    if channel is not None:
        place = text.channel_reference(channel.channel_id)
        counted = (
            f"{_count(said['messages'], 'message')} of {_count(said['people'], 'person', 'people')}"
        )
        lines.append(
            f"• {place}, with {counted}: archived, it can still be read and searched by everybody "
            "in this workspace, until an admin of the workspace deletes it;"
        )
    feed = _count(feed_entries, "entry", "entries")
    lines.append(
        "• its page and its place in lists and exports, for everybody who could sign in, and "
        f"{feed} of the change feed, for the systems that follow it."
    )
    return lines


def private_channel_failed(incident: Incident, error: Exception) -> str:
    """The private channel that was to be opened could not be had."""
    again = f"Once that is mended, say `{wording.bot()} private` again"
    public = getattr(incident.comms_channel(), "channel_id", "")
    if not public:
        return (
            f"Sorry, the private channel of {wording.title(incident)} could not be created: "
            f"{reason(error)}. Whoever looks after the incident app can try again."
        )
    return (
        f"⚠️ The private channel of {wording.title(incident)} could not be created: "
        f"{reason(error)}. {text.channel_reference(public)} is still public: please write no "
        f"more there. {again} there."
    )


def people_not_brought(old: str, new: str, error: Exception) -> str:
    """The members of the old channel could not be invited."""
    return (
        f"⚠️ Not everybody of {text.channel_reference(old)} could be invited to "
        f"{text.channel_reference(new)}: {reason(error)}. Please invite them, and archive "
        f"{text.channel_reference(old)}, which is still public."
    )


def not_archived(channel_id: str, error: Exception) -> str:
    """The public channel could not be archived."""
    return (
        f"⚠️ {text.channel_reference(channel_id)} could not be archived: {reason(error)}. It is "
        "still public: please archive it yourself."
    )


def headline_not_deleted(incident: Incident, channel_id: str, error: Exception) -> str:
    """The headline of what became private still stands in public."""
    where = f" in {text.channel_reference(channel_id)}" if channel_id else ""
    return (
        f"⚠️ The headline of {wording.title(incident)}{where} could not be deleted: "
        f"{reason(error)}. Please have an admin of the workspace delete it."
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"
