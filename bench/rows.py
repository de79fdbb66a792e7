"""Backlogs, made in bulk: the rows that the inbox and the outbox write, without the requests.

``tests/chaos/test_bench.py`` compares them with what the app itself stores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import boxes
import traffic

BATCH = 2000
# Every so many there is a command, which is worked off by itself.
COMMAND_EVERY = 100


def deliveries(channels: dict[str, int], count: int) -> None:
    """So many events of comms channels (by id: the number of the incident), and their runs."""
    from response.slack.models import Delivery, HandlerRun

    for begin in range(0, count, BATCH):
        made = list(_events(channels, begin, min(begin + BATCH, count)))
        stored = Delivery.objects.bulk_create(delivery for delivery, _ in made)
        HandlerRun.objects.bulk_create(
            HandlerRun(delivery=delivery, **run)
            for delivery, (_, runs) in zip(stored, made, strict=True)
            for run in runs
        )


def event(channel: str, number: int) -> dict[str, Any]:
    """What Slack sends: talk, now and then a command without a call of its own."""
    said = traffic.message(channel, number)
    if number % COMMAND_EVERY == COMMAND_EVERY - 1:
        said |= {"type": "app_mention", "text": f"<@{traffic.BOT}> note that it is {number}"}
    return dict(json.loads(traffic.envelope(said, number)))


def _events(
    channels: dict[str, int], begin: int, end: int
) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    from response.slack import intake, payloads
    from response.slack.models import Delivery

    arrived = boxes.now() - timedelta(hours=1)
    places = list(channels.items())
    for number in range(begin, end):
        channel, incident = places[number % len(places)]
        payload = event(channel, number)
        parsed = payloads.parse_event(payload)
        assert isinstance(parsed, payloads.EventCallback)
        received_at = arrived + timedelta(milliseconds=number)
        delivery = Delivery(
            key=payloads.dedup_key(parsed),
            kind=Delivery.Kind.EVENT,
            payload=json.dumps(payload),
            incident_id=incident,
            received_at=received_at,
        )
        same = {"lane": channel, "next_try": received_at}
        wanted = intake._wanted_by(parsed, in_incident=True)
        yield delivery, [{**same, "handler": reference} for reference in wanted]


def posts(channels: Sequence[str], count: int, begin: int = 0) -> None:
    """So many messages that are to be posted, turn and turn about in all channels."""
    from response.slack import outbox
    from response.slack.models import Call

    with outbox.kept_back() as calls:
        for number in range(begin, begin + count):
            outbox.post(channels[number % len(channels)], f"Message {number:06}")
    Call.objects.bulk_create(calls, batch_size=BATCH)
