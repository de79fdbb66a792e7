"""Compares what was acknowledged with what became of it, in the database and at Slack.

*Lost*: an acknowledged delivery without its effect, a wanted call that Slack never got, a row
that was given up. *Doubled*: an effect that happened twice; a call that Slack got more often than
once and once again for each answer that was lost (as Slack's log says, or the time that it took,
or because processes or databases were ended in this experiment). *Out of order*: a call that Slack
got before one that was wanted earlier in its conversation.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ledger
from django.db.models import Q
from stories import INCIDENTS, Done

from response.core.models import Action, Incident, TimelineEvent
from response.models import CommsChannel, PinnedMessage, UserStats
from response.sandbox.models import ApiCall, Channel, Message, Reaction
from response.slack.models import Call, HandlerRun

# What tells one call from another of its method.
TELLING = ("channel", "text", "timestamp", "name", "topic", "users", "thread_ts")
# How the app says that it does not know what became of a call, and who may say so.
NO_ANSWER = ("SlackUnavailable", "SlackRateLimited")
INTERRUPTED = ("RuntimeError: the process that sent it died", "OperationalError", "InterfaceError")
# Slack's word for a call that it had got before.
DONE_BEFORE = ("already_reacted", "already_in_channel", "already_pinned", "no_reaction")
HEADLINES = (INCIDENTS, "C0REPORTS")
# Calls that are made as the row says.
PLAIN = {
    *("chat.postMessage", "reactions.add", "conversations.invite", "conversations.rename"),
    "conversations.setTopic",
}


@dataclass
class Verdict:
    """Each fault that was found, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    # Calls that Slack got again because an answer was lost, as is allowed.
    repeated: int = 0
    wanted: int = 0

    def count(self, found: int, wanted: int, what: str, allowed: int = 0) -> None:
        """``found`` of what must be there ``wanted`` times, and ``allowed`` times more."""
        if found < wanted:
            self.lost.append(f"{what}: {int(found)} of {int(wanted)}")
        elif found > wanted + allowed:
            self.doubled.append(f"{what}: {int(found)} instead of {int(wanted)}")
        else:
            self.repeated += found - wanted


def judge(stories: Iterable[Done], interrupted: bool = False) -> Verdict:
    """Look at everything; the boxes must have been worked off.

    ``interrupted``: who was sending may have been ended in the middle of it.
    """
    verdict = Verdict()
    stories = list(stories)
    _boxes(verdict)
    for stranger in Incident.objects.exclude(report__in=[done.title for done in stories]):
        verdict.doubled.append(f"incident {stranger.report}, which nobody declared")
    calls = Calls(interrupted)
    for done in stories:
        _database(done, verdict)
        _workspace(done, calls, verdict)
    _wanted_calls(calls, verdict)
    return verdict


def _boxes(verdict: Verdict) -> None:
    for row in HandlerRun.objects.exclude(state="done"):
        verdict.lost.append(f"{row} is {row.state}: {row.error}")
    for call in Call.objects.exclude(state__in=["sent", "dropped"]):
        verdict.lost.append(f"call {call.pk} ({call}) is {call.state}: {call.error}")


def _database(done: Done, verdict: Verdict) -> None:
    incidents = list(Incident.objects.filter(report=done.title))
    verdict.count(len(incidents), 1, f"incident {done.title}")
    if not incidents:
        return
    incident = incidents[0]
    for details in done.actions:
        found = Action.objects.filter(incident=incident, details=details).count()
        verdict.count(found, 1, f"action {details}")
    for stranger in Action.objects.filter(incident=incident).exclude(details__in=done.actions):
        verdict.doubled.append(f"action {stranger.details}, which nobody logged")
    people = UserStats.objects.filter(incident=incident, user__external_id=done.user_id)
    counted = people.values_list("message_count", flat=True).first() or 0
    verdict.count(counted, done.said, f"messages counted in {done.title}")
    _timeline(done, incident, verdict)
    channels = CommsChannel.objects.filter(incident=incident, channel_id=done.channel_id)
    verdict.count(channels.count(), 1, f"channel row of {done.title}")


def _timeline(done: Done, incident: Incident, verdict: Verdict) -> None:
    entries = TimelineEvent.objects.filter(incident=incident)
    for ts, text in done.pins.items():
        pins = PinnedMessage.objects.filter(incident=incident, message_ts=ts, superseded=False)
        verdict.count(pins.count(), 1, f"pin {text} of {done.title}")
        entered = entries.filter(event_type="slack_pin", text=text).count()
        verdict.count(entered, 1, f"entry of the pin {text} of {done.title}")
    pinned = entries.filter(event_type="slack_pin").count()
    verdict.count(pinned, len(done.pins), f"entries of pins of {done.title}")
    if done.impact:
        verdict.count(incident.impact == done.impact, 1, f"impact of {done.title}")
        updates = entries.exclude(event_type="slack_pin").filter(text__contains=done.impact)
        verdict.count(updates.count(), 1, f"entry of the impact of {done.title}")
    if done.severity:
        verdict.count(incident.severity == done.severity, 1, f"severity of {done.title}")
    closings = entries.filter(text="Incident closed").count()
    verdict.count(closings, int(done.closed), f"closing of {done.title}")
    verdict.count(incident.is_closed(), int(done.closed), f"end of {done.title}")


