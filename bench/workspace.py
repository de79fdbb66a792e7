"""Slack's side, in a process with Slack's settings: ``python bench/workspace.py COMMAND``.

triggers N     N trigger ids that do not expire, as JSON: slash commands are made ahead
latency MS     every call of the Web API takes so long
lifecycle HOW  people live through an incident and close it with the ``button`` or by ``command``
calls          the Web API calls of a lifecycle that came to an end, by method, as JSON
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


if __name__ == "__main__":
    main(*sys.argv[1:])
