"""The bot and the channels that the settings name, as the workspace has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from response.conf import conf
from response.slack import answers
from response.slack.doctor.findings import Finding, Status
from response.slack.doctor.token import Asked, advice_for, ask
from response.slack.errors import SlackError, SlackNotFound, SlackUnavailable

PAGE = 800
POST_ANYWHERE = "chat:write.public"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A channel of the settings. ``purpose`` is how it is called here."""

    purpose: str
    setting: str
    channel_id: str
    name: str = ""
    must_be_private: bool = False

    @property
    def named_by(self) -> str:
        """The setting that names it: by id if there is one, else by name."""
        by_id = self.channel_id or not self.name
        return self.setting if by_id else f"{self.setting.removesuffix('_ID')}_NAME"

    @property
    def looked_at(self) -> str:
        """That setting, with its value."""
        return f"{self.named_by} {self.channel_id or self.name}".strip()


def check(asked: Asked, seconds: float) -> Iterator[Finding]:
    """The bot, and each channel that is configured."""
    if asked.error is not None:
        found = "Slack tells nothing: see token."
        for name in ("bot", "channels"):
            yield Finding(check=name, status=Status.SKIPPED, looked_at="Slack", found=found)
        return
    yield _bot(asked, seconds)
    for place in _places():
        yield _channel(place, asked.scopes or frozenset(), seconds)


def _places() -> list[Place]:
    places = [
        Place(
            purpose="incidents channel",
            setting="INCIDENT_CHANNEL_ID",
            channel_id=conf.incident_channel_id,
            name=conf.incident_channel_name,
        )
    ]
    if conf.has_report_channel:
        report = Place(
            purpose="reports channel",
            setting="INCIDENT_REPORT_CHANNEL_ID",
            channel_id=conf.report_channel_id,
            name=conf.report_channel_name,
        )
        places.append(report)
    if conf.private_incidents and conf.private_channel_id:
        private = Place(
            purpose="private incidents channel",
            setting="INCIDENT_PRIVATE_CHANNEL_ID",
            channel_id=conf.private_channel_id,
            must_be_private=True,
        )
        places.append(private)
    return places


def _bot(asked: Asked, seconds: float) -> Finding:
    user_id, called = str(asked.body.get("user_id")), conf.incident_bot_name
    about = {"check": "bot", "looked_at": f"INCIDENT_BOT_ID, INCIDENT_BOT_NAME and {user_id}"}
    if conf.incident_bot_id and conf.incident_bot_id != user_id:
        return Finding(
            status=Status.WARNING,
            found=f"INCIDENT_BOT_ID is {conf.incident_bot_id}, and the token is of {user_id}.",
            advice=f"Set it to {user_id} or leave it out, unless people mention another bot than "
            "the one that speaks.",
            **about,
        )
    names = _names(asked, ask("users.info", seconds, user=user_id).body)
    if called.lower() not in [name.lower() for name in names]:
        return Finding(
            status=Status.WARNING,
            found=f"Help texts say @{called}, and in Slack the bot is @{' or @'.join(names)}.",
            advice=f"Set INCIDENT_BOT_NAME to {names[0]!r}, or rename the bot in Slack.",
            **about,
        )
    return Finding(status=Status.OK, found=f"People mention it as @{called}.", **about)


def _names(asked: Asked, said: Mapping[str, Any]) -> list[str]:
    """What the bot is called in Slack, the name that people see first."""
    user = answers.child(said, "user")
    profile = answers.child(user, "profile")
    names = [profile.get("display_name"), user.get("real_name"), user.get("name")]
    return list(dict.fromkeys(str(name) for name in (*names, asked.body.get("user")) if name))


def _channel(place: Place, scopes: frozenset[str], seconds: float) -> Finding:
    about = {"check": place.purpose, "looked_at": place.looked_at}
    if not place.channel_id and not place.name:
        return Finding(
            status=Status.FAILURE,
            found="None is configured: incidents cannot be announced.",
            advice=f"Set {place.setting} to the channel's id (C…), or "
            f"{place.setting.removesuffix('_ID')}_NAME to its name.",
            **about,
        )
    found = _look_up(place, seconds)
    if isinstance(found, SlackNotFound):
        return Finding(
            status=Status.FAILURE,
            found="There is no such channel, or it is private and the bot is not in it.",
            advice=f"Correct {place.named_by}, or type in it: /invite @{conf.incident_bot_name}",
            **about,
        )
    if isinstance(found, SlackError):
        unknown = f"Not known: {found}"
        advice = advice_for(found)
        return Finding(status=Status.WARNING, found=unknown, advice=advice, **about)
    problem, advice = _problem(place, found, scopes)
    name = f"#{found.get('name')}"
    if problem:
        return Finding(status=Status.FAILURE, found=f"{name} {problem}.", advice=advice, **about)
    return Finding(status=Status.OK, found=f"The bot can post in {name}.", **about)


def _problem(place: Place, channel: Mapping[str, Any], scopes: frozenset[str]) -> tuple[str, str]:
    """What is wrong with a channel that there is, and what to do."""
    is_private = bool(channel.get("is_private"))
    if channel.get("is_archived"):
        return "is archived", f"Unarchive it in Slack, or name another in {place.named_by}."
    if place.must_be_private and not is_private:
        problem = "is a public channel: private incidents are announced to everybody"
        return problem, f"Make it private in Slack, or name another in {place.named_by}."
    if channel.get("is_member") or (POST_ANYWHERE in scopes and not is_private):
        return "", ""
    return "does not have the bot in it", f"In it, type: /invite @{conf.incident_bot_name}"


def _look_up(place: Place, seconds: float) -> Mapping[str, Any] | SlackError:
    """The channel as Slack describes it, or why it does not."""
    if place.channel_id:
        asked = ask("conversations.info", seconds, channel=place.channel_id)
        return asked.error or answers.child(asked.body, "channel")
    wanted, end, cursor = place.name.lstrip("#"), monotonic() + seconds, ""
    while monotonic() < end:
        asked = _page(seconds, cursor)
        if asked.error is not None:
            return asked.error
        try:
            channels = answers.items(asked.body, "channels", "conversations.list")
        except SlackError as odd:
            return odd
        for channel in channels:
            if channel.get("name") == wanted:
                return channel
        cursor = answers.next_cursor(dict(asked.body))
        if not cursor:
            return SlackNotFound(f"There is no channel named {wanted!r}", "channel_not_found")
    return SlackUnavailable(f"There are more channels than were listed in {seconds:g} seconds")


def _page(seconds: float, cursor: str) -> Asked:
    """A page of the channels; without the scope for private ones, of the public ones."""
    given = {"limit": PAGE, "cursor": cursor or None, "exclude_archived": False}
    both = ask("conversations.list", seconds, types="public_channel,private_channel", **given)
    if both.error is None or both.error.code != "missing_scope":
        return both
    return ask("conversations.list", seconds, types="public_channel", **given)