@dataclass(frozen=True)
class Wanted:
    """A row of the outbox as it was made."""

    pk: int
    lane: str
    operation: str
    method: str
    arguments: dict[str, Any]
    incident_id: object


class Calls:
    """What Slack got and did, by what tells one call from another."""

    def __init__(self, interrupted: bool = False) -> None:
        self.arrivals: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.dropped: Counter[tuple[str, ...]] = Counter()
        got = Q(answer__ok=True) | Q(answer__error__in=DONE_BEFORE)
        for row in ApiCall.objects.filter(got).order_by("pk"):
            key = _key(row.method, row.params)
            self.arrivals[key].append(row.pk)
            self.dropped[key] += row.dropped
        # Of a wanted call: how often it was sent again although Slack may have done it.
        self.in_doubt: Counter[int] = Counter()
        # The same while the incident had no headline yet.
        self.unposted: Counter[int] = Counter()
        for call_id, error, posted in ledger.rows("chaos_again", "call_id, error, posted"):
            doubt = _is_in_doubt(str(error), interrupted)
            self.in_doubt[int(str(call_id))] += doubt
            self.unposted[int(str(call_id))] += doubt and not posted
        self.wanted = [
            Wanted(int(str(pk)), str(lane), str(operation), str(method), _object(text), incident)
            for pk, lane, operation, method, text, incident in ledger.rows(
                "chaos_wanted", ledger.COLUMNS
            )
        ]
        whispers = [one for one in self.wanted if one.operation == "whisper"]
        self.same = Counter((one.arguments["user"], one.arguments["text"]) for one in whispers)

    def like(self, method: str, *parts: str) -> tuple[int, int]:
        """Calls of a method in which each of ``parts`` stands: how many, how many dropped."""
        found = [
            key
            for key in self.arrivals
            if key[0] == method and all(part in " ".join(key) for part in parts)
        ]
        return (
            sum(len(self.arrivals[key]) for key in found),
            sum(self.dropped[key] for key in found),
        )


def _is_in_doubt(error: str, interrupted: bool) -> bool:
    if error.startswith(NO_ANSWER):
        # What is posted to a response_url is in nobody's log. Who gave up waiting cannot know.
        return "response_url" in error or error.endswith("timed out")
    return interrupted and error.startswith(INTERRUPTED)


def interrupted_calls() -> int:
    """How many calls lost their sender, or its database, in the middle."""
    errors = [str(error) for _, error in ledger.rows("chaos_again", "call_id, error")]
    return sum(error.startswith(INTERRUPTED) for error in errors)


def _workspace(done: Done, calls: Calls, verdict: Verdict) -> None:
    """What people see of the incident in Slack."""
    pk = Incident.objects.filter(report=done.title).values_list("pk", flat=True).first()
    ours = [one.pk for one in calls.wanted if one.incident_id == pk and one.operation == "headline"]
    in_doubt = sum(calls.unposted[one] for one in ours)
    posts = Message.objects.filter(channel_id=INCIDENTS, text__contains=done.title)
    _, dropped = calls.like("chat.postMessage", INCIDENTS, done.title)
    verdict.count(posts.count(), 1, f"headline of {done.title}", dropped + in_doubt)
    last = posts.order_by("ts").last()
    button = "reopen-incident-button" if done.closed else "close-incident-button"
    shows = last is not None and button in json.dumps(last.blocks)
    verdict.count(shows, 1, f"headline of {done.title} as it stands")
    slug = done.title.lower().replace(" ", "-")
    verdict.count(
        Channel.objects.filter(name__contains=slug).count(), 1, f"channels of {done.title}"
    )
    _conversation(done, verdict)
    for ts in done.commands:
        marks = Reaction.objects.filter(message__ts=ts, message__channel_id=done.channel_id)
        verdict.count(marks.count(), 1, f"reaction to {ts} in {done.title}")


