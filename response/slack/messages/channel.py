"""What the comms channel is told, and the person who has to write the report."""

from __future__ import annotations

from response import text
from response.conf import conf
from response.core.actor import Actor
from response.core.models import Incident
from response.slack import limits
from response.slack.decorators.incident_command import get_help
from response.slack.links import document_url
from response.slack.messages import wording

OPEN_ALREADY = "This incident is open already."


def channel_topic(incident: Incident) -> str:
    """Title and link, 250 characters at most; the link is never cut."""
    line = " ".join(text.to_slack(incident.report).split())
    link = document_url(incident)
    if not link or len(link) > limits.TOPIC - 20:
        return limits.cut_mrkdwn(line, limits.TOPIC)
    return f"{limits.cut_mrkdwn(line, limits.TOPIC - len(link) - 3)} - {link}"


def welcome(incident: Incident) -> str:
    """What this channel is for and how to drive the incident from it."""
    subject = f"{wording.title(incident)} ({wording.document(incident)})"
    intro = (
        f"👋 This is the place to work on {subject}.\n"
        "• 📌 Pin the messages that matter: they become the timeline.\n"
        f"• Mention me to drive the incident, for example `{wording.bot()} lead` to lead it.\n"
    )
    if incident.private:
        intro += f"• 🔒 It is private: {wording.FOR_WHOM}. Whom you invite here sees it, too.\n"
    intro += "\n"
    return cut_lines(intro + get_help(conf.incident_bot_name), limits.MESSAGE_TEXT)


def status(incident: Incident) -> str:
    """How the incident stands, a line for each fact."""
    severity = (incident.severity_text() or "not set").capitalize()
    lines = (
        f"{incident.status_emoji()} {incident.status_text().capitalize()}: "
        f"{wording.title(incident)} ({wording.document(incident)})",
        f"{incident.severity_emoji()} Severity: {severity}",
        f"👩‍🚒 Lead: {wording.person(incident.lead)}",
        f"⏱️ {duration(incident)}",
    )
    return "\n".join(lines)


def duration(incident: Incident) -> str:
    """How long it has been going on, or went on."""
    if incident.is_closed():
        return f"The incident went on for {incident.duration()}."
    if incident.report_only:
        return "This is a report of something that happened; it counts no time."
    return f"The incident has been running for {incident.duration()}."


def closed(incident: Incident, actor: Actor) -> str:
    """The announcement that it is over."""
    return (
        f"This incident has been closed{_by(actor)}! 📖 ⟶ 📕 It went on for "
        f"{incident.duration()}. If it is not over after all, say `{wording.bot()} reopen`."
    )


def reopened(incident: Incident, actor: Actor) -> str:
    """The announcement that it goes on."""
    return f"This incident has been opened again{_by(actor)}. 📕 ⟶ 📖"


def closed_already(incident: Incident) -> str:
    """The answer to who closes what is closed."""
    if incident.end_time is None:
        return OPEN_ALREADY
    again = "press Reopen on its headline post"
    if incident.private and not conf.private_channel_id:
        # It has no headline post.
        again = f"say `{wording.bot()} reopen`"
    return (
        f"This incident was already closed, {wording.moment(incident.end_time)}. "
        f"To open it again {again}."
    )


def write_the_report(incident: Incident) -> str:
    """Asks the lead, or the reporter, for the report; a direct message."""
    return (
        f"👋 {wording.title(incident)} is closed, thank you! Please complete its report while it "
        f"is fresh in mind: {wording.document(incident)}"
    )


def no_severity() -> str:
    """Nudge: nobody has said how bad it is."""
    return (
        "🌤️ This incident doesn't have a severity. Please set one with "
        f"`{wording.bot()} severity major` (or `critical`, `minor`, `trivial`)."
    )


def no_lead() -> str:
    """Nudge: nobody leads."""
    return (
        "👩‍🚒 This incident doesn't have a lead. To lead it yourself say "
        f"`{wording.bot()} lead`, to name somebody `{wording.bot()} lead @person`."
    )


def still_open(incident: Incident) -> str:
    """Nudge: it has been open for a day or more."""
    owner = incident.lead or incident.reporter
    addressed = f"{wording.person(owner)}, this" if owner else "This"
    return (
        f"⏲️ {addressed} incident has been running for {incident.duration()}. Can it be closed "
        f"now? Then say `{wording.bot()} close`. Remember to pin important messages 📌 so that "
        "they are in the timeline."
    )


def cut_lines(written: str, limit: int) -> str:
    """As many whole lines as fit in ``limit`` characters."""
    if len(written) <= limit:
        return written
    return written[: limit - 2].rpartition("\n")[0] + "\n…"


def _by(actor: Actor) -> str:
    if actor.user is not None:
        return f" by {wording.person(actor.user)}"
    return f" by {text.from_plain(actor.name)}" if actor.name else ""
