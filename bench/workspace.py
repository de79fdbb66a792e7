"""Slack's side, in a process with Slack's settings: ``python bench/workspace.py COMMAND``.

triggers N     N trigger ids that do not expire, as JSON: slash commands are made ahead
latency MS     every call of the Web API takes so long
lifecycle HOW  people live through an incident and close it with the ``button`` or by ``command``
calls          the Web API calls of a lifecycle that came to an end, by method, as JSON
channels       makes channels of these ids, and a headline of each; the headlines' ts, as JSON
messages       makes these messages: channel, ts and user of each
arrived M S    the calls of method M since S, in seconds since the epoch, as JSON

What channels and messages are to be made comes as JSON on the standard input.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import django

PATIENCE = 120.0


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise SystemExit("The app did not do what was waited for.")
        time.sleep(0.1)
    return found


def make_triggers(count: int) -> list[str]:
    from response.sandbox.models import Trigger, User

    user = User.objects.get(name="ana")
    later = time.time() + 3600
    rows = [Trigger(id=secrets.token_hex(16), user=user, issued_at=later) for _ in range(count)]
    return [row.id for row in Trigger.objects.bulk_create(rows)]


def lifecycle(close_with: str) -> None:
    """Each step waits for what the one before shows, as people do."""
    from response.sandbox.driver import Person
    from response.sandbox.models import ApiCall, Message
    from response.sandbox.workspace import Workspace

    workspace = Workspace()
    ApiCall.objects.all().delete()
    ana, bob = Person(workspace, "ana"), Person(workspace, "bob")
    posts = len(workspace.messages("incidents"))
    ana.command("/incident", f"The checkout is down {close_with}")
    if ana.submits({"lead": "bob", "severity": "2"}).errors:
        raise SystemExit("The modal was refused.")
    headline = until(lambda: workspace.messages("incidents")[posts:])[0]
    ana.clicks(headline, "create-comms-channel-button")
    channel = until(lambda: _newest_channel(workspace, close_with))
    until(lambda: len(bot_messages(workspace, channel)) >= 1)
    until(
        lambda: "create-comms-channel-button" not in str(Message.objects.get(pk=headline.pk).blocks)
    )

    def says(text: str) -> Message:
        message = ana.says(channel, text)
        workspace.deliver()
        if text.startswith("@incident"):
            until(message.reactions.exists)
        return message

    says("@incident summary Nobody can pay")
    says("@incident impact All customers")
    says("@incident severity critical")
    says("@incident lead @ana")
    says("@incident action Write the post-mortem")
    for text in ("Replication stopped at 10:42", "Failed over to the replica"):
        bob.pins(says(text))
        workspace.deliver()
    if close_with == "command":
        says("@incident close")
    else:
        ana.clicks(headline, "close-incident-button")
    until(lambda: any("closed" in text for text in bot_messages(workspace, channel)[1:]))
    until(lambda: workspace.direct_messages("ana"))


def bot_messages(workspace: Any, channel: str) -> list[str]:
    bot = workspace.bot.id
    rows = workspace.messages(channel)
    return [row.text for row in rows if row.user_id == bot and not row.subtype]


def _newest_channel(workspace: Any, close_with: str) -> str:
    names = [row.name for row in workspace.channels()]
    return next((name for name in names if name.endswith(close_with)), "")


def calls() -> dict[str, int]:
    from response.sandbox.models import ApiCall

    return dict(Counter(ApiCall.objects.values_list("method", flat=True)))


def make_channels(ids: list[str]) -> list[str]:
    """With everybody in them, who the app believes is there."""
    from response.sandbox.models import Channel, Membership, Message, User

    people = list(User.objects.all())
    bot = next(person for person in people if person.is_bot)
    now = time.time()
    Channel.objects.bulk_create(
        Channel(id=one, name=one.lower(), created=int(now), creator=bot) for one in ids
    )
    Membership.objects.bulk_create(
        Membership(channel_id=one, user=person) for one in ids for person in people
    )
    rows = [
        Message(
            channel_id="C0INCIDENTS",
            ts=f"{now - len(ids) + number:.6f}",
            user=bot,
            bot_id="B0INCIDENT",
            text="Headline",
        )
        for number in range(len(ids))
    ]
    return [row.ts for row in Message.objects.bulk_create(rows)]


def make_messages(said: list[list[str]]) -> None:
    from response.sandbox.models import Message

    Message.objects.bulk_create(
        Message(channel_id=channel, ts=ts, user_id=user, text="@incident")
        for channel, ts, user in said
    )


def arrived(method: str, since: float) -> list[dict[str, Any]]:
    """When they arrived, for how long Slack had them, and what tells them apart."""
    from response.sandbox.models import ApiCall

    rows = ApiCall.objects.filter(method=method, at__gte=since).order_by("at")
    kept = ("channel", "timestamp", "trigger_id", "text")
    return [
        {"at": row.at, "ms": row.ms, "ok": bool(row.answer.get("ok"))}
        | {name: row.params[name] for name in kept if name in row.params}
        for row in rows.iterator()
    ]


def main(command: str, *arguments: str) -> None:
    django.setup()
    if command == "triggers":
        print(json.dumps(make_triggers(int(arguments[0]))))
    elif command == "latency":
        from response.sandbox import faults

        faults.update(latency_ms=int(arguments[0]))
    elif command == "lifecycle":
        lifecycle(arguments[0])
    elif command == "calls":
        print(json.dumps(calls()))
    elif command == "channels":
        print(json.dumps(make_channels(json.load(sys.stdin))))
    elif command == "messages":
        make_messages(json.load(sys.stdin))
    elif command == "arrived":
        print(json.dumps(arrived(arguments[0], float(arguments[1]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