def _conversation(done: Done, verdict: Verdict) -> None:
    """What the channel and the person must have been told, whatever rows the outbox had.

    Whether it was told twice is seen where calls are compared with those rows.
    """
    told = Message.objects.filter(channel_id=done.channel_id)
    for what, words, wanted in (
        ("welcome", "This is the place to work on", True),
        ("status", "Severity:", bool(done.rounds)),
        ("announcement that it is closed", "has been closed", done.closed),
    ):
        found = told.filter(text__contains=words).exclude(user_id=done.user_id).exists()
        verdict.count(found, wanted, f"{what} of {done.title}")
    topic = Channel.objects.filter(id=done.channel_id, topic__startswith=done.title)
    verdict.count(topic.count(), 1, f"topic of {done.title}")
    mine = Message.objects.filter(channel__is_im=True, channel__members=done.user_id)
    asked = mine.filter(text__contains="Please complete its report")
    verdict.count(
        asked.filter(text__contains=done.title).exists(),
        done.closed,
        f"request for the report of {done.title}",
    )
    alone = Message.objects.filter(only_for=done.user_id) | mine
    why = Q(text__contains="could not be opened") | Q(text__contains="before the form could open")
    told_why = alone.filter(why).count()
    silent = max(done.without_modal - told_why, 0)
    verdict.count(
        done.without_modal - silent,
        done.without_modal,
        f"modals or reasons why there is none, to who declared {done.title}",
    )


def _wanted_calls(calls: Calls, verdict: Verdict) -> None:
    """Each call that was written down arrived, once, after those wanted before it."""
    lanes: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    wanted: dict[tuple[str, ...], list[int]] = defaultdict(list)
    verdict.wanted = len(calls.wanted)
    for one in calls.wanted:
        if one.operation == "whisper":
            _whisper(one, calls, verdict)
        elif not one.operation or one.operation == "rename_channel":
            key = _key(one.method, one.arguments)
            wanted[key].append(one.pk)
            lanes[one.lane].append(key)
    for key, ids in wanted.items():
        allowed = calls.dropped[key] + sum(calls.in_doubt[pk] for pk in ids)
        verdict.count(len(calls.arrivals[key]), len(ids), " ".join(key), allowed)
    for lane, keys in lanes.items():
        once = [key for key in keys if len(wanted[key]) == 1]
        firsts = [(" ".join(key), calls.arrivals[key][:1]) for key in once]
        _order(lane, [(what, *at) for what, at in firsts if at], verdict)
    _unwanted(set(wanted), calls, verdict)
    _order_of_whispers(calls, verdict)


def _unwanted(wanted: set[tuple[str, ...]], calls: Calls, verdict: Verdict) -> None:
    """What Slack did without a row that asks for it: for one that was rolled back, perhaps."""
    for key, ids in calls.arrivals.items():
        method, channel = key[0], key[1]
        # Headlines and whispers are made when they are sent, and compared by what people see.
        made = channel in HEADLINES or channel.startswith("U")
        if ids and method in PLAIN and not made and key not in wanted:
            verdict.doubled.append(f"{' '.join(key)}: nobody wanted it")


def _order_of_whispers(calls: Calls, verdict: Verdict) -> None:
    """By what people see: what is posted to a response_url is in nobody's log."""
    seen: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for one in calls.wanted:
        if one.operation != "whisper":
            continue
        user, text = one.arguments["user"], one.arguments["text"]
        mine = Q(only_for=user) | Q(only_for=None, channel__is_im=True, channel__members=user)
        first = Message.objects.filter(mine, text=text).order_by("pk").first()
        if first is not None and calls.same[user, text] == 1:
            seen[one.lane].append((text, first.pk))
    for lane, firsts in seen.items():
        _order(lane, firsts, verdict)


def _whisper(one: Wanted, calls: Calls, verdict: Verdict) -> None:
    """Seen by that person only, or said to them directly."""
    user, text = one.arguments["user"], one.arguments["text"]
    what = f"whisper to {user}: {text[:60]}"
    alone = Message.objects.filter(only_for=user, text=text)
    direct = Message.objects.filter(
        only_for=None, channel__is_im=True, channel__members=user, text=text
    )
    found, same = alone.count() + direct.count(), calls.same[user, text]
    if same == 1:
        key = _key("chat.postMessage", {"channel": user, "text": text})
        dropped = calls.dropped[key] + sum(
            count
            for other, count in calls.dropped.items()
            if other[0] == "chat.postEphemeral" and text in other
        )
        verdict.count(found, 1, what, calls.in_doubt[one.pk] + dropped)
    elif found < same:
        verdict.lost.append(what)


def _order(lane: str, firsts: list[tuple[str, int]], verdict: Verdict) -> None:
    """``firsts``: each call as it was wanted, and when it arrived first."""
    latest = 0
    for what, first in firsts:
        if first < latest:
            verdict.out_of_order.append(f"{lane}: {what}")
        latest = max(latest, first)


def _object(text: object) -> dict[str, Any]:
    return dict(json.loads(str(text) or "{}"))


def _key(method: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return (method, *(str(arguments.get(name) or "") for name in TELLING))
