"""Parts of texts: people, titles, links, times and what people wrote, safe to send."""

from __future__ import annotations

import re
from datetime import datetime

from response import text
from response.conf import conf
from response.core.models import ExternalUser, Incident
from response.slack import limits
from response.slack.links import document_url

NOBODY = "-"
# Who sees a private incident, in a sentence.
FOR_WHOM = (
    "it exists only for its reporter, its lead, the members of its channel, and those who may "
    "see all private incidents"
)
# Titles are cut where they stand in a sentence; the headline shows them whole.
TITLE_IN_A_SENTENCE = 150

# A bare URL, without the punctuation that ends the sentence, and outside of references.
_REFERENCE = re.compile(r"(<[^<>]*>)")
_URL = re.compile(r"(?<![\w/])https?://(?:(?!&[lg]t;)[^\s<>|\"`])*[^\s<>|\"`.,:;!?)\]}'*_~&]")


def said(wire: str, limit: int = limits.SECTION_TEXT) -> str:
    """What somebody wrote, for a ``verbatim`` field: pings no crowd, its URLs are links."""
    parts = _REFERENCE.split(text.to_slack(wire))
    linked = [_URL.sub(r"<\g<0>>", part) if not i % 2 else part for i, part in enumerate(parts)]
    return limits.cut_mrkdwn("".join(linked), limit)


def title(incident: Incident, limit: int = TITLE_IN_A_SENTENCE) -> str:
    """The title on one line, bold unless asterisks of its own would break that."""
    line = " ".join(text.to_slack(incident.report).split()) or "(no title)"
    line = limits.cut_mrkdwn(line, limit)
    return line if "*" in line else f"*{line}*"


def person(user: ExternalUser | None) -> str:
    """A mention of somebody in Slack, the name of somebody elsewhere, "-" for nobody."""
    if user is None:
        return NOBODY
    if user.app_id == "slack":
        return text.user_reference(user.external_id)
    return text.from_plain(user.display_name or user.full_name or user.external_id)


def document(incident: Incident) -> str:
    """A link to the incident's page; its name alone where there is no page."""
    name, url = f"Incident {incident.pk}", document_url(incident)
    return f"<{url}|{name}>" if url else name


def quoted(wire: str) -> str:
    """What somebody wrote, each line marked as a quote."""
    return "\n".join(f"> {line}" for line in said(wire).splitlines())


def moment(when: datetime) -> str:
    """A time that Slack shows in each reader's own time zone."""
    fallback = when.strftime("%Y-%m-%d %H:%M %Z").strip()
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def bot() -> str:
    """How people call the bot: ``@incident``."""
    return f"@{text.from_plain(conf.incident_bot_name)}"
